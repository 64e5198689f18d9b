import type {
  ListOptions,
  ListState,
  MapState,
  ObjectOptions,
  ObjectState,
  StateOptions,
  StateScope,
  StateTtl,
  ValueState,
} from '@millrace/sdk'
import { ENG_STATE_NAME, ENG_STATE_PATH } from '../errors.ts'
import { CurrentKey, ONLY_SLOT } from './current-key.ts'
import { ExpiringList, type Timed } from './expiring-list.ts'
import { ExpiringMap } from './expiring-map.ts'
import { ExpiringObject } from './expiring-object.ts'
import { ExpiringValue } from './expiring-value.ts'
import { Expiry } from './expiry.ts'
import { isSpillable } from './spillable-store.ts'
import { ABSENT, type Journal, type Undoable } from './journal.ts'
import { HeapList } from './list-state.ts'
import { HeapMap } from './map-state.ts'
import type { ColdKey, MergedCold } from './merged-cold.ts'
import { toPlain } from './merged-handle.ts'
import { HeapNumbers } from './numbers-state.ts'
import { HeapObject } from './object-state.ts'
import { HeapOrdered } from './ordered-state.ts'
import { HeapPanes } from './panes-state.ts'
import { HeapSpans } from './spans-state.ts'
import type { SpillingSlots } from './spilling-slots.ts'
import type { SavedHandle, SavedState, Slots } from './saved-state.ts'
import type { StageChanges } from './stage-changes.ts'
import { isExpiring, type ExpiringStore, type Store } from './store.ts'
import { captureHandle, type Handle, loadFrozen, loadHandle, saveHandle } from './store-snapshot.ts'
import { type StateTime, timeToLive } from './time-to-live.ts'
import { NamedUnits, slotUnits, type Units } from './units.ts'
import { HeapValue } from './value-state.ts'

interface Versioned {
  readonly version?: number | undefined
  readonly migrate?: Handle['migrate']
}

/** Slots of a stage without keys. */
const onlySlot: Slots = { values: () => null, slotOf: () => ONLY_SLOT, arePutBack: () => true }

/** How handles of one namespace are found and made. */
interface Space {
  /** In front of their names. */
  readonly path: string
  readonly current: CurrentKey
  readonly slots: Slots
  readonly declared: Set<string>
}

/** All state of one stage. It outlives the instance: a rebuilt one finds it under the same names. */
export class HeapState {
  readonly #current: CurrentKey
  readonly #global = new CurrentKey([])
  readonly #journal: Journal
  readonly #time: StateTime
  readonly #slots: Slots
  /** Absent: all stays in memory. */
  readonly #spilling: SpillingSlots | undefined
  readonly #handles = new Map<string, Handle>()
  /** What a snapshot held and no handle has claimed so far. */
  readonly #unclaimed = new Map<string, SavedHandle>()
  #expiring: readonly ExpiringStore[] = []
  /** Those that follow the key. */
  #keyed: readonly Store[] = []

  constructor(
    current: CurrentKey,
    journal: Journal,
    time: StateTime,
    slots: Slots = onlySlot,
    spilling?: SpillingSlots,
  ) {
    this.#spilling = spilling
    this.#current = current
    this.#journal = journal
    this.#time = time
    this.#slots = slots
  }

