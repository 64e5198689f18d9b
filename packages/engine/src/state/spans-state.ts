import {
  copyData,
  isSameShape,
  RowLayout,
  type RowShape,
  type RowStore,
  shifted,
} from '@millrace/base'
import type { Key, Span, SpansOptions, SpansState } from '@millrace/sdk'
import type { CurrentKey } from './current-key.ts'
import { DueHeap } from './due-heap.ts'
import { ABSENT, type Journal, type Undoable } from './journal.ts'
import { toEntryColumns } from './entry-columns.ts'
import type { SlotEntry } from './saved-state.ts'
import { type Hands, SpanInHand } from './span-in-hand.ts'
import type { EntryColumns, NumberRows } from './stage-changes.ts'
import type { Store } from './store.ts'

const NONE = -1
const firstRows = 16

/** Numbers in front of those of the accumulators where a span is written down as a row: its end, and when it is ready. */
const beside = 2

/** A span as it is written down, beside its start. */
interface SavedSpan<T> {
  readonly end: number
  /** When it is ready; null for never. */
  readonly wakes: number | null
  readonly value: T
}

/** Stretches of event time per key, each with an accumulator; those of one key never overlap. */
export class HeapSpans<T> implements SpansState<T>, Store, Undoable {
  readonly #name: string
  readonly #current: CurrentKey
  readonly #journal: Journal
  readonly #layout: RowLayout<T>
  /** Shows the other one while two are merged. */
  readonly #second: RowLayout<T>
  readonly #merge: (a: T, b: T) => T
  readonly #store: RowStore
  /** How a row is written down, with what stands beside it; undefined where it is more than numbers. */
  readonly #shape: RowShape | undefined
  readonly #inHand: SpanInHand<T>
  // By row: its time, and the next row of its key (earlier) or the next free row.
  #starts = new Float64Array(firstRows)
  #ends = new Float64Array(firstRows)
  #dues = new Float64Array(firstRows)
  #next = new Int32Array(firstRows)
  #rows = 0
  #free = NONE
  // By slot: the latest row of the key, and when the key is in the heap for.
  #heads = new Int32Array(firstRows).fill(NONE)
  #queued = new Float64Array(firstRows).fill(Number.POSITIVE_INFINITY)
  readonly #heap = new DueHeap()
  size = 0

  constructor(
    name: string,
    current: CurrentKey,
    journal: Journal,
    { create, merge }: SpansOptions<T>,
  ) {
    this.#name = name
    this.#current = current
    this.#journal = journal
    this.#layout = new RowLayout(create)
    this.#second = new RowLayout(create)
    this.#merge = merge
    this.#store = this.#layout.store(firstRows)
    this.#shape = shapeOf(this.#layout)
    const hands: Hands<T> = {
      value: (row) => this.#layout.show(this.#store, row),
      wake: (slot, row, due) => this.#wake(slot, row, due),
      release: (slot, row) => this.#release(slot, row),
    }
    this.#inHand = new SpanInHand(hands)
  }

