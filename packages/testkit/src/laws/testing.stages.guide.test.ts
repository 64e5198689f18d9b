import { defineStage } from '@millrace/sdk'
import { runStage } from '@millrace/testkit'
import { stageLaws } from '@millrace/testkit/laws'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { z } from 'zod'

// A stage of your own: passes the first reading of each room that is above a limit.
const alarm = defineStage({
  name: 'alarm',
  summary: 'Passes the first high reading of each key.',
  parameters: z.strictObject({ above: z.number().default(30) }),
  keeps: 'state',
  passes: 'same',
  reads: () => ['celsius'],
  create({ parameters, state }) {
    const isRaised = state.value<boolean>('raised', { initial: () => false })
    return {
      process(reading: { celsius: number }, context) {
        if (reading.celsius > parameters.above && !isRaised.get()) {
          isRaised.set(true)
          return reading
        }
        context.skip('no alarm')
        return undefined
      },
    }
  },
})

// One test by hand, with the records that you have in mind.
it('raises one alarm for each room', async () => {
  const input = [
    { room: 'a', celsius: 20 },
    { room: 'a', celsius: 31 },
    { room: 'b', celsius: 40 },
    { room: 'a', celsius: 35 },
  ]

  const run = await runStage(alarm, { by: ['room'], input })

  expect(run.output).toEqual([input[1], input[2]])
  expect(run.reasons).toEqual({ 'no alarm': 2 })
})

// And fourteen by one call, with records that nobody had in mind.
stageLaws(alarm, {
  by: ['room'],
  parameters: [{}, { above: 0 }],
  records: fc.record({
    room: fc.constantFrom('a', 'b'),
    celsius: fc.integer({ min: -9, max: 50 }),
  }),
})
