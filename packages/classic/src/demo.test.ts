import { expect, it } from 'vitest'
import { runDemo } from './demo.ts'

it('runs the twelve steps with right answers', async () => {
  const lines: string[] = []

  await runDemo((line) => void lines.push(line))

  expect(`${lines.join('\n')}\n`).toBe(` 1 Streams: visits, payments
 2 Processor: visit-counter counts by type
 3 Windows: five-minutes tumbles, ten-minutes slides every five
 4 Published 12 visits, one every 30 s from 12:00:00
 5 The visit of 12:03:30 is in
     five-minutes 12:00:00 to 12:05:00 holds 10
     ten-minutes 11:55:00 to 12:05:00 holds 10
     ten-minutes 12:00:00 to 12:10:00 holds 12
 6 Visits by type
     12:00:00 {"click":4,"view":6}
     12:05:00 {"view":2}
 7 State: view 8
     click 4
     users 3
 8 Watermark 12:05:00: 12:00:00 closed, 12:05:00 open
     late-visit came too late for five-minutes (LATE)
 9 Joined within 1m
     user-2 saw /page-11 and paid 20
10 Batches of at most 5
     5 from visit-0 on, 8 left
     5 from visit-5 on, 3 left
     3 from visit-10 on, 0 left
11 Stream visits: published 13, buffered 0
     visit-counter: processed 13, late 0
     five-minutes: processed 12, late 1
     ten-minutes: processed 13, late 0
12 Report
     Report of 2026-01-01T12:00:00.000Z
       streams 2, processors 1, windows 2, joins 1
       published 15, processed 13, failed 0, late 1, dead letters 1
     visits: published 13, buffered 0, watermark 2026-01-01T12:05:00.000Z
     payments: published 2, buffered 0, watermark none
     Busiest processors
       visit-counter: processed 13, filtered 0, failed 0
`)
})
