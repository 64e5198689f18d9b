import { type AggregateDefinition, defineAggregate } from '@millrace/sdk'

interface Extreme {
  count: number
  value: number
}

interface Kept {
  /** Event time of the value, epoch ms; infinite for none. */
  at: number
  value: unknown
}

function extreme(
  name: string,
  summary: string,
  better: (value: number, than: number) => boolean,
): AggregateDefinition<Extreme> {
  return defineAggregate({
    name,
    summary,
    arguments: 1,
    takes: 'numbers',
    create: () => ({ count: 0, value: 0 }),
    add(accumulator, value) {
      if (accumulator.count === 0 || better(value as number, accumulator.value)) {
        accumulator.value = value as number
      }
      accumulator.count++
    },
    merge(a, b) {
      const takesB = a.count === 0 || (b.count > 0 && better(b.value, a.value))
      return { count: a.count + b.count, value: takesB ? b.value : a.value }
    },
    result: ({ count, value }) => (count === 0 ? null : value),
  })
}

/** Smallest number; null for no values. */
export const min: AggregateDefinition<Extreme> = extreme(
  'min',
  'Smallest number; null for no values.',
  (value, than) => value < than,
)

/** Largest number; null for no values. */
export const max: AggregateDefinition<Extreme> = extreme(
  'max',
  'Largest number; null for no values.',
  (value, than) => value > than,
)

/** Value with the smallest event time that is not null; of several at one time, the one that came first. Null for no values. */
export const first: AggregateDefinition<Kept> = defineAggregate({
  name: 'first',
  summary: 'First value that is not null, by event time.',
  arguments: 1,
  create: (): Kept => ({ at: Number.POSITIVE_INFINITY, value: null }),
  add(accumulator, value, timestamp) {
    if (timestamp >= accumulator.at) return
    accumulator.at = timestamp
    accumulator.value = value
  },
  merge: (a, b) => ({ ...(b.at < a.at ? b : a) }),
  result: ({ value }) => value,
})

/** Value with the largest event time that is not null; of several at one time, the one that came last. Null for no values. */
export const last: AggregateDefinition<Kept> = defineAggregate({
  name: 'last',
  summary: 'Last value that is not null, by event time.',
  arguments: 1,
  create: (): Kept => ({ at: Number.NEGATIVE_INFINITY, value: null }),
  add(accumulator, value, timestamp) {
    if (timestamp < accumulator.at) return
    accumulator.at = timestamp
    accumulator.value = value
  },
  merge: (a, b) => ({ ...(b.at >= a.at ? b : a) }),
  result: ({ value }) => value,
})
