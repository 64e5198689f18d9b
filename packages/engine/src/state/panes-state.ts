import { copyData, isSameShape, RowLayout, type RowShape, type SavedRow } from '@millrace/base'
import type { Key, PanesState } from '@millrace/sdk'
import { NO_SLOT, type CurrentKey } from './current-key.ts'
import { ABSENT, type Journal, type Undoable } from './journal.ts'
import { Pane } from './pane.ts'
import { toEntryColumns } from './entry-columns.ts'
import type { SlotEntry } from './saved-state.ts'
import type { EntryColumns, NumberRows } from './stage-changes.ts'
import type { Store } from './store.ts'

/** Accumulators per key and pane, pane by pane. */
export class HeapPanes<T> implements PanesState<T>, Store, Undoable {
  readonly #name: string
  readonly #current: CurrentKey
  readonly #journal: Journal
  readonly #layout: RowLayout<T>
  readonly #panes = new Map<number, Pane<T>>()
  #starts: number[] = []
  /** The pane used last: most records are in the same one as the record before. */
  #last: Pane<T> | undefined

  constructor(name: string, current: CurrentKey, journal: Journal, create: () => T) {
    this.#name = name
    this.#current = current
    this.#journal = journal
    this.#layout = new RowLayout(create)
  }

  get size(): number {
    let size = 0
    for (const pane of this.#panes.values()) size += pane.count
    return size
  }

  get(start: number): T {
    const slot = this.#current.require(this.#name)
    const pane = this.#find(start) ?? this.#open(start)
    let row = pane.find(slot)
    if (row < 0) {
      row = pane.add(slot)
      this.#layout.make(pane.store, row)
      this.#journal.remember(this, slot, start, ABSENT)
    }
    return this.#layout.show(pane.store, row)
  }

  find(start: number): T | undefined {
    const slot = this.#current.require(this.#name)
    const pane = this.#find(start)
    const row = pane?.find(slot) ?? -1
    return pane === undefined || row < 0 ? undefined : this.#layout.show(pane.store, row)
  }

  starts(): readonly number[] {
    return this.#starts
  }

  entries(start: number): Iterable<readonly [Key | undefined, T]> {
    return this.#current.follow(this.#rows(start))
  }

  release(start: number): void {
    const pane = this.#panes.get(start)
    if (pane === undefined) return
    this.#journal.remember(this, NO_SLOT, start, pane)
    pane.touch(this.#current.touched)
    this.#close(start)
  }

  clear(start: number): void {
    const slot = this.#current.require(this.#name)
    const pane = this.#find(start)
    const row = pane?.find(slot) ?? -1
    if (pane === undefined || row < 0) return
    this.#journal.remember(this, slot, start, this.#layout.save(pane.store, row))
    this.#remove(pane, row)
  }

  holds(slot: number): boolean {
    for (const pane of this.#panes.values()) if (pane.find(slot) >= 0) return true
    return false
  }

  /** By key first: who takes the entries back sees the keys in the order in which this stage did. */
  save(): Iterable<SlotEntry> {
    const slots = new Set<number>()
    for (const pane of this.#panes.values()) for (const slot of pane.slots()) slots.add(slot)
    return this.#entriesOf(this.#current.order.sorted(Int32Array.from(slots)))
  }

  *#entriesOf(slots: Int32Array): Iterable<SlotEntry> {
    const panes = this.#starts.map((start) => this.#panes.get(start) as Pane<T>)
    for (const slot of slots) {
      for (const pane of panes) {
        const row = pane.find(slot)
        if (row < 0) continue
        const data = copyData(this.#layout.show(pane.store, row))
        yield { slot, time: pane.start, data }
      }
    }
  }

  capture(slots: Int32Array): EntryColumns {
    const { shape } = this.#layout
    return shape === undefined
      ? toEntryColumns(this.#entriesOf(slots))
      : this.#captureRows(slots, shape)
  }

  /** Pane by pane, as they lie in memory. */
  #captureRows(listed: Int32Array, shape: RowShape): EntryColumns {
    const has = new Uint8Array((listed.at(-1) ?? -1) + 1)
    if (has.length === listed.length) has.fill(1)
    else for (let at = 0; at < listed.length; at++) has[listed[at] as number] = 1
    const panes = this.#starts.map((start) => this.#panes.get(start) as Pane<T>)
    const count = panes.reduce((sum, pane) => sum + pane.countOf(has), 0)
    const { width } = this.#layout
    const slots = new Int32Array(count)
    const times = new Float64Array(count)
    const rows = new Float64Array(count * width)
    let to = 0
    for (const pane of panes) to = pane.copyTo(to, has, { slots, times, rows })
    const fields = Array.from({ length: width }, (_, at) => `${at}`)
    return { slots, times, data: { fields, rows, shape } }
  }

  load({ data, isOwn, slot, time }: SlotEntry): void {
    const pane = this.#find(time as number) ?? this.#open(time as number)
    const own = isOwn === true ? data : copyData(data)
    this.#layout.write(pane.store, pane.add(slot), own as T)
  }

  loadRows(slots: Int32Array, { times }: EntryColumns, { rows, shape }: NumberRows): boolean {
    const { width } = this.#layout
    if (times === undefined || !isSameShape(shape, this.#layout.shape)) return false
    for (let at = 0; at < slots.length; at++) {
      const slot = slots[at] as number
      if (slot < 0) continue
      const start = times[at] as number
      const pane = this.#find(start) ?? this.#open(start)
      const to = pane.add(slot) * width
      const { numbers } = pane.store
      for (let column = 0; column < width; column++) {
        numbers[to + column] = rows[at * width + column] as number
      }
    }
    return true
  }

  restore(slot: number, name: unknown, old: unknown): void {
    const start = name as number
    if (slot === NO_SLOT) {
      if (!this.#panes.has(start)) this.#enter(old as Pane<T>)
      return
    }
    const pane = this.#find(start) ?? this.#open(start)
    const row = pane.find(slot)
    if (old !== ABSENT) {
      this.#layout.load(pane.store, row < 0 ? pane.add(slot) : row, old as SavedRow)
    } else if (row >= 0) this.#remove(pane, row)
  }

  #rows(start: number): Iterable<readonly [number, T]> {
    const pane = this.#panes.get(start)
    return pane === undefined ? [] : new PaneRows(pane, this.#layout)
  }

  #find(start: number): Pane<T> | undefined {
    if (this.#last?.start === start) return this.#last
    const pane = this.#panes.get(start)
    if (pane !== undefined) this.#last = pane
    return pane
  }

  #open(start: number): Pane<T> {
    const pane = new Pane(start, this.#layout, this.#current.order)
    this.#enter(pane)
    return pane
  }

  #enter(pane: Pane<T>): void {
    const { start } = pane
    this.#panes.set(start, pane)
    let place = this.#starts.length
    while (place > 0 && (this.#starts[place - 1] as number) > start) place--
    this.#starts = this.#starts.toSpliced(place, 0, start)
    this.#last = pane
  }

  #remove(pane: Pane<T>, row: number): void {
    pane.remove(row)
    if (pane.count === 0) this.#close(pane.start)
  }

  #close(start: number): void {
    this.#panes.delete(start)
    this.#starts = this.#starts.filter((one) => one !== start)
    if (this.#last?.start === start) this.#last = undefined
  }
}

/** The rows of a pane with their slots, of which only the one in hand is shown. No generator: these take twice as long. */
class PaneRows<T> implements IterableIterator<readonly [number, T], undefined> {
  readonly #pane: Pane<T>
  readonly #layout: RowLayout<T>
  #slots: Int32Array | undefined
  #next = 0

  constructor(pane: Pane<T>, layout: RowLayout<T>) {
    this.#pane = pane
    this.#layout = layout
  }

  [Symbol.iterator](): this {
    return this
  }

  next(): IteratorResult<readonly [number, T], undefined> {
    const slots = (this.#slots ??= this.#pane.slots())
    while (this.#next < slots.length) {
      const slot = slots[this.#next++] as number
      const row = this.#pane.find(slot)
      if (row >= 0) return { done: false, value: [slot, this.#layout.show(this.#pane.store, row)] }
    }
    return { done: true, value: undefined }
  }
}
