import { rmSync } from 'node:fs'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { openStream } from '../open-stream.ts'
import { processRuntime } from '../stream-runtime.ts'
import { newFolder } from '../streams.test-support.ts'

const intervalMs = 10

const act = fc.oneof(
  { arbitrary: fc.record({ advanceMs: fc.nat(25) }), weight: 3 },
  { arbitrary: fc.record({ backMs: fc.nat(15) }), weight: 1 },
  { arbitrary: fc.constant({ append: true }), weight: 4 },
  { arbitrary: fc.record({ step: fc.boolean() }), weight: 3 },
)
type Act = { advanceMs?: number; backMs?: number; append?: boolean; step?: boolean }

interface Seen {
  readonly start: number
  readonly end: number
  readonly values: readonly number[]
}

it('each message is in exactly one fixed window, the one of its time, whatever the clock and the handler do', async () => {
  const property = fc.asyncProperty(
    fc.array(act, { maxLength: 40, size: 'max' }),
    fc.boolean(),
    async (acts: readonly Act[], empties) => {
      const dir = newFolder()
      let now = 1003
      let fails = false
      const runtime = { ...processRuntime, now: () => now }
      const stream = await openStream<number>('numbers', { dir, runtime })
      const seen: Seen[] = []
      const consumer = stream.consumer(
        ({ end = 0, start = 0, values }) => {
          if (fails) throw new Error('not now')
          seen.push({ start, end, values })
        },
        {
          interval: intervalMs,
          relaxed: false,
          empties,
          attempts: 1000,
          maxBackoff: 1,
          backoff: 1,
        },
      )
      let count = 0
      for (const { advanceMs = 0, append, backMs = 0, step } of acts) {
        now += advanceMs - backMs
        if (append === true) await stream.append(count++)
        fails = step === false
        if (step !== undefined) await consumer.step()
      }
      fails = false
      // Far enough to be behind every time that a message can have.
      now += 1000
      const messages = await stream.read()
      const last = messages.at(-1)?.time ?? 0
      for (;;) if (!(await consumer.step()) || (seen.at(-1)?.end ?? 0) > last + 30) break
      await stream.close()
      rmSync(dir, { recursive: true })

      const windows = seen.toSorted((a, b) => a.start - b.start)
      const timeOf = new Map(messages.map(({ time, value }) => [value, time]))
      expect(windows.flatMap(({ values }) => values)).toEqual(messages.map(({ value }) => value))
      for (const [index, { end, start, values }] of windows.entries()) {
        expect([start % intervalMs, end - start]).toEqual([0, intervalMs])
        for (const value of values) {
          expect(timeOf.get(value)).toBeGreaterThanOrEqual(start)
          expect(timeOf.get(value)).toBeLessThan(end)
        }
        const before = windows[index - 1]?.end ?? start
        expect(start).toBeGreaterThanOrEqual(before)
        // With empty windows there is no gap; without them no window is empty.
        expect(empties ? start === before : values.length > 0).toBe(true)
      }
    },
  )

  await expect(fc.assert(property, { numRuns: 50 })).resolves.toBeUndefined()
})
