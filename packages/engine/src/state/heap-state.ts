import type {
  ListState,
  MapState,
  ObjectState,
  StateOptions,
  StateScope,
  StateTtl,
  ValueState,
} from '@millrace/sdk'
import { ENG_STATE_NAME, ENG_STATE_PATH } from '../errors.ts'
import { CurrentKey } from './current-key.ts'
import { ExpiringList, type Timed } from './expiring-list.ts'
import { ExpiringMap } from './expiring-map.ts'
import { ExpiringObject } from './expiring-object.ts'
import { ExpiringValue } from './expiring-value.ts'
import { Expiry } from './expiry.ts'
import { ABSENT, type Journal, type Undoable } from './journal.ts'
import { HeapList } from './list-state.ts'
import { HeapMap } from './map-state.ts'
import { HeapNumbers } from './numbers-state.ts'
import { HeapObject } from './object-state.ts'
import { HeapOrdered } from './ordered-state.ts'
import { HeapPanes } from './panes-state.ts'
import { HeapSpans } from './spans-state.ts'
import { isExpiring, type ExpiringStore, type Store } from './store.ts'
import { type StateTime, timeToLive } from './time-to-live.ts'
import { NamedUnits, slotUnits, type Units } from './units.ts'
import { HeapValue } from './value-state.ts'

/** How handles of one namespace are found and made. */
interface Space {
  /** In front of their names. */
  readonly path: string
  readonly current: CurrentKey
  readonly declared: Set<string>
}

/** All state of one stage. It outlives the instance: a rebuilt one finds it under the same names. */
export class HeapState {
  readonly #current: CurrentKey
  readonly #global = new CurrentKey([])
  readonly #journal: Journal
  readonly #time: StateTime
  readonly #stores = new Map<string, Store>()
  #expiring: readonly ExpiringStore[] = []

  constructor(current: CurrentKey, journal: Journal, time: StateTime) {
    this.#current = current
    this.#journal = journal
    this.#time = time
  }

  get used(): boolean {
    return this.#stores.size > 0
  }

  /** Whether what can be read depends on event time. */
  get followsEventTime(): boolean {
    return this.#expiring.some(({ expiry }) => expiry.time === 'event')
  }

  /** The earliest time by the clock at which something goes; Infinity where there is none. */
  get firstByClock(): number {
    let first = Number.POSITIVE_INFINITY
    for (const { expiry } of this.#expiring) {
      if (expiry.time === 'clock' && expiry.first < first) first = expiry.first
    }
    return first
  }

  /** Lets go of what is past its time at `now`. */
  release(time: 'event' | 'clock', now: number): void {
    for (const { expiry } of this.#expiring) {
      if (expiry.time === time && expiry.first <= now) expiry.release(now)
    }
  }

  /** Entries held, by handle. */
  entries(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#stores].map(([name, { size }]) => [name, size]))
  }

  /** Entries let go because their time was past, by handle with `ttl`. */
  expired(): Readonly<Record<string, number>> {
    const stores = [...this.#stores].flatMap(([name, store]) =>
      isExpiring(store) ? [[name, store.expiry.expired] as const] : [],
    )
    return Object.fromEntries(stores)
  }

  /** The scope of one instance. Its handles throw ENG_STATE_NAME for a name declared twice in it, ENG_STATE_PATH for one with signs. */
  scope(): StateScope {
    const declared = new Set<string>()
    const global = this.#scope({ path: 'global:', current: this.#global, declared }, undefined)
    return this.#scope({ path: '', current: this.#current, declared }, global)
  }

  #scope(space: Space, global: StateScope | undefined): StateScope {
    const { current, declared, path } = space
    const journal = this.#journal
    const handle = <S extends Store>(name: string, make: () => S): S =>
      this.#handle(space, name, make)
    const scope: StateScope = {
      slot: () => current.require('slot'),
      value: <T>(name: string, options: { readonly initial: () => T } & StateOptions) =>
        handle<ValueState<T> & Store>(name, () => {
          const inner = new HeapValue<T>(name, current, journal, options.initial)
          const expiry = this.#slotExpiry(name, inner, options.ttl)
          return expiry === undefined ? inner : new ExpiringValue(inner, current, expiry)
        }),
      map: <K, V>(name: string, { ttl }: StateOptions = {}) =>
        handle<MapState<K, V> & Store>(name, () => {
          const inner = new HeapMap<K, V>(name, current, journal)
          if (ttl === undefined) return inner
          const expiry = this.#expiry(name, inner, ttl, new NamedUnits())
          return new ExpiringMap(name, inner, current, expiry)
        }),
      list: <T>(name: string, { ttl }: StateOptions = {}) =>
        handle<ListState<T> & Store>(name, () => {
          if (ttl === undefined) return new HeapList<T>(name, current, journal)
          const inner = new HeapList<Timed<T>>(name, current, journal)
          const options = { ttl: timeToLive(name, ttl), time: this.#time }
          return new ExpiringList(name, inner, current, options)
        }),
      object: (name, options) =>
        handle(name, () => {
          const inner = new HeapObject(name, current, journal, options.create)
          return this.#renewed(space, name, inner, options.ttl)
        }),
      numbers: (name, options) =>
        handle(name, () => {
          const inner = new HeapNumbers(name, current, journal, options.create)
          return this.#renewed(space, name, inner, options.ttl)
        }),
      panes: (name, options) =>
        handle(name, () => new HeapPanes(name, current, journal, options.create)),
      spans: (name, options) => handle(name, () => new HeapSpans(name, current, journal, options)),
      ordered: (name) => handle(name, () => new HeapOrdered(name, current, journal)),
      namespace: (name) =>
        this.#scope({ path: `${path}${checked(name)}/`, current, declared }, global),
      global: () => global ?? scope,
    }
    return scope
  }

  #handle<S extends Store>({ declared, path }: Space, name: string, make: () => S): S {
    const whole = `${path}${checked(name)}`
    if (declared.has(whole)) throw ENG_STATE_NAME({ name: whole })
    declared.add(whole)
    const known = this.#stores.get(whole)
    if (known !== undefined) return known as S
    const made = make()
    this.#stores.set(whole, made)
    if (isExpiring(made)) this.#expiring = [...this.#expiring, made]
    return made
  }

  #renewed<T>(
    { current }: Space,
    name: string,
    inner: ObjectState<T> & Store & Undoable,
    ttl: StateTtl | undefined,
  ): ObjectState<T> & Store {
    const expiry = this.#slotExpiry(name, inner, ttl)
    return expiry === undefined ? inner : new ExpiringObject(name, inner, current, expiry)
  }

  #slotExpiry(name: string, inner: Undoable, ttl: StateTtl | undefined): Expiry | undefined {
    return ttl && this.#expiry(name, inner, ttl, slotUnits)
  }

  #expiry(name: string, inner: Undoable, ttl: StateTtl, units: Units): Expiry {
    return new Expiry({
      ttl: timeToLive(name, ttl),
      time: this.#time,
      journal: this.#journal,
      units,
      drop: (slot, entry) => inner.restore(slot, entry, ABSENT),
    })
  }
}

/** A name that can stand in a path. Throws ENG_STATE_PATH. */
function checked(name: string): string {
  if (name === '' || /[/:]/u.test(name)) throw ENG_STATE_PATH({ name })
  return name
}
