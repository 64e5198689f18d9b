import { parseDuration } from '@millrace/base'
import * as z from '@millrace/sdk/zod'

const range = { min: z.number(), max: z.number() }
const ordered = { error: 'min must not be above max' }

/** What one field of the records holds; the key says how it is made. */
export const fieldSpec = z.union([
  z.enum(['sequence', 'uuid']),
  z.strictObject({
    sequence: z.strictObject({
      start: z.number().default(0),
      step: z.number().default(1),
    }),
  }),
  z.strictObject({
    integer: z
      .strictObject({ min: z.int(), max: z.int() })
      .refine((value) => value.min <= value.max, ordered),
  }),
  z.strictObject({
    uniform: z.strictObject(range).refine((value) => value.min <= value.max, ordered),
  }),
  z.strictObject({
    normal: z.strictObject({ mean: z.number(), deviation: z.number().min(0) }),
  }),
  z.strictObject({ constant: z.json() }),
  z.strictObject({
    choice: z.union([
      z.array(z.json()).min(1),
      z
        .record(z.string(), z.number().min(0))
        .refine((weights) => Object.values(weights).some((weight) => weight > 0), {
          error: 'needs a weight above 0',
        }),
    ]),
  }),
  z.strictObject({
    time: z.strictObject({
      start: z.string().refine((text) => Number.isFinite(Date.parse(text)), {
        error: 'must be a time such as 2001-01-14T21:55:00Z',
      }),
      step: z.string().refine((text) => parseDuration(text) !== undefined, {
        error: 'must be a duration with a unit, such as 1s',
      }),
    }),
  }),
])

/** How the values of one field are made. */
export type FieldSpec = z.output<typeof fieldSpec>

/** The fields of records when none are named. */
export const defaultFields: Readonly<Record<string, FieldSpec>> = {
  id: 'sequence',
  time: { time: { start: '2001-01-01T00:00:00Z', step: '1s' } },
  key: { choice: ['a', 'b', 'c', 'd', 'e'] },
  value: { normal: { mean: 100, deviation: 15 } },
}
