import { type AggregateDefinition, defineAggregate } from '@millrace/sdk'

interface Values {
  readonly values: unknown[]
  /** Event time of each, epoch ms. */
  readonly times: number[]
}

/** All values that are not null, by event time; those of one time as they came. `list(record)`: the records. It grows with them. */
export const list: AggregateDefinition<Values> = defineAggregate({
  name: 'list',
  summary: 'All values that are not null, by event time; list(record): the records.',
  arguments: 1,
  create: (): Values => ({ values: [], times: [] }),
  add({ values, times }, value, timestamp) {
    values.push(value)
    times.push(timestamp)
  },
  merge: (a, b) => ({ values: [...a.values, ...b.values], times: [...a.times, ...b.times] }),
  // A copy: more may be added once this is on its way.
  result({ values, times }) {
    const order = Array.from(times.keys())
    order.sort((a, b) => (times[a] as number) - (times[b] as number))
    return order.map((index) => values[index])
  },
})
