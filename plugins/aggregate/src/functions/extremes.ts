import { type AggregateDefinition, defineAggregate } from '@millrace/sdk'

interface Extreme {
  count: number
  value: number
}

interface Kept {
  present: boolean
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

/** First value that is not null, in the order of arrival; null for no values. */
export const first: AggregateDefinition<Kept> = defineAggregate({
  name: 'first',
  summary: 'First value that is not null, in the order of arrival.',
  arguments: 1,
  create: (): Kept => ({ present: false, value: null }),
  add(accumulator, value) {
    if (accumulator.present) return
    accumulator.present = true
    accumulator.value = value
  },
  merge: (a, b) => ({ ...(a.present ? a : b) }),
  result: ({ value }) => value,
})

/** Last value that is not null, in the order of arrival; null for no values. */
export const last: AggregateDefinition<Kept> = defineAggregate({
  name: 'last',
  summary: 'Last value that is not null, in the order of arrival.',
  arguments: 1,
  create: (): Kept => ({ present: false, value: null }),
  add(accumulator, value) {
    accumulator.present = true
    accumulator.value = value
  },
  merge: (a, b) => ({ ...(b.present ? b : a) }),
  result: ({ value }) => value,
})
