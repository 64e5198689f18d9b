import type { Key } from './batch.ts'

/** How long what a state handle keeps lives. What is past its time reads as absent at once, and is let go when time passes. */
export interface StateTtl {
  /** Above 0. */
  readonly ms: number
  /** What begins its time anew: writing it (the default), or also reading it. */
  readonly of?: 'write' | 'access' | undefined
  /**
   * Event time (the default): that of the record in hand, or the watermark where it is further; what the watermark passes is let
   * go. Or the clock of the job. The end of the input is no time that passes.
   */
  readonly time?: 'event' | 'clock' | undefined
}

/** What state handles may be told. */
export interface StateOptions<T = unknown> {
  /** Default: it lives until it is cleared. */
  readonly ttl?: StateTtl | undefined
  /** A whole number that grows when what is kept changes its form. Default 1. */
  readonly version?: number | undefined
  /** Makes of a value, name's value, item or object that an earlier `version` kept what this one keeps. Without it such state is refused. */
  readonly migrate?: ((data: unknown, version: number) => T) | undefined
}

/** What a list may be told: its items live from when they were added. */
export interface ListOptions<T = unknown> extends Omit<StateOptions<T>, 'ttl'> {
  readonly ttl?: Omit<StateTtl, 'of'> | undefined
}

/** How objects are made, and how they are written down. */
export interface ObjectOptions<T> extends Omit<StateOptions<T>, 'migrate'> {
  readonly create: () => T
  /** A copy as data that nothing changes any more. Default: a structured clone, which knows plain objects, maps and arrays. */
  readonly snapshot?: ((value: T) => unknown) | undefined
  /** The object of such data. Default: a structured clone. */
  readonly restore?: ((data: unknown) => T) | undefined
  /** Makes of what `snapshot` of an earlier `version` gave what `restore` takes now. Without it such state is refused. */
  readonly migrate?: ((data: unknown, version: number) => unknown) | undefined
}

/** One value per key (one in all without `by`). Values are immutable: set a new one. */
export interface ValueState<T> {
  get(): T
  set(value: T): void
  clear(): void
  /** All keys with a value, in the order they were first set. While one is in hand, the stage's state follows its key. */
  entries(): Iterable<readonly [Key | undefined, T]>
}

/** A map per key. With `ttl` each of its names has a time of its own. */
export interface MapState<K, V> {
  get(name: K): V | undefined
  has(name: K): boolean
  set(name: K, value: V): void
  delete(name: K): boolean
  entries(): Iterable<readonly [K, V]>
  clear(): void
}

/** A list per key. With `ttl` each of its items has a time of its own. */
export interface ListState<T> {
  add(value: T): void
  values(): readonly T[]
  clear(): void
}

/**
 * An object per key that is changed in place and cannot be undone: evaluate all that can throw before the first change. For its
 * `ttl` to get it is to write it.
 */
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

/** Goes through values in order of time. One object again and again: it ends where anything is added or let go. */
export interface OrderedScan<T> {
  /** Goes to the next one, false behind the last. */
  next(): boolean
  readonly time: number
  readonly value: T
}

/** A run of immutable values per key, ordered by time; those of the same time in the order in which they were added. */
export interface OrderedState<T> {
  add(time: number, value: T): void
  /** From `from` to before `to`. */
  range(from: number, to: number): Iterable<readonly [number, T]>
  /** The same, without an object for each. */
  scan(from: number, to: number): OrderedScan<T>
  /** The latest at or before `atMost`; without it, of all. */
  last(atMost?: number): readonly [number, T] | undefined
  /** The earliest. */
  first(): readonly [number, T] | undefined
  /** Puts `next` in the place of `value`, the very one that was added for `time`; nothing where it is not there. */
  replace(time: number, value: T, next: T): void
  clear(): void
  /**
   * Lets go of everything before `time`, of all keys; the rest of the cost is that of what goes. `visit` sees it first: key by
   * key, with the stage's state following. Cannot be undone: for hooks.
   */
  releaseBefore(time: number, visit?: (time: number, value: T, key: Key | undefined) => void): void
  /** How many there are, over all keys. */
  readonly size: number
}

/**
 * Makes state handles. They follow the key of the record in hand. Names are unique in a namespace of a stage; they hold neither
 * `/` nor `:`.
 */
export interface StateScope {
  /**
   * A number for the key in hand that grows in the order in which the stage first saw its keys; 0 without `by`. A key keeps it
   * while it has state or timers; afterwards it may get another one, and no key gets this one again. For what an instance works
   * out from its state and keeps beside it.
   */
  slot(): number
  value<T>(name: string, options: { readonly initial: () => T } & StateOptions<T>): ValueState<T>
  map<K, V>(name: string, options?: StateOptions<V>): MapState<K, V>
  list<T>(name: string, options?: ListOptions<T>): ListState<T>
  object<T>(name: string, options: ObjectOptions<T>): ObjectState<T>
  /** `create` gives the first numbers of a key: the same fields each time, nothing but numbers. */
  numbers<T extends { [K in keyof T]: number }>(
    name: string,
    options: { readonly create: () => T } & StateOptions<T>,
  ): NumbersState<T>
  /** `create` gives the first accumulators of a key in a pane: the same shape each time. */
  panes<T>(name: string, options: { readonly create: () => T }): PanesState<T>
  spans<T>(name: string, options: SpansOptions<T>): SpansState<T>
  ordered<T>(name: string, options?: Omit<StateOptions<T>, 'ttl'>): OrderedState<T>
  /** State under names of its own: that of a key is apart from what the key has in another namespace. */
  namespace(name: string): StateScope
  /** State that follows no key: one for the whole stage, readable and writable whatever is in hand. */
  global(): StateScope
}