  get used(): boolean {
    return this.#handles.size > 0
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

  /** Entries held for keys, of all handles. */
  get held(): number {
    let held = 0
    for (const { size } of this.#keyed) held += size
    return held
  }

  /** Whether any handle has something for the key of a slot. */
  holds(slot: number): boolean {
    for (const store of this.#keyed) if (store.holds(slot)) return true
    return false
  }

  /** Entries held, by handle. */
  entries(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#handles].map(([name, { store }]) => [name, store.size]))
  }

  /** Stretches of time that are open, of all keys; undefined without handles for such. */
  get openWindows(): number | undefined {
    let open: number | undefined
    for (const { kind, store } of this.#handles.values()) {
      if (kind === 'panes' || kind === 'spans') open = (open ?? 0) + store.size
    }
    return open
  }

  /** Entries let go because their time was past, by handle with `ttl`. */
  expired(): Readonly<Record<string, number>> {
    const stores = [...this.#handles].flatMap(([name, { store }]) =>
      isExpiring(store) ? [[name, store.expiry.expired] as const] : [],
    )
    return Object.fromEntries(stores)
  }

  /** All that is kept now: for between records. */
  snapshot(): SavedState {
    const handles = [...this.#handles].map(([name, handle]) => [name, saveHandle(handle)])
    return { ...this.#plainUnclaimed(), ...Object.fromEntries(handles) }
  }

  /** What is kept now for some slots, and all that follows no key: for between records. */
  capture(slots: Int32Array): Pick<StageChanges, 'handles' | 'unclaimed' | 'cold'> {
    const { cold, warm } = this.#spilling?.capture(slots) ?? { warm: slots }
    const handles = [...this.#handles].map(([name, handle]) => {
      const of = isSpillable(handle.store) ? warm : slots
      return [name, captureHandle(handle, handle.slots === onlySlot ? undefined : of)]
    })
    return {
      ...(cold && { cold }),
      handles: Object.fromEntries(handles),
      unclaimed: this.#plainUnclaimed(),
    }
  }

  #plainUnclaimed(): SavedState {
    return Object.fromEntries([...this.#unclaimed].map(([name, saved]) => [name, toPlain(saved)]))
  }

  /** What handles begin with, by name: for before the first instance. A name that none of them has is kept for later ones. */
  restore(saved: SavedState): void {
    for (const [name, handle] of Object.entries(saved)) this.#unclaimed.set(name, handle)
  }

  /**
   * Gives handles what their keys kept on the disk: for when the first instance has made them. `use` is told of each key before,
   * `loaded` after.
   */
  restoreCold(
    cold: MergedCold,
    slotOf: (key: ColdKey) => number,
    { loaded, use }: { readonly use: (slot: number) => void; readonly loaded: () => void },
  ): void {
    for (const key of cold.keys()) {
      const slot = slotOf(key)
      use(slot)
      for (const { frozen, handle } of key.parts) {
        const own = this.#handles.get(handle.name)
        // What lies there of this key is not what the handle has, or nobody has it.
        if (own?.version !== handle.version) this.#current.touched.mark(slot)
        if (own !== undefined) loadFrozen(own, slot, frozen, handle.version)
      }
      loaded()
    }
    // What a later instance claims is with the rest.
    for (const [name, saved] of this.#unclaimed) this.#unclaimed.set(name, toPlain(saved))
  }

  /** The scope of one instance. Its handles throw ENG_STATE_NAME for a name declared twice in it, ENG_STATE_PATH for one with signs. */
  scope(): StateScope {
    const declared = new Set<string>()
    const global = this.#scope(
      { path: 'global:', current: this.#global, slots: onlySlot, declared },
      undefined,
    )
    return this.#scope({ path: '', current: this.#current, slots: this.#slots, declared }, global)
  }

  #scope(space: Space, global: StateScope | undefined): StateScope {
    const { current, path } = space
    const journal = this.#journal
    const handle = <S extends Store>(
      kind: string,
      name: string,
      make: () => S,
      options?: Versioned,
    ): S => this.#handle(space, { kind, name, ...options }, make)
    const scope: StateScope = {
      slot: () => current.order.of(current.require('slot')),
      value: <T>(name: string, options: { readonly initial: () => T } & StateOptions<T>) => {
        const make = (): ValueState<T> & Store => {
          const inner = new HeapValue<T>(name, current, journal, options.initial)
          const expiry = this.#slotExpiry(space, name, inner, options.ttl)
          return expiry === undefined ? inner : new ExpiringValue(inner, current, expiry)
        }
        return handle('value', name, make, options)
      },
      map: <K, V>(name: string, options: StateOptions<V> = {}) => {
        const make = (): MapState<K, V> & Store => {
          const inner = new HeapMap<K, V>(name, current, journal)
          if (options.ttl === undefined) return inner
          const expiry = this.#expiry(space, name, inner, options.ttl, new NamedUnits())
          return new ExpiringMap(name, inner, current, expiry)
        }
        return handle('map', name, make, options)
      },
      list: <T>(name: string, options: ListOptions<T> = {}) => {
        const make = (): ListState<T> & Store => {
          if (options.ttl === undefined) return new HeapList<T>(name, current, journal)
          const inner = new HeapList<Timed<T>>(name, current, journal)
          const ttl = timeToLive(name, options.ttl)
          return new ExpiringList(name, inner, current, { ttl, time: this.#time })
        }
        return handle('list', name, make, options)
      },
      object: <T>(name: string, options: ObjectOptions<T>) => {
        const make = (): ObjectState<T> & Store => {
          const inner = new HeapObject(name, current, journal, options)
          return this.#renewed(space, name, inner, options.ttl)
        }
        return handle('object', name, make, options)
      },
      numbers: (name, options) => {
        const make = () => {
          const inner = new HeapNumbers(name, current, journal, options.create)
          return this.#renewed(space, name, inner, options.ttl)
        }
        return handle('numbers', name, make, options)
      },
      panes: (name, { create }) =>
        handle('panes', name, () => new HeapPanes(name, current, journal, create)),
      spans: (name, options) =>
        handle('spans', name, () => new HeapSpans(name, current, journal, options)),
      ordered: <T>(name: string, options?: Omit<StateOptions<T>, 'ttl'>) =>
        handle('ordered', name, () => new HeapOrdered<T>(name, current, journal), options),
      namespace: (name) => this.#scope({ ...space, path: `${path}${checked(name)}/` }, global),
      global: () => global ?? scope,
    }
    return scope
  }

  #handle<S extends Store>(
    { current, declared, path, slots }: Space,
    {
      kind,
      name,
      version = 1,
      migrate,
    }: { readonly kind: string; readonly name: string } & Versioned,
    make: () => S,
  ): S {
    const whole = `${path}${checked(name)}`
    if (declared.has(whole)) throw ENG_STATE_NAME({ name: whole })
    declared.add(whole)
    const known = this.#handles.get(whole)
    if (known !== undefined) return known.store as S
    const store = make()
    const handle = { kind, version, migrate, slots, store }
    const saved = this.#unclaimed.get(whole)
    const spilling = slots === onlySlot ? undefined : this.#spilling
    spilling?.attach(whole, handle)
    if (saved !== undefined && !loadHandle(whole, handle, saved, spilling?.loading(store))) {
      // What earlier changes say of it, if anything, is not what it has now.
      current.touched.markAll()
    }
    this.#unclaimed.delete(whole)
    this.#handles.set(whole, handle)
    if (slots !== onlySlot) this.#keyed = [...this.#keyed, store]
    if (isExpiring(store)) this.#expiring = [...this.#expiring, store]
    return store
  }

  #renewed<T>(
    space: Space,
    name: string,
    inner: ObjectState<T> & Store & Undoable,
    ttl: StateTtl | undefined,
  ): ObjectState<T> & Store {
    const expiry = this.#slotExpiry(space, name, inner, ttl)
    return expiry === undefined ? inner : new ExpiringObject(name, inner, space.current, expiry)
  }

  #slotExpiry(
    space: Space,
    name: string,
    inner: Undoable,
    ttl: StateTtl | undefined,
  ): Expiry | undefined {
    return ttl && this.#expiry(space, name, inner, ttl, slotUnits)
  }

  #expiry({ current }: Space, name: string, inner: Undoable, ttl: StateTtl, units: Units): Expiry {
    return new Expiry({
      ttl: timeToLive(name, ttl),
      time: this.#time,
      journal: this.#journal,
      units,
      touched: current.touched,
      drop: (slot, entry) => {
        const { touched } = current
        touched.mark(slot)
        const mark = touched.pass(slot)
        inner.restore(slot, entry, ABSENT)
        touched.passed(slot, mark)
      },
    })
  }
}

/** A name that can stand in a path. Throws ENG_STATE_PATH. */
function checked(name: string): string {
  if (name === '' || /[/:]/u.test(name)) throw ENG_STATE_PATH({ name })
  return name
}
