import type { RowLayout, RowStore } from '@millrace/base'
import type { KeyOrder } from './key-order.ts'
import type { TouchedSlots } from './touched-slots.ts'

const firstRows = 16
/** Spreads neighboring slots over the table. */
const spread = 0x9e3779b1

/** Rows of several panes, column by column. */
interface RowColumns {
  readonly slots: Int32Array
  readonly times: Float64Array
  readonly rows: Float64Array
}

// A slot of no row is negative, and behind the end there is nothing.
const isIn = (has: Uint8Array, slot: number): boolean => (has[slot] ?? 0) !== 0

/** Rows of one pane by slot of the key: a table of open addresses, so that a pane costs what is in it. */
export class Pane<T> {
  readonly start: number
  readonly #layout: RowLayout<T>
  readonly #order: KeyOrder
  readonly store: RowStore
  /** Per row its slot; NO_SLOT for one that was taken out. */
  #slots = new Int32Array(firstRows)
  /** One more than a row; 0 for none. */
  #table = new Int32Array(2 * firstRows)
  #shift = 27
  /** Rows in use, those taken out included. */
  #rows = 0
  #count = 0
  /** Of all that it ever had. */
  #largest = -1
  /** Whether the rows stand in the order of their keys. */
  #isOrdered = true
  /** The key of the last row, by order. */
  #last = Number.NEGATIVE_INFINITY

  constructor(start: number, layout: RowLayout<T>, order: KeyOrder) {
    this.start = start
    this.#layout = layout
    this.#order = order
    this.store = layout.store(firstRows)
  }

  /** Keys with something in this pane. */
  get count(): number {
    return this.#count
  }

  /** The row of a slot; -1 without one. */
  find(slot: number): number {
    const table = this.#table
    const slots = this.#slots
    const mask = table.length - 1
    let place = Math.imul(slot, spread) >>> this.#shift
    for (let entry = table[place] as number; entry !== 0; entry = table[place] as number) {
      if (slots[entry - 1] === slot) return entry - 1
      place = (place + 1) & mask
    }
    return -1
  }

  /** A row for a slot that has none. */
  add(slot: number): number {
    if (this.#rows === this.#slots.length) this.#grow()
    const row = this.#rows++
    const order = this.#order.of(slot)
    if (order < this.#last) this.#isOrdered = false
    this.#last = order
    this.#slots[row] = slot
    if (slot > this.#largest) this.#largest = slot
    this.#enter(slot, row)
    this.#count++
    return row
  }

  /** Takes a row out; its place is used again when the pane grows. */
  remove(row: number): void {
    this.#layout.drop(this.store, row)
    this.#slots[row] = -1
    this.#count--
    this.#isOrdered = false
  }

  /** Slots with a row, in the order in which their keys were first seen. */
  slots(): Int32Array {
    if (this.#isOrdered) return this.#slots.slice(0, this.#rows)
    const slots = this.#slots.subarray(0, this.#rows)
    return this.#order.sorted(this.#count < this.#rows ? slots.filter((slot) => slot >= 0) : slots)
  }

  /** All its keys are touched. */
  touch(touched: TouchedSlots): void {
    for (let row = 0; row < this.#rows; row++) {
      const slot = this.#slots[row] as number
      if (slot >= 0) touched.mark(slot)
    }
  }

  /** How many of its rows are those of slots that are not 0 in `has`. */
  countOf(has: Uint8Array): number {
    if (this.#isAllOf(has)) return this.#count
    let count = 0
    for (let row = 0; row < this.#rows; row++) if (isIn(has, this.#slots[row] as number)) count++
    return count
  }

  /** Copies these rows side by side, and of each its slot and its start, from the entry `to` on; where that ended. */
  copyTo(to: number, has: Uint8Array, columns: RowColumns): number {
    const { rows, slots, times } = columns
    const { numbers } = this.store
    const { width } = this.#layout
    if (this.#isAllOf(has)) {
      const end = to + this.#rows
      slots.set(this.#slots.subarray(0, this.#rows), to)
      times.fill(this.start, to, end)
      rows.set(numbers.subarray(0, this.#rows * width), to * width)
      return end
    }
    let entry = to
    for (let row = 0; row < this.#rows; row++) {
      const slot = this.#slots[row] as number
      if (!isIn(has, slot)) continue
      slots[entry] = slot
      times[entry] = this.start
      for (let column = 0; column < width; column++) {
        rows[entry * width + column] = numbers[row * width + column] as number
      }
      entry++
    }
    return entry
  }

  /** Whether all of its rows are to be told, so that none need be looked at: `has` is not 0 for any slot, and none was taken out. */
  #isAllOf(has: Uint8Array): boolean {
    return this.#count === this.#rows && this.#largest < has.length && !has.includes(0)
  }

  #enter(slot: number, row: number): void {
    const mask = this.#table.length - 1
    let place = Math.imul(slot, spread) >>> this.#shift
    while (this.#table[place] !== 0) place = (place + 1) & mask
    this.#table[place] = row + 1
  }

  /** Doubles, or closes the gaps where half of the rows were taken out. */
  #grow(): void {
    if (this.#count < this.#rows / 2) this.#close()
    else {
      const rows = 2 * this.#slots.length
      const slots = new Int32Array(rows)
      slots.set(this.#slots)
      this.#slots = slots
      this.#layout.grow(this.store, rows)
      this.#table = new Int32Array(2 * rows)
      this.#shift--
    }
    for (let row = 0; row < this.#rows; row++) {
      const slot = this.#slots[row] as number
      if (slot >= 0) this.#enter(slot, row)
    }
  }

  #close(): void {
    let kept = 0
    for (let row = 0; row < this.#rows; row++) {
      const slot = this.#slots[row] as number
      if (slot < 0) continue
      if (row !== kept) {
        this.#layout.load(this.store, kept, this.#layout.save(this.store, row))
        this.#layout.drop(this.store, row)
        this.#slots[kept] = slot
      }
      kept++
    }
    this.#rows = kept
    this.#table.fill(0)
  }
}
