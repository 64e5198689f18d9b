import { parseDuration, parseSize } from '@millrace/base'
import * as z from '@millrace/sdk/zod'
import { defaultDir } from './store/database.ts'
import { namePattern } from './store/stream-row.ts'

const duration = z.string().refine((text) => (parseDuration(text) ?? 0) > 0, {
  error: 'must be a duration with a unit, such as 7d',
})
const size = z.string().refine((text) => parseSize(text) !== undefined, {
  error: 'must be a size with a unit, such as 1GiB',
})

/** A name of a stream or a group. */
export const nameParameter = z.string().regex(namePattern, {
  error: 'must be 1 to 200 characters, none of them a control character',
})

/** Parameters that source and sink share, by name. */
export const placeParameters = {
  name: nameParameter.meta({ description: 'Name of the stream.' }),
  dir: z.string().min(1).default(defaultDir).meta({
    description: 'Directory of the streams, made if it is missing.',
    format: 'path',
  }),
}

/** When old messages go. */
export const retentionParameter = z
  .strictObject({
    age: duration.exactOptional(),
    size: size.exactOptional(),
    count: z.int().min(0).exactOptional(),
    unread: z.boolean().exactOptional(),
  })
  .optional()
  .meta({
    description:
      'When old messages are deleted: past an age such as 7d, a size such as 1GiB, or a count, but only what all groups are done with; with unread: true also the rest, which is counted as lost. Replaces what was set before. Default: as it was; at first everything is kept.',
  })
