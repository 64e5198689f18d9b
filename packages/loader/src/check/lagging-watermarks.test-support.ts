import { defineWatermarks } from '@millrace/sdk'
import { z } from 'zod'

/** A strategy for tests: the watermark trails each record, the last one, not the largest. */
export default defineWatermarks({
  name: 'lagging',
  summary: 'Trails each record by so many ms.',
  parameters: z.object({ lag: z.number() }),
  create: ({ parameters }) => ({ after: (timestamp) => timestamp - parameters.lag }),
})
