import { defineStage } from '@millrace/sdk'
import { runStage } from '@millrace/testkit'
import { stageLaws } from '@millrace/testkit/laws'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { z } from 'zod'

// Tells when nothing came of a sensor for a while.
const silence = defineStage({
  name: 'silence',
  summary: 'Tells when nothing came of a key for a while.',
  parameters: z.strictObject({ afterMs: z.number().positive().default(60_000) }),
  main: 'afterMs',
  keeps: 'state',
  absorbs: true,
  reads: () => [],
  create({ parameters: { afterMs }, state, timers }) {
    const times = state.ordered<true>('times')
    return {
      process(_record, { timestamp }) {
        times.add(timestamp, true)
        timers.event.set(timestamp + afterMs)
      },
      onTimer({ at }, context) {
        const [last] = times.last(at) ?? []
        // When the input is over all timers fire, and nobody fell silent.
        const isOver = context.watermark === Infinity
        if (last === at - afterMs && !isOver) context.emit({ ...context.key, since: last })
      },
      onWatermark: (watermark) => times.releaseBefore(watermark - afterMs),
    }
  },
})

// Passes each order once, whatever its sender repeats within an hour.
const once = defineStage({
  name: 'once',
  summary: 'Passes the first record of each id within an hour.',
  parameters: z.strictObject({}),
  keeps: 'state',
  passes: 'same',
  reads: () => ['id'],
  create({ state }) {
    const seen = state.map<unknown, true>('seen', { ttl: { ms: 3_600_000 } })
    return {
      process(order: { id: unknown }, context) {
        if (seen.has(order.id)) {
          context.skip('seen before')
          return undefined
        }
        seen.set(order.id, true)
        return order
      },
    }
  },
})

const minute = 60_000
const timestamp = (row: unknown): number => (row as { readonly at: number }).at

it('tells of a silent sensor when event time says so, and keeps nothing of it', async () => {
  const input = [
    { sensor: 'a', at: 0 },
    { sensor: 'b', at: 0 },
    { sensor: 'a', at: 0.5 * minute },
    { sensor: 'a', at: 9 * minute },
    { sensor: 'a', at: 8.5 * minute },
    { sensor: 'a', at: 9.5 * minute },
  ]

  const run = await runStage(silence, { by: ['sensor'], input, timestamp, disorderMs: minute })

  expect(run.output).toEqual([
    { sensor: 'b', since: 0 },
    { sensor: 'a', since: 0.5 * minute },
  ])
  expect(run.timestamps['out']).toEqual([minute, 1.5 * minute])
  expect(run.counts.stateEntries).toEqual({ times: 0 })
  expect(run.counts.timers).toBe(0)
})

it('passes an id again when its hour is over, and lets go of all that is', async () => {
  const input = [
    { id: 1, at: 0 },
    { id: 1, at: 59 * minute },
    { id: 2, at: 59 * minute },
    { id: 1, at: 60 * minute },
    { id: 3, at: 180 * minute },
  ]

  const run = await runStage(once, { input, timestamp })

  expect(run.output).toEqual([input[0], input[2], input[3], input[4]])
  expect(run.counts.stateEntries).toEqual({ seen: 1 })
  expect(run.counts.stateExpired).toEqual({ seen: 2 })
})

stageLaws(silence, {
  by: ['sensor'],
  parameters: [{ afterMs: 3 }],
  records: fc.record({ sensor: fc.constantFrom('a', 'b', 'c') }),
})

stageLaws(once, { records: fc.record({ id: fc.nat({ max: 3 }) }) })
