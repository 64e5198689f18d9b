import { noExpressions } from '@millrace/sdk'
import { type AggregateValue, compileAggregates } from './aggregate-set.ts'

/** The fields that aggregate values look at, for `reads` and `expects` of a definition. */
export function fieldsOfValues(values: Readonly<Record<string, AggregateValue>>): {
  /** Undefined: not known, or a whole record. */
  readonly read: readonly string[] | undefined
  readonly expected: readonly string[]
} {
  try {
    const { expected, fields } = compileAggregates(values, noExpressions)
    return { read: fields, expected }
  } catch {
    // A function of the job's own: what it reads is known only at create.
    return { read: undefined, expected: [] }
  }
}

/** Whether all accumulators of aggregate values are nothing but numbers; false where that is known only at create. */
export function areOfNumbers(values: Readonly<Record<string, AggregateValue>>): boolean {
  try {
    return compileAggregates(values, noExpressions).isOfNumbers
  } catch {
    return false
  }
}
