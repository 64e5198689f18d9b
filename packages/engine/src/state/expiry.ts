import { Dues } from './dues.ts'
import { ABSENT, type Journal, type Undoable } from './journal.ts'
import { NumberColumn } from './number-column.ts'
import type { SlotEntry } from './saved-state.ts'
import type { Expiring } from './store.ts'
import type { StateTime, TimeToLive } from './time-to-live.ts'
import type { TouchedSlots } from './touched-slots.ts'
import type { Units } from './units.ts'

/** Stands for the entries of a slot that is put aside. */
const ASIDE: unique symbol = Symbol('aside')

/**
 * When the entries of one store were written (or read), and when they go. An entry that is refreshed stays in its place of the
 * table until that comes up: a refresh costs one store of a number.
 */
export class Expiry implements Expiring, Undoable {
  readonly #ttl: TimeToLive
  readonly #clock: StateTime
  readonly #journal: Journal
  readonly #units: Units
  readonly #touched: TouchedSlots
  readonly #drop: (slot: number, name: unknown) => void
  /** By unit; a unit without a time has no entry. */
  readonly #times = new NumberColumn()
  /** Units by a time that is never behind the one at which they go. */
  readonly #dues: Dues
  expired = 0

  constructor(options: {
    readonly ttl: TimeToLive
    readonly time: StateTime
    readonly journal: Journal
    readonly units: Units
    readonly touched: TouchedSlots
    /** Lets go of an entry. */
    readonly drop: (slot: number, name: unknown) => void
  }) {
    this.#ttl = options.ttl
    this.#clock = options.time
    this.#journal = options.journal
    this.#units = options.units
    this.#touched = options.touched
    this.#drop = options.drop
    this.#dues = new Dues(() => this.#clock.arm(this.#ttl.time))
  }

  get time(): 'event' | 'clock' {
    return this.#ttl.time
  }

  get first(): number {
    return this.#dues.first
  }

  /** Whether an entry is past its time. */
  isPast(slot: number, name?: unknown): boolean {
    const time = this.#times.get(this.#units.find(slot, name))
    return time + this.#ttl.ms <= this.#now()
  }

  /** The entry was read. */
  read(slot: number, name?: unknown): void {
    if (this.#ttl.refreshesOnRead) this.write(slot, name)
  }

  /** The entry was written: its time begins anew. An older record does not shorten it. */
  write(slot: number, name?: unknown): void {
    const now = this.#now()
    const old = this.#times.get(this.#units.find(slot, name))
    if (old >= now) return
    this.#journal.remember(this, slot, name, Number.isNaN(old) ? ABSENT : old)
    this.#put(slot, name, now)
  }

  /** The entry is gone. */
  forget(slot: number, name?: unknown): void {
    const unit = this.#units.find(slot, name)
    const old = this.#times.get(unit)
    if (Number.isNaN(old)) return
    this.#journal.remember(this, slot, name, old)
    this.#remove(unit)
  }

  /** When the entry was written. */
  timeOf(slot: number, name?: unknown): number {
    return this.#times.get(this.#units.find(slot, name))
  }

  /** The entry is there again, with the time it had; without one its time begins now. */
  load({ name, slot, time }: SlotEntry): void {
    this.#put(slot, name, time ?? this.#now())
  }

  restore(slot: number, name: unknown, old: unknown): void {
    if (old === ABSENT) this.#remove(this.#units.find(slot, name))
    else this.#put(slot, name, old as number)
  }

  release(now: number): void {
    while (this.#dues.isDue(now)) {
      const unit = this.#dues.take()
      const goesAt = this.#times.get(unit) + this.#ttl.ms
      if (goesAt > now) this.#dues.plan(unit, goesAt)
      else if (this.#units.name(unit) === ASIDE) this.#releaseAside(this.#units.slot(unit), now)
      else this.#expire(unit)
    }
  }

  /** The entries of a slot are put aside: their times, by name, which it lets go of; without names it keeps them. */
  freeze(slot: number, names: readonly unknown[] | undefined): readonly number[] {
    if (names === undefined) return [this.timeOf(slot)]
    const times: number[] = []
    let first = Number.POSITIVE_INFINITY
    for (const name of names) {
      const unit = this.#units.find(slot, name)
      const time = this.#times.get(unit)
      times.push(time)
      if (time < first) first = time
      this.#remove(unit)
    }
    this.#put(slot, ASIDE, first)
    return times
  }

  /** They are back. */
  thaw(slot: number, names: readonly unknown[], times: readonly number[]): void {
    this.#remove(this.#units.find(slot, ASIDE))
    for (let at = 0; at < names.length; at++) this.#put(slot, names[at], times[at] as number)
  }

  #expire(unit: number): void {
    this.expired++
    const slot = this.#units.slot(unit)
    const name = this.#units.name(unit)
    this.#remove(unit)
    this.#drop(slot, name)
  }

  /** Of the entries of a slot those go that are past their time; it is put aside again at once, lest all of them come back. */
  #releaseAside(slot: number, now: number): void {
    const mark = this.#touched.pass(slot)
    for (const name of this.#units.names(slot)) {
      const unit = this.#units.find(slot, name)
      if (this.#times.get(unit) + this.#ttl.ms <= now) this.#expire(unit)
    }
    this.#touched.passed(slot, mark)
  }

  #now(): number {
    return this.#ttl.time === 'event' ? this.#clock.event() : this.#clock.clock()
  }

  #put(slot: number, name: unknown, time: number): void {
    const unit = this.#units.take(slot, name)
    this.#times.set(unit, time)
    this.#dues.plan(unit, time + this.#ttl.ms)
  }

  #remove(unit: number): void {
    this.#dues.cancel(unit)
    this.#times.delete(unit)
    this.#units.free(unit)
  }
}
