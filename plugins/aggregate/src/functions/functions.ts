import type { AggregateDefinition } from '@millrace/sdk'
import { distinct, exactDistinct } from './distinct.ts'
import { first, last, max, min } from './extremes.ts'
import { list } from './list.ts'
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
  list,
]

/** The forms that `exact: true` chooses. */
export const exactFunctions: readonly AggregateDefinition[] = [
  exactQuantile,
  exactDistinct,
  exactFrequent,
]
