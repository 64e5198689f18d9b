import { parseDuration } from '@millrace/base'
import { durationFaults, type ParameterFault, type StageSurroundings } from '@millrace/sdk'
import { checkEventWindows, eventWindowsSchema } from '@millrace/window'
import * as z from '@millrace/sdk/zod'

export const topNSchema = z.strictObject({
  n: z.int().positive().max(100_000).meta({ description: 'How many records at most.' }),
  of: z.string().meta({
    description: 'Number to rank by; records for which it is null do not rank.',
    format: 'cel',
  }),
  order: z.enum(['descending', 'ascending']).default('descending').meta({
    description: '`descending`: the largest is the best; `ascending`: the smallest.',
  }),
  ties: z.boolean().default(false).meta({
    description:
      'Records of equal value share a rank, and all that share one of the first n come: more than n where several equal the last.',
  }),
  window: eventWindowsSchema.optional().meta({
    description: 'Windows of event time, each with its own best. Default: the whole input.',
  }),
  emit: z
    .union([
      z.literal('end'),
      z.strictObject({
        every: z.string().meta({ description: 'Length of time with a unit.', format: 'duration' }),
      }),
    ])
    .optional()
    .meta({
      description:
        'Without a window. `end`, the default: when the input is over; `{ every: 10s }`: the running best of the keys for which they changed, each time event time passes a multiple, with `revision` and `final`.',
    }),
})

/** Parameters of `top-n`, defaults filled in. */
export type TopNParameters = z.output<typeof topNSchema>

/** Fields of results beside the keys. */
export function resultFields({ emit, window }: TopNParameters): readonly string[] {
  const own = ['rank', 'value', 'record']
  if (window !== undefined) return ['windowStart', 'windowEnd', ...own]
  return typeof emit === 'object' ? [...own, 'revision', 'final'] : own
}

/** How often running results are given, ms; Infinity for never. */
export function everyMsOf({ emit }: Pick<TopNParameters, 'emit'>): number {
  return typeof emit === 'object' ? (parseDuration(emit.every) ?? Number.NaN) : Infinity
}

/** Faults that the schema cannot say. */
export function checkTopN(
  parameters: TopNParameters,
  { ends, keys }: StageSurroundings,
): readonly ParameterFault[] {
  const { emit, window } = parameters
  const faults: ParameterFault[] = []
  if (window !== undefined) {
    for (const fault of checkEventWindows(window)) {
      faults.push({ ...fault, path: ['window', ...fault.path] })
    }
    if (emit !== undefined) {
      faults.push({
        path: ['emit'],
        message: 'a window gives its best once, when it is over.',
        hint: 'Leave emit out, or leave out the window.',
      })
    }
  } else if (typeof emit === 'object') {
    faults.push(...durationFaults(['emit', 'every'], emit.every))
  } else if (!ends) {
    faults.push({
      path: ['emit'],
      message: 'the input never ends, so the best would never be given.',
      hint: 'Use window: { tumbling: 1h }, or emit: { every: 10s }.',
    })
  }
  for (const name of keys.filter((key) => resultFields(parameters).includes(key))) {
    faults.push({
      path: [],
      message: `"${name}" is the name of a key and of a field of every result.`,
      hint: `Give the key another name: by: { its-name: ${name} }.`,
    })
  }
  return faults
}
