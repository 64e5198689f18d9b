import { aggregateValues } from '@millrace/aggregate'
import { parseDuration } from '@millrace/base'
import { isEmitterChoice } from '@millrace/sdk'
import * as z from '@millrace/sdk/zod'
import type { Emit } from './emit.ts'

const duration = (description: string): z.ZodString =>
  z.string().meta({ description, format: 'duration' })

/** The kinds of windows; a stage has one. */
export const windowKinds = [
  'tumbling',
  'sliding',
  'session',
  'cumulate',
  'count',
  'global',
  'emitter',
] as const

export const windowSchema = z.strictObject({
  tumbling: duration('Windows of this size, one behind the other.').optional(),
  sliding: z
    .strictObject({
      size: duration('How long each window is.'),
      every: duration('How often one starts; at most the size.'),
    })
    .optional()
    .meta({ description: 'Windows that overlap.' }),
  session: duration(
    'Windows per key that end when the key was silent for so long; a record exactly at the end starts a new one.',
  ).optional(),
  cumulate: z
    .strictObject({
      size: duration('How long the last of them is.'),
      step: duration('How often one ends; the size is a multiple.'),
    })
    .optional()
    .meta({ description: 'Windows that start together and end step by step.' }),
  count: z.int().positive().optional().meta({
    description: 'Windows of so many records of a key, in the order in which they arrive.',
  }),
  global: z.literal(true).optional().meta({ description: 'One window for all there is.' }),
  emitter: z
    .unknown()
    .refine(isEmitterChoice, 'must be an emitter')
    .optional()
    .meta({
      description:
        'Windows that code of your own makes: the name or path of a module with `defineEmitter`, or a map of that to its parameters.',
      type: ['string', 'object'],
      module: 'emitter',
    }),
  aggregate: aggregateValues,
  lateness: duration('How long after its end a window still takes records.').default('0s'),
  emit: z
    .union([
      z.enum(['final', 'onTime', 'update']),
      z.strictObject({
        every: z.union([
          duration('Each time event time passes a multiple.'),
          z.int().positive().meta({ description: 'Each time a window has so many more records.' }),
        ]),
      }),
    ])
    .default('final')
    .meta({
      description:
        '`final`: one result per window and key, when its end and the lateness have passed; `onTime`: one at its end, then one for each change; `update`: one for each record; `{ every: 15s }`: the windows that changed, each time event time passes a multiple; `{ every: 100 }`: each time a window has so many more records.',
    }),
  offset: duration('Where windows start, counted from the epoch, or from midnight with a zone.')
    .default('0s')
    .meta({
      description: 'Where windows start, counted from the epoch, or from midnight with a zone.',
      format: 'duration',
    }),
  zone: z
    .string()
    .optional()
    .meta({ description: 'Time zone of days, such as Europe/Berlin. Default: UTC.' }),
  empty: z.union([z.boolean(), z.int().positive()]).default(false).meta({
    description:
      'With `tumbling`: also results of windows without records, for each key from its first window on; a number says how many in a row, true is 10000.',
  }),
  relaxed: z.boolean().default(false).meta({
    description:
      'Takes records that are too late for their own windows into the first one that is still open: none is late.',
  }),
  maxWait: duration(
    'With `count`: how long after its first record, in event time, a window gives what it has.',
  ).optional(),
})

/** Parameters of `window`, defaults filled in. */
export type WindowParameters = z.output<typeof windowSchema>

/** Milliseconds of a parameter that was checked before. */
export function toMs(text: string | undefined): number {
  return (text === undefined ? undefined : parseDuration(text)) ?? Number.NaN
}

/** How many empty windows in a row a key gives; 0 for none. */
export function emptyMost({ empty }: Pick<WindowParameters, 'empty'>): number {
  return typeof empty === 'number' ? empty : empty ? 10_000 : 0
}

/** When results come. */
export function emitOf({ emit }: WindowParameters): Emit {
  if (typeof emit === 'string') return { kind: emit }
  return typeof emit.every === 'number'
    ? { kind: 'records', count: emit.every }
    : { kind: 'every', ms: toMs(emit.every) }
}
