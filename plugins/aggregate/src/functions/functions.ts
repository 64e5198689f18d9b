import type { AggregateDefinition } from '@millrace/sdk'
import { distinct, exactDistinct } from './distinct.ts'
import { first, last, max, min } from './extremes.ts'
import { count, mean, stddev, sum } from './moments.ts'
import { exactQuantile, quantile } from './quantile.ts'
import { exactFrequent, frequent } from './top-k.ts'

/** The functions that come with this package. Every one skips null. */
export const aggregateFunctions: readonly AggregateDefinition[] = [
  count,
  sum,
  min,
  max,
  mean,
  stddev,
  quantile,
  distinct,
  first,
  last,
  frequent,
].map(erase)

/** The forms that `exact: true` chooses. */
export const exactFunctions: readonly AggregateDefinition[] = [
  exactQuantile,
  exactDistinct,
  exactFrequent,
].map(erase)

/** Forgets the accumulator's type: whoever holds a list of functions passes each one only what it made itself. */
function erase(definition: unknown): AggregateDefinition {
  return definition as AggregateDefinition
}
