/** A value and when it was set. */
export interface StateEntry<T = unknown> {
  readonly value: T
  /** Epoch ms. */
  readonly updatedAt: number
}

/** Where a value stands. */
export interface StateOptions {
  /** Default `default`. The same key in two namespaces is two values. */
  readonly namespace?: string | undefined
}

/** Where a value stands, and what it is where there is none. */
export interface InitialOptions<T> extends StateOptions {
  readonly initial: T
}

/** Reads and sets values by key. */
export interface StateAccess {
  /** The value; `initial` where there is none. */
  getState<T>(key: string, options: InitialOptions<T>): T
  /** The value; null where there is none. */
  getState(key: string, options?: StateOptions): unknown
  updateState(key: string, value: unknown, options?: StateOptions): void
}

const DEFAULT = 'default'

/** Values by namespace and key, in memory. */
export class StateStore {
  readonly #now: () => number
  readonly #namespaces = new Map<string, Map<string, StateEntry>>()

  constructor(now: () => number) {
    this.#now = now
  }

  get(key: string, { namespace = DEFAULT }: StateOptions = {}): StateEntry | undefined {
    return this.#namespaces.get(namespace)?.get(key)
  }

  set(key: string, value: unknown, { namespace = DEFAULT }: StateOptions = {}): StateEntry {
    let entries = this.#namespaces.get(namespace)
    if (entries === undefined) this.#namespaces.set(namespace, (entries = new Map()))
    const entry = { value, updatedAt: this.#now() }
    entries.set(key, entry)
    return entry
  }

  delete(key: string, { namespace = DEFAULT }: StateOptions = {}): boolean {
    const entries = this.#namespaces.get(namespace)
    const had = entries?.delete(key) === true
    if (entries?.size === 0) this.#namespaces.delete(namespace)
    return had
  }

  /** How many values there are. */
  get size(): number {
    return [...this.#namespaces.values()].reduce((sum, entries) => sum + entries.size, 0)
  }
}

/** What one event reads and writes: its own writes at once, the store's only when it has succeeded. */
export class StagedState implements StateAccess {
  readonly #store: StateStore
  #writes:
    | Map<string, { readonly key: string; readonly value: unknown; readonly namespace: string }>
    | undefined

  constructor(store: StateStore) {
    this.#store = store
  }

  getState<T>(key: string, options: InitialOptions<T>): T
  getState(key: string, options?: StateOptions): unknown
  getState(key: string, options: Partial<InitialOptions<unknown>> = {}): unknown {
    const { initial = null, namespace = DEFAULT } = options
    const staged = this.#writes?.get(JSON.stringify([namespace, key]))
    const entry = staged ?? this.#store.get(key, { namespace })
    return entry === undefined ? initial : entry.value
  }

  updateState(key: string, value: unknown, { namespace = DEFAULT }: StateOptions = {}): void {
    this.#writes ??= new Map()
    this.#writes.set(JSON.stringify([namespace, key]), { key, value, namespace })
  }

  commit(): void {
    for (const { key, namespace, value } of this.#writes?.values() ?? []) {
      this.#store.set(key, value, { namespace })
    }
    this.#writes = undefined
  }
}
