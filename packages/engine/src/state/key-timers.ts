import type { TimerService } from '@millrace/sdk'
import { ENG_TIMER_AT, ENG_TIMER_KEY } from '../errors.ts'
import { NO_SLOT, type CurrentKey } from './current-key.ts'
import type { Journal, Undoable } from './journal.ts'
import { SlotCounts } from './slot-counts.ts'
import type { TimerColumns } from './stage-changes.ts'
import { TimerNames } from './timer-names.ts'
import { TimerTable } from './timer-table.ts'

/** A timer as a snapshot holds it, apart from its key. */
export interface TimerAt {
  readonly slot: number
  readonly name: string
  readonly at: number
}

/** The timers of one time that a stage has set, by key. They outlive its instance. */
export class KeyTimers implements TimerService {
  readonly time: 'event' | 'clock'
  readonly #current: CurrentKey
  readonly #journal: Journal
  readonly #table = new TimerTable()
  readonly #names = new TimerNames()
  readonly #counts = new SlotCounts()
  readonly #set: Undoable = {
    restore: (slot, at, name) => void this.#remove(slot, at as number, name as string),
  }
  readonly #deleted: Undoable = {
    restore: (slot, at, old) => {
      const { name, order } = old as { readonly name: string; readonly order: number }
      this.#add(slot, at as number, name, order)
    },
  }
  /** Told when the earliest timer is one that was set now. */
  readonly #isFirst: () => void
  /** What `take` took, until it is called again. */
  readonly taken: { slot: number; name: string; at: number; order: number } = {
    slot: 0,
    name: '',
    at: 0,
    order: 0,
  }

  constructor(
    time: 'event' | 'clock',
    current: CurrentKey,
    journal: Journal,
    isFirst: () => void = () => {},
  ) {
    this.time = time
    this.#current = current
    this.#journal = journal
    this.#isFirst = isFirst
  }

  get size(): number {
    return this.#table.size
  }

  /** The earliest time; Infinity where there is none. */
  get first(): number {
    return this.#table.first
  }

  isDue(now: number): boolean {
    return this.#table.isDue(now)
  }

  set(at: number, name = ''): void {
    const slot = this.#require()
    if (typeof at !== 'number' || Number.isNaN(at)) throw ENG_TIMER_AT({ got: String(at) })
    if (!this.#add(slot, at, name)) return
    this.#journal.remember(this.#set, slot, at, name)
    if (this.first === at) this.#isFirst()
  }

  delete(at: number, name = ''): void {
    const slot = this.#require()
    const order = this.#remove(slot, at, name)
    if (order >= 0) this.#journal.remember(this.#deleted, slot, at, { name, order })
  }

  /** Takes the earliest timer out, into `taken`. */
  take(): void {
    this.#table.take()
    this.#counts.remove(this.#table.taken.slot)
    const { at, name, order, slot } = this.#table.taken
    this.taken.slot = slot
    this.taken.at = at
    this.taken.order = order
    this.taken.name = this.#names.drop(name)
  }

  /** What was taken last is to fire again. */
  putBack(): void {
    const { at, name, order, slot } = this.taken
    this.#add(slot, at, name, order)
  }

  /** Whether a timer is set for the key of a slot. */
  holds(slot: number): boolean {
    return this.#counts.has(slot)
  }

  /** All timers, in the order in which they will fire. */
  *all(): Iterable<TimerAt> {
    for (const { at, name, slot } of this.#table.entries()) {
      yield { at, name: this.#names.name(name), slot }
    }
  }

  /** Those of some slots, or of all; `has` is not 0 for those. */
  capture(has: Uint8Array | undefined): TimerColumns {
    const { names, ...columns } = this.#table.pick(has)
    const texts = this.#names.all()
    const slice = (from: number, to: number): readonly string[] => {
      const some: string[] = []
      for (let at = from; at < Math.min(to, names.length); at++)
        some.push(texts[names[at] as number] as string)
      return some
    }
    return { ...columns, names: { length: names.length, slice } }
  }

  /** So many will be loaded. */
  makeRoom(count: number): void {
    this.#table.makeRoom(count)
  }

  /** Sets a timer of a snapshot; `order` is its place among those of the same time, the last one where it is absent. */
  load({ at, name, slot }: TimerAt, order?: number): void {
    this.#add(slot, at, name, order)
    if (this.first === at) this.#isFirst()
  }

  #require(): number {
    if (this.#current.slot === NO_SLOT) throw ENG_TIMER_KEY({})
    return this.#current.slot
  }

  #add(slot: number, at: number, name: string, order?: number): boolean {
    const id = this.#names.take(name)
    const isNew = this.#table.add(slot, id, at, order)
    if (isNew) this.#counts.add(slot)
    else this.#names.drop(id)
    return isNew
  }

  #remove(slot: number, at: number, name: string): number {
    const id = this.#names.find(name)
    const order = id === undefined ? -1 : this.#table.delete(slot, id, at)
    if (order >= 0) {
      this.#names.drop(id as number)
      this.#counts.remove(slot)
    }
    return order
  }
}
