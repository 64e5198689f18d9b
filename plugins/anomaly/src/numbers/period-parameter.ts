import { parseDuration } from '@millrace/base'
import * as z from '@millrace/sdk/zod'

const duration = z.string().refine((text) => (parseDuration(text) ?? 0) > 0, {
  error: 'must be auto, none, a number of points, or a duration with a unit, such as 1d',
})

/** How a detector learns of its season. */
export const periodParameter = z
  .union([z.literal(['auto', 'none']), z.int().min(2).max(10_000), duration])
  .default('auto')
  .meta({
    description:
      'After what the values repeat themselves: a number of points; a duration such as 1d, by the time of the records, for up to 2048 points; auto: looked for, up to 819 points, and used once it was found twice; or none.',
  })

/** Its value, the default filled in. */
export type Period = z.output<typeof periodParameter>
