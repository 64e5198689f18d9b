import { type AggregateDefinition, defineAggregate } from '@millrace/sdk'
import { constantBetween } from './constants.ts'

/** Results of `quantile` are off by at most this share of the true value. */
export const QUANTILE_ERROR = 0.01

const RATIO = (1 + QUANTILE_ERROR) / (1 - QUANTILE_ERROR)
const LOG_RATIO = Math.log(RATIO)
/** Logarithm of what makes the end of a bucket its middle, from which no number in it is further than the error. */
const LOG_MIDDLE = Math.log(2 / (1 + RATIO))
/** Nearer to zero than this, a number counts as zero: its logarithm would need buckets nobody looks at. */
const SMALLEST = 1e-300

interface Sketch {
  readonly q: number
  count: number
  zeros: number
  min: number
  max: number
  /** Counts by logarithm: bucket i holds magnitudes in (ratio^(i-1), ratio^i]. */
  readonly positive: Map<number, number>
  readonly negative: Map<number, number>
}

interface Values {
  readonly q: number
  readonly values: number[]
}

/** Place of quantile `q` among `count` sorted values, from 0: the first with at least q of all at or below it. */
function rankOf(q: number, count: number): number {
  // The product may come out a hair above a whole number; that must not move the rank.
  return Math.max(0, Math.ceil(q * count - 1e-9) - 1)
}

function grow(buckets: Map<number, number>, bucket: number, by: number): void {
  buckets.set(bucket, (buckets.get(bucket) ?? 0) + by)
}

function copySketch(sketch: Sketch): Sketch {
  return {
    ...sketch,
    positive: new Map(sketch.positive),
    negative: new Map(sketch.negative),
  }
}

function middle(bucket: number): number {
  // In one step: the end of the last bucket is beyond the range of doubles.
  return Math.exp(bucket * LOG_RATIO + LOG_MIDDLE)
}

function estimate(sketch: Sketch): number {
  let left = rankOf(sketch.q, sketch.count)
  const descending = [...sketch.negative.keys()].toSorted((a, b) => b - a)
  for (const bucket of descending) {
    left -= sketch.negative.get(bucket) ?? 0
    if (left < 0) return -middle(bucket)
  }
  left -= sketch.zeros
  if (left < 0) return 0
  const ascending = [...sketch.positive.keys()].toSorted((a, b) => a - b)
  for (const bucket of ascending) {
    left -= sketch.positive.get(bucket) ?? 0
    if (left < 0) return middle(bucket)
  }
  return sketch.max
}

const common = {
  name: 'quantile',
  arguments: 1,
  constants: [{ name: 'q' }],
  takes: 'numbers',
} as const

/**
 * The value with at least the share `q` of all values at or below it (`0.5`: the median), off by at most 1 % of
 * itself whatever the data: a sketch after DDSketch, a few hundred counters. Numbers nearer to zero than 1e-300 count as zero. Null for no values.
 */
export const quantile: AggregateDefinition<Sketch> = defineAggregate({
  ...common,
  summary: 'Value with the share q of all at or below it, off by at most 1 % of itself.',
  create: ([q]) => ({
    q: constantBetween('quantile(x, q)', 'q', q, 0, 1),
    count: 0,
    zeros: 0,
    min: Infinity,
    max: -Infinity,
    positive: new Map<number, number>(),
    negative: new Map<number, number>(),
  }),
  add(sketch, value) {
    const number = value as number
    sketch.count++
    if (number < sketch.min) sketch.min = number
    if (number > sketch.max) sketch.max = number
    if (number > SMALLEST) grow(sketch.positive, Math.ceil(Math.log(number) / LOG_RATIO), 1)
    else if (number < -SMALLEST) {
      grow(sketch.negative, Math.ceil(Math.log(-number) / LOG_RATIO), 1)
    } else sketch.zeros++
  },
  merge(a, b) {
    const both = copySketch(a)
    for (const [bucket, count] of b.positive) grow(both.positive, bucket, count)
    for (const [bucket, count] of b.negative) grow(both.negative, bucket, count)
    both.count += b.count
    both.zeros += b.zeros
    both.min = Math.min(a.min, b.min)
    both.max = Math.max(a.max, b.max)
    return both
  },
  result: (sketch) =>
    sketch.count === 0 ? null : Math.min(Math.max(estimate(sketch), sketch.min), sketch.max),
})

/** `quantile` with `exact: true`: keeps every value. */
export const exactQuantile: AggregateDefinition<Values> = defineAggregate({
  ...common,
  summary: 'Value with the share q of all at or below it; keeps every value.',
  create: ([q]) => ({ q: constantBetween('quantile(x, q)', 'q', q, 0, 1), values: [] as number[] }),
  add(accumulator, value) {
    accumulator.values.push(value as number)
  },
  merge: (a, b) => ({ q: a.q, values: [...a.values, ...b.values] }),
  result: ({ q, values }) =>
    values.length === 0
      ? null
      : (values.toSorted((a, b) => a - b)[rankOf(q, values.length)] ?? null),
})
