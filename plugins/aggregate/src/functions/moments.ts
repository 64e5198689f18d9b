import { type AggregateDefinition, defineAggregate } from '@millrace/sdk'
import { addProduct, addSum, addTo, type DoubleDouble, productError } from './double-double.ts'

interface Count {
  count: number
}

interface Mean extends DoubleDouble {
  count: number
}

interface Spread extends DoubleDouble {
  count: number
  /** Sum of squares: the nearest double, and what it leaves out. */
  squares: number
  rest: number
}

/** How many: records without an argument, values that are not null with one. 0 for none. */
export const count: AggregateDefinition<Count> = defineAggregate({
  name: 'count',
  summary: 'How many records; count(x): how many values that are not null.',
  arguments: 0,
  create: () => ({ count: 0 }),
  add(accumulator) {
    accumulator.count++
  },
  merge: (a, b) => ({ count: a.count + b.count }),
  result: (accumulator) => accumulator.count,
})

/** Compensated sum; 0 for no values. */
export const sum: AggregateDefinition<DoubleDouble> = defineAggregate({
  name: 'sum',
  summary: 'Sum, compensated for rounding; 0 for no values.',
  arguments: 1,
  takes: 'numbers',
  create: () => ({ hi: 0, lo: 0 }),
  add: (accumulator, value) => addTo(accumulator, value as number),
  merge(a, b) {
    const both = { hi: a.hi, lo: a.lo }
    addSum(both, b)
    return both
  },
  result: (accumulator) => accumulator.hi,
})

/** Arithmetic mean from a compensated sum; null for no values. */
export const mean: AggregateDefinition<Mean> = defineAggregate({
  name: 'mean',
  summary: 'Arithmetic mean; null for no values.',
  arguments: 1,
  takes: 'numbers',
  create: () => ({ count: 0, hi: 0, lo: 0 }),
  add(accumulator, value) {
    accumulator.count++
    addTo(accumulator, value as number)
  },
  merge(a, b) {
    const both = { count: a.count + b.count, hi: a.hi, lo: a.lo }
    addSum(both, b)
    return both
  },
  result: ({ count, hi }) => (count === 0 ? null : hi / count),
})

/** For sums of two numbers each that are not on the heap by themselves. */
const scratch: DoubleDouble = { hi: 0, lo: 0 }

function addSquares(spread: Spread, hi: number, lo: number): void {
  scratch.hi = spread.squares
  scratch.lo = spread.rest
  addTo(scratch, lo)
  addTo(scratch, hi)
  spread.squares = scratch.hi
  spread.rest = scratch.lo
}

/**
 * Sample standard deviation (divides by n - 1); null for fewer than two values. Of sums and sums of squares to about 32 digits, so
 * that the order of values does not show and little is lost where they are close to each other; infinite where squares are beyond
 * the range of doubles.
 */
export const stddev: AggregateDefinition<Spread> = defineAggregate({
  name: 'stddev',
  summary: 'Sample standard deviation (n - 1); null for fewer than two values.',
  arguments: 1,
  takes: 'numbers',
  create: () => ({ count: 0, hi: 0, lo: 0, squares: 0, rest: 0 }),
  add(accumulator, value) {
    const number = value as number
    const square = number * number
    accumulator.count++
    addTo(accumulator, number)
    addSquares(accumulator, square, productError(number, number, square))
  },
  merge(a, b) {
    const { hi, lo, rest, squares } = a
    const both = { count: a.count + b.count, hi, lo, squares, rest }
    addSum(both, b)
    addSquares(both, b.squares, b.rest)
    return both
  },
  result({ count, hi, lo, rest, squares }) {
    if (count < 2) return null
    // n * sum of squares - (sum)^2, to as many digits.
    const distances = { hi: 0, lo: 0 }
    addProduct(distances, count, rest)
    addProduct(distances, -2 * hi, lo)
    addProduct(distances, count, squares)
    addProduct(distances, -hi, hi)
    if (!Number.isFinite(distances.hi)) return Infinity
    return Math.sqrt(Math.max(0, distances.hi) / count / (count - 1))
  },
})
