import { parseDuration } from '@millrace/base'
import * as z from '@millrace/sdk/zod'

const cel = z.string().meta({
  description: 'Expression over the records of the steps, such as large.amount.',
  format: 'cel',
  ownNames: true,
})
const condition = (description: string): z.ZodString =>
  z.string().meta({ description, format: 'cel-condition', ownNames: true })

const step = z.strictObject({
  name: z.string().optional().meta({
    description: 'What expressions and results call the record, or with `times` the records.',
  }),
  where: condition(
    'Which records it takes; may read the records of earlier steps by name. Default: any.',
  ).optional(),
  times: z
    .union([z.int(), z.string()])
    .optional()
    .meta({ description: 'How many records it takes: `3`, `2..5` or `2..`. Default: one.' }),
  follows: z.enum(['eventually', 'directly']).default('eventually').meta({
    description:
      '`eventually`: others may come between; `directly`: each of its records is the very next one of the key.',
  }),
  not: condition(
    'In place of a name: no record of this kind between the steps around it or, as the last one, until the time is over.',
  ).optional(),
})

export const patternSchema = z.strictObject({
  steps: z
    .array(step)
    .meta({ description: 'The records of a match, in the order of their event time.' }),
  within: z.string().meta({
    description: 'A match takes less than this, from its first record on.',
    format: 'duration',
  }),
  skip: z.enum(['pastLast', 'toNext']).default('pastLast').meta({
    description:
      '`pastLast`: the next match begins behind the last record of this one; `toNext`: each record may begin one.',
  }),
  select: z.record(z.string(), cel).optional().meta({
    description: 'Fields of the result. Default: the records of each step, under its name.',
  }),
  timeouts: z.record(z.string(), cel).optional().meta({
    description:
      'Fields of what comes on the output `timeouts` for partial matches that ran out of time. Default: there is no such output.',
  }),
  most: z.int().positive().default(10_000).meta({
    description: 'How many records the partial matches of one key may hold together.',
  }),
})

/** Parameters of `pattern`, defaults filled in. */
export type PatternParameters = z.output<typeof patternSchema>

/** One step as written, or an absence. */
export type StepParameters = PatternParameters['steps'][number]

/** Milliseconds of `within`; NaN where it is no length of time. */
export function withinMs({ within }: Pick<PatternParameters, 'within'>): number {
  return parseDuration(within) ?? Number.NaN
}

/** Fewest and most records of a step; undefined where `times` is none of the forms. */
export function timesOf({
  times,
}: Pick<StepParameters, 'times'>): readonly [least: number, most: number] | undefined {
  if (times === undefined) return [1, 1]
  const match = /^(\d+)(?:\.\.(\d*))?$/u.exec(String(times))
  if (match === null) return undefined
  const least = Number(match[1])
  const upper = match[2] ?? String(least)
  const most = upper === '' ? Number.POSITIVE_INFINITY : Number(upper)
  return least >= 1 && most >= least ? [least, most] : undefined
}
