import { defineSource } from '@millrace/sdk'
import { z } from 'zod'
import { steadyVisits } from './steady.ts'

/** Gives visits at a fixed rate. */
export default defineSource({
  name: 'steady-source',
  summary: 'Visits at a fixed rate, each with the time at which it is due.',
  parameters: z.strictObject({ rate: z.number(), seconds: z.number() }),
  replay: 'none',
  ends: true,
  create: ({ parameters }) => ({
    async *read(_partition, _position, { signal }) {
      for await (const values of steadyVisits(parameters)) {
        if (signal.aborted) return
        yield { values }
      }
    },
  }),
})
