import { createRowView, type RowInHand } from '@millrace/base'
import type { Key, NumbersState } from '@millrace/sdk'
import type { CurrentKey } from './current-key.ts'
import { ABSENT, type Journal, type Undoable } from './journal.ts'
import type { SlotEntry } from './saved-state.ts'
import type { Store } from './store.ts'

const firstRows = 16

/**
 * The same few numbers for each key, as rows of one array: a key costs eight bytes a number, and the row is one access to
 * memory where objects of their own would be several. Only making and clearing a row can be undone.
 */
export class HeapNumbers<T> implements NumbersState<T>, Undoable, Store {
  readonly #name: string
  readonly #current: CurrentKey
  readonly #journal: Journal
  readonly #initial: readonly number[]
  readonly #rows: RowInHand
  readonly #view: T
  /** Per slot its place in `#order`; -1 without a row. */
  #places: Int32Array
  /** Slots in the order in which their rows were made; those made again have a later place. */
  #order: number[] = []
  #count = 0

  constructor(name: string, current: CurrentKey, journal: Journal, create: () => T) {
    this.#name = name
    this.#current = current
    this.#journal = journal
    const initial = Object.entries(create() as Record<string, number>)
    this.#initial = initial.map(([, value]) => value)
    this.#rows = { values: new Float64Array(firstRows * initial.length), at: 0 }
    this.#places = new Int32Array(firstRows).fill(-1)
    this.#view = createRowView(
      initial.map(([field]) => field),
      this.#rows,
    ) as T
  }

  get size(): number {
    return this.#count
  }

  get(): T {
    const slot = this.#current.require(this.#name)
    if (!this.holds(slot)) {
      this.#journal.remember(this, slot, undefined, ABSENT)
      this.#make(slot, this.#initial)
    }
    this.#rows.at = slot * this.#initial.length
    return this.#view
  }

  clear(): void {
    const slot = this.#current.require(this.#name)
    if (!this.holds(slot)) return
    const width = this.#initial.length
    const old = Array.from(this.#rows.values.subarray(slot * width, (slot + 1) * width))
    this.#journal.remember(this, slot, undefined, old)
    this.#remove(slot)
  }

  entries(): Iterable<readonly [Key | undefined, T]> {
    return this.#current.follow(this.#made())
  }

  holds(slot: number): boolean {
    // Behind the end there is nothing, which is no number.
    return (this.#places[slot] as number) >= 0
  }

  *save(): Iterable<SlotEntry> {
    for (const [slot, view] of this.#made()) yield { slot, data: { ...view } }
  }

  load({ data, slot }: SlotEntry): void {
    this.#make(slot, this.#initial)
    this.#rows.at = slot * this.#initial.length
    for (const [field, value] of Object.entries(data as T & object)) {
      if (Object.hasOwn(this.#view as object, field))
        (this.#view as Record<string, unknown>)[field] = value
    }
  }

  restore(slot: number, _name: unknown, old: unknown): void {
    if (old === ABSENT) this.#remove(slot)
    else this.#make(slot, old as readonly number[])
  }

  *#made(): Iterable<readonly [number, T]> {
    for (let place = 0; place < this.#order.length; place++) {
      const slot = this.#order[place] as number
      if (this.#places[slot] !== place) continue
      this.#rows.at = slot * this.#initial.length
      yield [slot, this.#view]
    }
  }

  #make(slot: number, numbers: readonly number[]): void {
    if (slot >= this.#places.length) this.#grow(slot)
    this.#places[slot] = this.#order.length
    this.#order.push(slot)
    this.#count++
    this.#rows.values.set(numbers, slot * numbers.length)
  }

  #remove(slot: number): void {
    this.#places[slot] = -1
    this.#count--
    if (this.#order.length > 2 * this.#count + firstRows) this.#renumber()
  }

  /** Leaves out of the order what has been cleared. */
  #renumber(): void {
    this.#order = this.#order.filter((slot, place) => this.#places[slot] === place)
    for (const [place, slot] of this.#order.entries()) this.#places[slot] = place
  }

  #grow(slot: number): void {
    const rows = Math.max(slot + 1, 2 * this.#places.length)
    const places = new Int32Array(rows).fill(-1)
    places.set(this.#places)
    this.#places = places
    const values = new Float64Array(rows * this.#initial.length)
    values.set(this.#rows.values)
    this.#rows.values = values
  }
}
