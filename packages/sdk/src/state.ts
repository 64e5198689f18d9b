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
}
