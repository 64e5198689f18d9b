import { createRowView, type RowInHand } from '@millrace/base'
import type { Key, NumbersState } from '@millrace/sdk'
import type { CurrentKey } from './current-key.ts'
import { ABSENT, type Journal, type Undoable } from './journal.ts'
import type { SlotEntry } from './saved-state.ts'
import { isRun } from './slot-run.ts'
import type { EntryColumns, NumberRows } from './stage-changes.ts'
import type { Store } from './store.ts'

const firstRows = 16
const NONE = -1

const isSame = (some: readonly string[], others: readonly string[]): boolean =>
  some.length === others.length && some.every((field, at) => field === others[at])

/** A row that was cleared. */
interface Cleared {
  readonly number: number
  readonly values: readonly number[]
}

/**
 * The same few numbers for each key, as rows of one array: a key costs eight bytes a number, and the row is one access to
 * memory where objects of their own would be several. Only making and clearing a row can be undone.
 */
export class HeapNumbers<T> implements NumbersState<T>, Undoable, Store {
  readonly #name: string
  readonly #current: CurrentKey
  readonly #journal: Journal
  readonly #fields: readonly string[]
  readonly #initial: readonly number[]
  readonly #rows: RowInHand
  readonly #view: T
  /** Per slot a number that grows in the order in which rows were made; NONE without a row. */
  #numbers = new Float64Array(firstRows).fill(NONE)
  #next = 0
  #count = 0

  constructor(name: string, current: CurrentKey, journal: Journal, create: () => T) {
    this.#name = name
    this.#current = current
    this.#journal = journal
    const initial = Object.entries(create() as Record<string, number>)
    this.#initial = initial.map(([, value]) => value)
    this.#rows = { values: new Float64Array(firstRows * initial.length), at: 0 }
    this.#fields = initial.map(([field]) => field)
    this.#view = createRowView(this.#fields, this.#rows) as T
  }

  get size(): number {
    return this.#count
  }

  get(): T {
    const slot = this.#current.require(this.#name)
    if (!this.holds(slot)) {
      this.#journal.remember(this, slot, undefined, ABSENT)
      this.#make(slot, this.#next++, this.#initial)
    }
    this.#rows.at = slot * this.#initial.length
    return this.#view
  }

  clear(): void {
    const slot = this.#current.require(this.#name)
    if (!this.holds(slot)) return
    const width = this.#initial.length
    const values = Array.from(this.#rows.values.subarray(slot * width, (slot + 1) * width))
    const cleared: Cleared = { number: this.#numbers[slot] as number, values }
    this.#journal.remember(this, slot, undefined, cleared)
    this.#remove(slot)
  }

  entries(): Iterable<readonly [Key | undefined, T]> {
    return this.#current.follow(this.#made())
  }

  holds(slot: number): boolean {
    // Behind the end there is nothing, which is no number.
    return (this.#numbers[slot] as number) >= 0
  }

  *save(): Iterable<SlotEntry> {
    for (const [slot, view] of this.#made()) yield { slot, data: { ...view } }
  }

  capture(slots: Int32Array): EntryColumns {
    const [first = 0] = slots
    const last = first + slots.length
    if (isRun(slots) && last <= this.#numbers.length) {
      // Nothing is read one by one.
      const orders = this.#numbers.slice(first, last)
      const width = this.#initial.length
      const rows = this.#rows.values.slice(first * width, last * width)
      if (!orders.includes(NONE)) return { slots, orders, data: { fields: this.#fields, rows } }
    }
    return this.#pick(slots)
  }

  #pick(slots: Int32Array): EntryColumns {
    const numbers = this.#numbers
    const { values } = this.#rows
    const width = this.#initial.length
    const found = new Int32Array(slots.length)
    const orders = new Float64Array(slots.length)
    const rows = new Float64Array(slots.length * width)
    let count = 0
    for (let at = 0; at < slots.length; at++) {
      const slot = slots[at] as number
      const number = numbers[slot] as number
      // Behind the end there is nothing, which is no number.
      if (!(number >= 0)) continue
      found[count] = slot
      orders[count] = number
      const from = slot * width
      const to = count++ * width
      for (let column = 0; column < width; column++) {
        rows[to + column] = values[from + column] as number
      }
    }
    return {
      slots: found.subarray(0, count),
      orders: orders.subarray(0, count),
      data: { fields: this.#fields, rows: rows.subarray(0, count * width) },
    }
  }

  load({ data, order, slot }: SlotEntry): void {
    this.#load(slot, order)
    const { values } = this.#rows
    const start = slot * this.#initial.length
    for (let column = 0; column < this.#fields.length; column++) {
      const value = (data as Readonly<Record<string, unknown>>)[this.#fields[column] as string]
      // An earlier version may have had fewer.
      if (typeof value === 'number') values[start + column] = value
    }
  }

  loadRows(slots: Int32Array, { orders }: EntryColumns, { fields, rows }: NumberRows): boolean {
    // A number that an earlier version did not have keeps what it begins with.
    const columns = this.#fields.map((field) => fields.indexOf(field))
    // What lies there is not what there is now.
    if (!isSame(fields, this.#fields)) this.#current.touched.markAll()
    for (let row = 0; row < slots.length; row++) {
      const slot = slots[row] as number
      if (slot < 0) continue
      this.#load(slot, orders?.[row])
      const start = slot * columns.length
      for (let column = 0; column < columns.length; column++) {
        const from = columns[column] as number
        if (from < 0) continue
        this.#rows.values[start + column] = rows[row * fields.length + from] as number
      }
    }
    return true
  }

  restore(slot: number, _name: unknown, old: unknown): void {
    if (old === ABSENT) return this.#remove(slot)
    const { number, values } = old as Cleared
    this.#make(slot, number, values)
  }

  *#made(): Iterable<readonly [number, T]> {
    for (const slot of this.#inOrder()) {
      // It may have been cleared since.
      if (!this.holds(slot)) continue
      this.#rows.at = slot * this.#initial.length
      yield [slot, this.#view]
    }
  }

  /** Slots with a row, in the order in which these were made. */
  #inOrder(): Int32Array {
    const slots = new Int32Array(this.#count)
    let count = 0
    let last = NONE
    let isSorted = true
    for (let slot = 0; count < slots.length; slot++) {
      const number = this.#numbers[slot] as number
      if (number === NONE) continue
      slots[count++] = slot
      if (number < last) isSorted = false
      last = number
    }
    if (isSorted) return slots
    return slots.toSorted((a, b) => (this.#numbers[a] as number) - (this.#numbers[b] as number))
  }

  #load(slot: number, order: number = this.#next): void {
    if (order >= this.#next) this.#next = order + 1
    this.#make(slot, order, this.#initial)
  }

  #make(slot: number, number: number, values: readonly number[]): void {
    if (slot >= this.#numbers.length) this.#grow(slot)
    this.#numbers[slot] = number
    this.#count++
    const start = slot * values.length
    for (let column = 0; column < values.length; column++) {
      this.#rows.values[start + column] = values[column] as number
    }
  }

  #remove(slot: number): void {
    this.#numbers[slot] = NONE
    this.#count--
  }

  #grow(slot: number): void {
    const rows = Math.max(slot + 1, 2 * this.#numbers.length)
    const numbers = new Float64Array(rows).fill(NONE)
    numbers.set(this.#numbers)
    this.#numbers = numbers
    const values = new Float64Array(rows * this.#initial.length)
    values.set(this.#rows.values)
    this.#rows.values = values
  }
}
