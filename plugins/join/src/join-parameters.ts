import { parseDuration } from '@millrace/base'
import { eventWindowsSchema } from '@millrace/window'
import * as z from '@millrace/sdk/zod'

const duration = (description: string): z.ZodString =>
  z.string().meta({ description, format: 'duration' })

const cel = z.union([
  z.string().meta({ description: 'Expression over the inputs, by name.', format: 'cel' }),
  z.number(),
  z.boolean(),
  z.null(),
])

/** The ways to say which records belong together; a join has one. */
export const joinWays = ['within', 'window', 'table', 'asOf'] as const

export const joinSchema = z.strictObject({
  kind: z.enum(['inner', 'left', 'right', 'full', 'semi', 'anti']).default('inner').meta({
    description:
      '`inner`: what matches; `left`, `right`, `full`: also records of that side without a match; `semi`, `anti`: records of the left with, or without, a match, once each and as they came.',
  }),
  within: z
    .union([
      duration('How far apart the two may be, either way.'),
      z.strictObject({
        before: duration('How long before the left one the right one may be.'),
        after: duration('How long after the left one the right one may be.'),
      }),
    ])
    .optional()
    .meta({
      description:
        'How far apart the times of the two may be, the bound included: 5m, or { before: 1m, after: 4m } for the right one before and after the left one. With `asOf`: how old it may be.',
    }),
  window: eventWindowsSchema
    .pick({ tumbling: true, offset: true, zone: true })
    .extend({ tumbling: eventWindowsSchema.shape.tumbling.unwrap() })
    .optional()
    .meta({ description: 'Both are in the same window.' }),
  table: z.string().optional().meta({
    description:
      'Name of the input that is a table: its latest record of the key at the time of the other record.',
  }),
  asOf: z.string().optional().meta({
    description:
      'Name of the input whose nearest earlier record of the key, or one of the same time, is meant; `within` says how much earlier at most.',
  }),
  select: z.record(z.string(), cel).optional().meta({
    description:
      'Fields of the results with expressions over the inputs, such as order.id; windowStart and windowEnd with a window. Default: the keys and one field for each input.',
  }),
  lateness: duration('How long behind the watermark records are still taken.').default('0s'),
})

/** Parameters of `join`, defaults filled in. */
export type JoinParameters = z.output<typeof joinSchema>

/** Milliseconds of a parameter that was checked before. */
export function toMs(text: string): number {
  return parseDuration(text) ?? Number.NaN
}

/** Whether results hold records of both sides. */
export function isPaired({ kind }: JoinParameters): boolean {
  return kind !== 'semi' && kind !== 'anti'
}
