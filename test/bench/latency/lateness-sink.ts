import { defineSink } from '@millrace/sdk'
import { z } from 'zod'
import { createLateness, type SteadyVisit } from './steady.ts'

/** Notes how late each visit comes. */
export default defineSink({
  name: 'lateness-sink',
  summary: 'Measures how late each visit is, and writes the percentiles.',
  parameters: z.strictObject({
    rate: z.number(),
    seconds: z.number(),
    warmSeconds: z.number(),
    report: z.string(),
  }),
  guarantee: 'It keeps no records.',
  create({ parameters }) {
    const lateness = createLateness(parameters)
    return {
      write(batch) {
        for (let index = 0; index < batch.length; index++) {
          lateness.take(batch.value(index) as SteadyVisit)
        }
      },
      close: () => lateness.write(),
    }
  },
})