  /** What the heap says first; its span may be due later now, or gone. */
  get due(): number {
    while (this.#heap.size > 0) {
      const { due, item, order } = this.#heap
      // The slot may be that of another key by now.
      if (this.#queued[item] === due && order === this.#current.order.of(item)) return due
      this.#heap.take()
    }
    return Number.POSITIVE_INFINITY
  }

  join(start: number, end: number): Span<T> {
    const slot = this.#current.require(this.#name)
    const before = this.#before(slot, end)
    const row = before === NONE ? this.#head(slot) : (this.#next[before] as number)
    if (row === NONE || (this.#ends[row] as number) <= start) {
      const made = this.#make(slot, before, start, end)
      this.#journal.remember(this, slot, made, ABSENT)
      return this.#show(slot, made)
    }
    if (start < (this.#starts[row] as number)) this.#starts[row] = start
    if (end > (this.#ends[row] as number)) this.#ends[row] = end
    for (
      let other = this.#next[row] as number;
      other !== NONE && (this.#ends[other] as number) > start;
      other = this.#next[row] as number
    ) {
      this.#swallow(row, other)
    }
    return this.#show(slot, row)
  }

  *find(start: number, end: number): Iterable<Span<T>> {
    const slot = this.#current.require(this.#name)
    const before = this.#before(slot, end)
    let row = before === NONE ? this.#head(slot) : (this.#next[before] as number)
    while (row !== NONE && (this.#ends[row] as number) > start) {
      const next = this.#next[row] as number
      yield this.#show(slot, row)
      row = next
    }
  }

  ready(time: number): Iterable<readonly [Key | undefined, Span<T>]> {
    return this.#current.follow(this.#ready(time))
  }

  entries(): Iterable<readonly [Key | undefined, Span<T>]> {
    return this.#current.follow(this.#all(this.#inOrder()))
  }

  holds(slot: number): boolean {
    return this.#head(slot) !== NONE
  }

  save(): Iterable<SlotEntry> {
    return this.#entriesOf(this.#inOrder())
  }

  *#entriesOf(slots: Int32Array): Iterable<SlotEntry> {
    for (const [slot, { end, row, start, value }] of this.#all(slots)) {
      const due = this.#dues[row] as number
      const wakes = due === Number.POSITIVE_INFINITY ? null : due
      yield { slot, time: start, data: { end, wakes, value: copyData(value) } }
    }
  }

  capture(slots: Int32Array): EntryColumns {
    return this.#shape === undefined
      ? toEntryColumns(this.#entriesOf(slots))
      : this.#captureRows(slots, this.#shape)
  }

  #captureRows(listed: Int32Array, shape: RowShape): EntryColumns {
    let count = 0
    for (let at = 0; at < listed.length; at++) {
      for (let row = this.#head(listed[at] as number); row !== NONE; row = this.#after(row)) count++
    }
    const { width } = this.#layout
    const slots = new Int32Array(count)
    const times = new Float64Array(count)
    const rows = new Float64Array(count * (beside + width))
    let entry = 0
    for (let at = 0; at < listed.length; at++) {
      const slot = listed[at] as number
      for (let row = this.#head(slot); row !== NONE; row = this.#after(row)) {
        slots[entry] = slot
        times[entry] = this.#starts[row] as number
        const to = entry * (beside + width)
        const due = this.#dues[row] as number
        rows[to] = this.#ends[row] as number
        rows[to + 1] = due === Number.POSITIVE_INFINITY ? Number.NaN : due
        for (let column = 0; column < width; column++) {
          rows[to + beside + column] = this.#store.numbers[row * width + column] as number
        }
        entry++
      }
    }
    const fields = Array.from({ length: beside + width }, (_, at) => `${at}`)
    return { slots, times, data: { fields, rows, shape } }
  }

  #after(row: number): number {
    return this.#next[row] as number
  }

  loadRows(slots: Int32Array, { times }: EntryColumns, { rows, shape }: NumberRows): boolean {
    const { width } = this.#layout
    if (times === undefined || !isSameShape(shape, this.#shape)) return false
    for (let at = 0; at < slots.length; at++) {
      const slot = slots[at] as number
      if (slot < 0) continue
      const from = at * (beside + width)
      const end = rows[from] as number
      const row = this.#make(slot, this.#before(slot, end), times[at] as number, end)
      for (let column = 0; column < width; column++) {
        this.#store.numbers[row * width + column] = rows[from + beside + column] as number
      }
      const wakes = rows[from + 1] as number
      if (!Number.isNaN(wakes)) this.#wake(slot, row, wakes)
    }
    return true
  }

  load({ data, isOwn, slot, time }: SlotEntry): void {
    const { end, value, wakes } = data as SavedSpan<T>
    const row = this.#make(slot, this.#before(slot, end), time as number, end)
    this.#layout.write(this.#store, row, isOwn === true ? value : copyData(value))
    if (wakes !== null) this.#wake(slot, row, wakes)
  }

  restore(slot: number, name: unknown): void {
    this.#release(slot, name as number)
  }

  *#ready(time: number): Iterable<readonly [number, Span<T>]> {
    for (let due = this.due; due <= time && this.#heap.size > 0; due = this.due) {
      const slot = this.#heap.take()
      this.#queued[slot] = Number.POSITIVE_INFINITY
      for (let row = this.#head(slot); row !== NONE;) {
        const next = this.#next[row] as number
        if ((this.#dues[row] as number) <= due) {
          this.#dues[row] = Number.POSITIVE_INFINITY
          yield [slot, this.#show(slot, row)]
        }
        row = next
      }
      for (let row = this.#head(slot); row !== NONE; row = this.#next[row] as number) {
        this.#queue(slot, this.#dues[row] as number)
      }
    }
  }

  #inOrder(): Int32Array {
    const slots = Int32Array.from(this.#heads.keys()).filter((slot) => this.holds(slot))
    return this.#current.order.sorted(slots)
  }

  *#all(slots: Int32Array): Iterable<readonly [number, SpanInHand<T>]> {
    for (const slot of slots) {
      for (let row = this.#head(slot); row !== NONE;) {
        const next = this.#next[row] as number
        yield [slot, this.#show(slot, row)]
        row = next
      }
    }
  }

  #head(slot: number): number {
    return this.#heads[slot] ?? NONE
  }

  /** The earliest row that starts at or after `time`; NONE where the latest starts before. */
  #before(slot: number, time: number): number {
    let before = NONE
    let row = this.#head(slot)
    while (row !== NONE && (this.#starts[row] as number) >= time) {
      before = row
      row = this.#next[row] as number
    }
    return before
  }

  #show(slot: number, row: number): SpanInHand<T> {
    const span = this.#inHand
    span.slot = slot
    span.row = row
    span.start = this.#starts[row] as number
    span.end = this.#ends[row] as number
    return span
  }

  #make(slot: number, before: number, start: number, end: number): number {
    let row = this.#free
    if (row === NONE) {
      row = this.#rows++
      if (row === this.#starts.length) this.#growRows()
    } else this.#free = this.#next[row] as number
    if (slot >= this.#heads.length) this.#growSlots(slot)
    // What the slot is in the heap for may be what another key left behind.
    if (this.#head(slot) === NONE) this.#queued[slot] = Number.POSITIVE_INFINITY
    this.#next[row] = before === NONE ? this.#head(slot) : (this.#next[before] as number)
    this.#link(slot, before, row)
    this.#starts[row] = start
    this.#ends[row] = end
    this.#dues[row] = Number.POSITIVE_INFINITY
    this.#layout.make(this.#store, row)
    this.size++
    return row
  }

  /** Merges an earlier span into a later one of the same key, its neighbor. */
  #swallow(row: number, other: number): void {
    const earlier = this.#second.show(this.#store, other)
    const both = this.#merge(earlier, this.#layout.show(this.#store, row))
    this.#layout.write(this.#store, row, both)
    this.#starts[row] = Math.min(this.#starts[row] as number, this.#starts[other] as number)
    this.#next[row] = this.#next[other] as number
    this.#letGo(other)
  }

  #release(slot: number, row: number): void {
    let before = NONE
    for (let one = this.#head(slot); one !== row; one = this.#next[one] as number) {
      if (one === NONE) return
      before = one
    }
    this.#link(slot, before, this.#next[row] as number)
    this.#letGo(row)
  }

  #link(slot: number, before: number, row: number): void {
    if (before === NONE) this.#heads[slot] = row
    else this.#next[before] = row
  }

  #letGo(row: number): void {
    this.#layout.drop(this.#store, row)
    this.#next[row] = this.#free
    this.#free = row
    this.size--
  }

  #wake(slot: number, row: number, due: number): void {
    this.#dues[row] = due
    this.#queue(slot, due)
  }

  #queue(slot: number, due: number): void {
    if (due >= (this.#queued[slot] as number)) return
    this.#queued[slot] = due
    this.#heap.add(due, slot, this.#current.order.of(slot))
  }

  #growRows(): void {
    const rows = 2 * this.#starts.length
    this.#starts = wider(this.#starts, rows)
    this.#ends = wider(this.#ends, rows)
    this.#dues = wider(this.#dues, rows)
    const next = new Int32Array(rows)
    next.set(this.#next)
    this.#next = next
    this.#layout.grow(this.#store, rows)
  }

  #growSlots(slot: number): void {
    const slots = Math.max(slot + 1, 2 * this.#heads.length)
    const heads = new Int32Array(slots).fill(NONE)
    heads.set(this.#heads)
    this.#heads = heads
    const queued = new Float64Array(slots).fill(Number.POSITIVE_INFINITY)
    queued.set(this.#queued)
    this.#queued = queued
  }
}

function wider(numbers: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const wide = new Float64Array(length)
  wide.set(numbers)
  return wide
}

function shapeOf<T>({ shape }: RowLayout<T>): RowShape | undefined {
  if (shape === undefined) return undefined
  return {
    fields: [
      ['end', 0],
      ['wakes', { orNull: 1 }],
      ['value', shifted(shape, beside)],
    ],
  }
}
