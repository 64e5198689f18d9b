import { expect, it } from 'vitest'
import { classicAt } from './classic-at.test-support.ts'
import type { Classic } from './classic.ts'
import { renderReport } from './report.ts'

const noon = Date.UTC(2026, 0, 1, 12)

async function used(): Promise<Classic> {
  const classic = classicAt(noon)
  await classic.createStream('clicks', { buffer: 10 })
  await classic.createStream('orders')
  for (let number = 1; number <= 6; number++) {
    await classic.registerProcessor(`p${number}`, {
      stream: 'clicks',
      process: ({ data }) => ((data as number) <= number ? data : undefined),
      to: () => undefined,
    })
  }
  await classic.createTumblingWindow('w', { stream: 'clicks', size: '1m' })
  for (let data = 1; data <= 7; data++) await classic.publish('clicks', { type: 'c', data })
  await classic.publish('orders', { type: 'o', data: 1 })
  await classic.setWatermark('clicks', noon)
  await classic.settled()
  return classic
}

it('counts what was published, buffered and processed, so that totals equal the input', async () => {
  const classic = await used()

  const metrics = classic.streamMetrics('clicks')

  expect(metrics).toMatchObject({ published: 7, buffered: 7, waiting: 0, watermark: noon })
  expect(
    metrics.processors.map(({ filtered, id, processed }) => [id, processed, filtered]),
  ).toEqual([
    ['p1', 1, 6],
    ['p2', 2, 5],
    ['p3', 3, 4],
    ['p4', 4, 3],
    ['p5', 5, 2],
    ['p6', 6, 1],
  ])
  expect(metrics.windows).toMatchObject([{ id: 'w', received: 7, processed: 7, status: 'running' }])
})

it('raises for metrics of an unknown stream', async () => {
  const classic = await used()

  expect(() => classic.streamMetrics('clics')).toThrow(
    expect.objectContaining({ code: 'CLASSIC_UNKNOWN', hint: 'Did you mean "clicks"?' }),
  )
})

it('reports the same totals as JSON and as text, with the five busiest processors', async () => {
  const classic = await used()

  const report = classic.report()

  expect(JSON.parse(JSON.stringify(report))).toMatchObject({
    at: '2026-01-01T12:00:00.000Z',
    summary: {
      streams: 2,
      processors: 6,
      windows: 1,
      joins: 0,
      published: 8,
      processed: 21,
      failed: 0,
      late: 0,
      deadLetters: 0,
    },
    retained: { waiting: 0, buffered: 7, openWindows: 1, windowEvents: 7 },
  })
  expect(renderReport(report)).toBe(`Report of 2026-01-01T12:00:00.000Z
  streams 2, processors 6, windows 1, joins 0
  published 8, processed 21, failed 0, late 0, dead letters 0
clicks: published 7, buffered 7, watermark 2026-01-01T12:00:00.000Z
orders: published 1, buffered 0, watermark none
Busiest processors
  p6: processed 6, filtered 1, failed 0
  p5: processed 5, filtered 2, failed 0
  p4: processed 4, filtered 3, failed 0
  p3: processed 3, filtered 4, failed 0
  p2: processed 2, filtered 5, failed 0
`)
})
