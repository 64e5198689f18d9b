import { defineStage, type RecordContext } from '@millrace/sdk'
import { z } from 'zod'

interface Flight {
  readonly origin: string
  readonly delay: number
}

/** Emits a flight when it is the n-th late one in a row at its airport. */
export default defineStage({
  name: 'late-streak',
  summary: 'Finds airports where several flights in a row leave late.',
  parameters: z.strictObject({
    above: z.number().default(15).meta({ description: 'Minutes from which a flight is late.' }),
    length: z.number().int().min(1).meta({ description: 'Late flights in a row.' }),
  }),
  main: 'length',
  keeps: 'state',
  retains: ({ length }) =>
    `It keeps a number for each key until a flight is on time, or ${length} in a row were late.`,
  create({ parameters, state }) {
    const streak = state.value('streak', { initial: () => 0 })
    return {
      process(flight: Flight, context: RecordContext) {
        if (flight.delay <= parameters.above) {
          streak.clear()
          context.skip('on time')
          return undefined
        }
        const length = streak.get() + 1
        streak.set(length)
        if (length !== parameters.length) return undefined
        streak.clear()
        return { origin: flight.origin, until: context.timestamp, delay: flight.delay }
      },
    }
  },
})
