import { type AggregateDefinition, defineAggregate } from '@millrace/sdk'
import { addSum, addTo, type DoubleDouble } from './double-double.ts'

interface Count {
  count: number
}

interface Mean extends DoubleDouble {
  count: number
}

interface Spread {
  count: number
  mean: number
  squares: number
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

/** Sample standard deviation (divides by n - 1) by Welford's method; null for fewer than two values. */
export const stddev: AggregateDefinition<Spread> = defineAggregate({
  name: 'stddev',
  summary: 'Sample standard deviation (n - 1); null for fewer than two values.',
  arguments: 1,
  takes: 'numbers',
  create: () => ({ count: 0, mean: 0, squares: 0 }),
  add(accumulator, value) {
    const distance = (value as number) - accumulator.mean
    accumulator.count++
    accumulator.mean += distance / accumulator.count
    accumulator.squares += distance * ((value as number) - accumulator.mean)
  },
  merge(a, b) {
    const count = a.count + b.count
    if (count === 0) return { count: 0, mean: 0, squares: 0 }
    const distance = b.mean - a.mean
    return {
      count,
      mean: a.mean + (distance * b.count) / count,
      squares: a.squares + b.squares + distance * distance * ((a.count * b.count) / count),
    }
  },
  result: ({ count, squares }) => (count < 2 ? null : Math.sqrt(squares / (count - 1))),
})
