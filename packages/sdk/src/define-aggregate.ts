/** A fold over values. `add` never throws; nulls never reach it (except where there is no argument). */
export interface AggregateDefinition<Accumulator = unknown> {
  readonly kind: 'aggregate'
  readonly name: string
  readonly summary: string
  /** Number of value arguments: 0 such as `count()`, 1 such as `mean(x)`. */
  readonly arguments: 0 | 1
  /** Names of constant arguments after the value, such as the q of `quantile(x, q)`; a default makes one optional. */
  readonly constants?: readonly { readonly name: string; readonly default?: unknown }[]
  /** `numbers`: a value that is not a number is an error of that record. Default `any`. */
  readonly takes?: 'numbers' | 'any'
  /** Plain data, so that it can be written down: objects, lists, maps, sets and what they hold. */
  create(constants: readonly unknown[]): Accumulator
  /** `timestamp` is the event time of the record, epoch ms. */
  add(accumulator: Accumulator, value: unknown, timestamp: number): void
  /** A new accumulator over both; leaves its arguments alone. */
  merge(a: Accumulator, b: Accumulator): Accumulator
  result(accumulator: Accumulator): unknown
}

/** Declares an aggregate function that `aggregate` and windows can use by name. */
export function defineAggregate<Accumulator>(
  definition: Omit<AggregateDefinition<Accumulator>, 'kind'>,
): AggregateDefinition<Accumulator> {
  return { kind: 'aggregate', ...definition }
}
