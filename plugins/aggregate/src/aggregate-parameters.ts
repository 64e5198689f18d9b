import { isMillraceError } from '@millrace/base'
import {
  durationFaults,
  type ExpressionScope,
  noExpressions,
  type ParameterFault,
  type StageSurroundings,
} from '@millrace/sdk'
import * as z from '@millrace/sdk/zod'
import { compileAggregates } from './aggregate-set.ts'
import { AGG_UNKNOWN_FUNCTION } from './errors.ts'

const call = z
  .string()
  .meta({ description: 'One aggregate call, such as mean(delay).', format: 'cel-aggregate' })

const value = z.strictObject({
  value: call,
  where: z
    .string()
    .optional()
    .meta({ description: 'Only records for which this is true.', format: 'cel-condition' }),
  exact: z.boolean().optional().meta({
    description: 'Keep every value instead of a sketch: quantile, distinct, topK.',
  }),
})

/** Schema of the parameter `aggregate`, for every stage that folds records. */
export const aggregateValues: z.ZodType<Record<string, z.output<typeof value> | string>> = z
  .record(z.string(), z.union([call, value]))
  .meta({ description: 'Aggregate calls by the name of the field they fill.' })

export const aggregateSchema = z.strictObject({
  aggregate: aggregateValues,
  emit: z
    .union([
      z.enum(['end', 'update']),
      z.strictObject({
        every: z.string().meta({ description: 'Length of time with a unit.', format: 'duration' }),
      }),
    ])
    .default('end')
    .meta({
      description:
        '`end`: one result per key when the input is over; `update`: one for each record; `{ every: 10s }`: the keys that changed, each time event time passes a multiple. Where there is more than one result, each carries `revision` and `final`.',
    }),
})

/** Parameters of `aggregate`, defaults filled in. */
export type AggregateParameters = z.output<typeof aggregateSchema>

/** Fields that results have where later ones replace them. */
export function fieldsOfUpdates(emit: AggregateParameters['emit']): readonly string[] {
  return emit === 'end' ? [] : ['revision', 'final']
}

function valueFaults(
  values: AggregateParameters['aggregate'],
  expressions: ExpressionScope | undefined,
): readonly ParameterFault[] {
  const faults: ParameterFault[] = []
  for (const [name, value] of Object.entries(values)) {
    try {
      compileAggregates({ [name]: value }, expressions ?? noExpressions)
    } catch (error) {
      // Faults of the expressions themselves are the loader's to report: it knows the column.
      if (!isMillraceError(error) || !error.code.startsWith('AGG_')) continue
      // Without the job's scope the function may be one that a plugin brings: create will tell.
      if (error.code === AGG_UNKNOWN_FUNCTION.code && expressions === undefined) continue
      faults.push({ path: ['aggregate', name], message: error.message, hint: error.hint })
    }
  }
  return faults
}

/**
 * Faults of the parameter `aggregate` that its schema cannot say: no values, names that clash with keys or with `others` of the
 * result, bad calls.
 */
export function checkAggregateValues(
  values: AggregateParameters['aggregate'],
  { keys, expressions }: StageSurroundings,
  others: readonly string[] = [],
): readonly ParameterFault[] {
  const faults: ParameterFault[] = []
  const names = Object.keys(values)
  if (names.length === 0) {
    faults.push({
      path: ['aggregate'],
      message: 'aggregate has no values.',
      hint: 'Name at least one: aggregate: { n: count() }.',
    })
  }
  for (const name of names.filter((name) => keys.includes(name) || others.includes(name))) {
    const what = keys.includes(name) ? 'the name of a key' : 'a field of every result'
    faults.push({
      path: ['aggregate', name],
      message: `"${name}" is also ${what}; the result has both.`,
      hint: 'Give the value another name.',
    })
  }
  for (const name of keys.filter((name) => others.includes(name))) {
    faults.push({
      path: [],
      message: `"${name}" is the name of a key and of a field of every result.`,
      hint: `Give the key another name: by: { its-name: ${name} }.`,
    })
  }
  return [...faults, ...valueFaults(values, expressions)]
}

/** Faults the schema cannot say: those of the values, a result that would never come. */
export function checkAggregate(
  { aggregate, emit }: AggregateParameters,
  input: StageSurroundings,
): readonly ParameterFault[] {
  const faults: ParameterFault[] = []
  if (emit === 'end' && !input.ends) {
    faults.push({
      path: ['emit'],
      message: 'The input never ends, so `emit: end` would never give a result.',
      hint: 'Use emit: update, or emit: { every: 10s }.',
    })
  }
  if (typeof emit === 'object') faults.push(...durationFaults(['emit', 'every'], emit.every))
  return [...faults, ...checkAggregateValues(aggregate, input, fieldsOfUpdates(emit))]
}
