import type { Key } from './batch.ts'

/** One value per key (one in all without `by`). Values are immutable: set a new one. */
export interface ValueState<T> {
  get(): T
  set(value: T): void
  clear(): void
  /** All keys with a value, in the order they were first set. While one is in hand, the stage's state follows its key. */
  entries(): Iterable<readonly [Key | undefined, T]>
}

/** A map per key. */
export interface MapState<K, V> {
  get(name: K): V | undefined
  has(name: K): boolean
  set(name: K, value: V): void
  delete(name: K): boolean
  entries(): Iterable<readonly [K, V]>
  clear(): void
}

/** A list per key. */
export interface ListState<T> {
  add(value: T): void
  values(): readonly T[]
  clear(): void
}

/** An object per key that is changed in place and cannot be undone: evaluate all that can throw before the first change. */
export interface ObjectState<T> {
  get(): T
  clear(): void
  /** All keys with an object, in the order in which they were made. While one is in hand, the stage's state follows its key. */
  entries(): Iterable<readonly [Key | undefined, T]>
}

/**
 * A few numbers per key, changed in place like an object but held as a row of doubles: at a million keys a fraction of the
 * memory and the time. `get` and `entries` give one object again and again, which stands for the key in hand: do not keep it.
 */
export interface NumbersState<T> {
  get(): T
  clear(): void
  /** All keys with numbers, in the order in which they were made. While one is in hand, the stage's state follows its key. */
  entries(): Iterable<readonly [Key | undefined, T]>
}

/**
 * An accumulator per key and pane: a stretch of event time, named by a number such as its start. What `create` gives is one
 * accumulator or a list of them. They are changed in place; only making and clearing can be undone. Those of nothing but
 * numbers are held as rows of doubles: what is handed out stands for the pane in hand, do not keep it.
 */
export interface PanesState<T> {
  /** That of the key in hand, made where there is none. */
  get(start: number): T
  /** That of the key in hand, if there is one. */
  find(start: number): T | undefined
  /** Panes in which any key has something, ascending. */
  starts(): readonly number[]
  /** All keys of a pane, in the order in which the stage first saw them. While one is in hand, the stage's state follows its key. */
  entries(start: number): Iterable<readonly [Key | undefined, T]>
  /** Lets go of a pane, of all keys at once. */
  release(start: number): void
  /** Lets go of what the key in hand has in a pane. */
  clear(start: number): void
  /** How many accumulators there are, over all keys and panes. */
  readonly size: number
}

/** A stretch of event time from `start` to before `end`, of the key in hand. One object again and again: do not keep it. */
export interface Span<T> {
  readonly start: number
  readonly end: number
  /** Its accumulators, changed in place. */
  readonly value: T
  /** Makes it ready at `time`, whatever was said before. A new one is never ready. */
  wake(time: number): void
  /** Lets go of it. */
  release(): void
}

/** How spans are made and merged. */
export interface SpansOptions<T> {
  /** The first accumulators of a span: one or a list, of the same shape each time. */
  readonly create: () => T
  /** Accumulators over both; `a` is of the earlier span. Leaves its arguments alone. */
  readonly merge: (a: T, b: T) => T
}

/**
 * Stretches of event time per key, such as sessions, that never overlap: one that bridges others is merged with them. Their
 * accumulators are changed in place; only making one can be undone.
 */
export interface SpansState<T> {
  /** The span of the key in hand over `start` to before `end` and over all that it overlaps: made, widened or merged. */
  join(start: number, end: number): Span<T>
  /** Spans of the key in hand that overlap `start` to before `end`, the latest first. */
  find(start: number, end: number): Iterable<Span<T>>
  /**
   * Spans to be woken at or before `time`, by that time, then in the order in which the stage first saw their keys; each is
   * asleep from then on. While one is in hand, the stage's state follows its key.
   */
  ready(time: number): Iterable<readonly [Key | undefined, Span<T>]>
  /** None is ready before this time. */
  readonly due: number
  /** All of them, by key in the order in which the stage first saw these. While one is in hand, the stage's state follows its key. */
  entries(): Iterable<readonly [Key | undefined, Span<T>]>
  /** How many there are, over all keys. */
  readonly size: number
}

/** A run of immutable values per key, ordered by time; those of the same time in the order in which they were added. */
export interface OrderedState<T> {
  add(time: number, value: T): void
  /** From `from` to before `to`. */
  range(from: number, to: number): Iterable<readonly [number, T]>
  /** The latest at or before `atMost`; without it, of all. */
  last(atMost?: number): readonly [number, T] | undefined
  /** The earliest. */
  first(): readonly [number, T] | undefined
  clear(): void
  /**
   * Lets go of everything before `time`, of all keys; the rest of the cost is that of what goes. `visit` sees it first: key by
   * key, with the stage's state following. Cannot be undone: for hooks.
   */
  releaseBefore(time: number, visit?: (time: number, value: T) => void): void
  /** How many there are, over all keys. */
  readonly size: number
}

/** Makes state handles. They follow the key of the record in hand. Names are unique in a stage. */
export interface StateScope {
  value<T>(name: string, options: { readonly initial: () => T }): ValueState<T>
  map<K, V>(name: string): MapState<K, V>
  list<T>(name: string): ListState<T>
  object<T>(name: string, options: { readonly create: () => T }): ObjectState<T>
  /** `create` gives the first numbers of a key: the same fields each time, nothing but numbers. */
  numbers<T extends { [K in keyof T]: number }>(
    name: string,
    options: { readonly create: () => T },
  ): NumbersState<T>
  /** `create` gives the first accumulators of a key in a pane: the same shape each time. */
  panes<T>(name: string, options: { readonly create: () => T }): PanesState<T>
  spans<T>(name: string, options: SpansOptions<T>): SpansState<T>
  ordered<T>(name: string): OrderedState<T>
}
