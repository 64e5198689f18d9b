import { type AggregateDefinition, defineAggregate } from '@millrace/sdk'

interface Values {
  readonly values: unknown[]
}

/** All values that are not null, in the order of arrival; `list(record)`: the records. It grows with them. */
export const list: AggregateDefinition<Values> = defineAggregate({
  name: 'list',
  summary: 'All values that are not null, in the order of arrival; list(record): the records.',
  arguments: 1,
  create: (): Values => ({ values: [] }),
  add: (accumulator, value) => void accumulator.values.push(value),
  merge: (a, b) => ({ values: [...a.values, ...b.values] }),
  // A copy: more may be added once this is on its way.
  result: ({ values }) => [...values],
})
