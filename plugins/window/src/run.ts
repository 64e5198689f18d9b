import type { RowLayout, RowStore } from '@millrace/base'
import type { Key } from '@millrace/sdk'
import type { Accumulators } from './folds.ts'

/** How accumulators of runs are laid out and merged. */
export interface RunMaker {
  readonly layout: RowLayout<Accumulators>
  /** Shows the other one while two are merged. */
  readonly second: RowLayout<Accumulators>
  readonly merge: (a: Accumulators, b: Accumulators) => Accumulators
}

/** Accumulators of many keys over some panes, in the order of the keys' slots. */
export class Run {
  slots: Float64Array
  readonly keys: (Key | undefined)[] = []
  readonly store: RowStore
  readonly #maker: RunMaker

  constructor(maker: RunMaker, size: number) {
    this.#maker = maker
    this.slots = new Float64Array(size)
    this.store = maker.layout.store(size)
  }

  get size(): number {
    return this.keys.length
  }

  /** The first row from `row` on whose slot is not smaller. */
  seek(slot: number, row: number): number {
    let at = row
    while (at < this.keys.length && (this.slots[at] as number) < slot) at++
    return at
  }

  /** Adds a key behind all that are there. */
  push(slot: number, key: Key | undefined, accumulators: Accumulators): void {
    const row = this.keys.length
    if (row === this.slots.length) this.#grow()
    this.slots[row] = slot
    this.keys.push(key)
    this.#maker.layout.write(this.store, row, accumulators)
  }

  /** Gives a key these accumulators. Costs little where many keys are there: late records come one by one. */
  put(slot: number, key: Key | undefined, accumulators: Accumulators): void {
    const { layout } = this.#maker
    const row = this.#find(slot)
    if (row === this.size || this.slots[row] !== slot) {
      const { size } = this
      if (size === this.slots.length) this.#grow()
      this.slots.copyWithin(row + 1, row, size)
      this.slots[row] = slot
      layout.open(this.store, row, size)
      this.keys.splice(row, 0, key)
    }
    layout.write(this.store, row, accumulators)
  }

  /** The first row whose slot is not smaller. */
  #find(slot: number): number {
    let low = 0
    let high = this.size
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.slots[middle] as number) < slot) low = middle + 1
      else high = middle
    }
    return low
  }

  #grow(): void {
    const size = Math.max(16, 2 * this.slots.length)
    const slots = new Float64Array(size)
    slots.set(this.slots)
    this.slots = slots
    this.#maker.layout.grow(this.store, size)
  }
}

/** What two runs have of a key. One object again and again. */
interface Entry {
  slot: number
  key: Key | undefined
  accumulators: Accumulators
}

/** All keys of two runs in order, with their accumulators over both; `a` is the earlier one. */
export function* entriesOfBoth(
  { layout, merge, second }: RunMaker,
  a: Run,
  b: Run,
): Iterable<Entry> {
  const entry: Entry = { slot: 0, key: undefined, accumulators: [] }
  let left = 0
  let right = 0
  while (left < a.size || right < b.size) {
    const first = left < a.size ? (a.slots[left] as number) : Number.POSITIVE_INFINITY
    const other = right < b.size ? (b.slots[right] as number) : Number.POSITIVE_INFINITY
    entry.slot = Math.min(first, other)
    entry.key = first <= other ? a.keys[left] : b.keys[right]
    if (first < other) entry.accumulators = layout.show(a.store, left++)
    else if (other < first) entry.accumulators = layout.show(b.store, right++)
    else {
      entry.accumulators = merge(layout.show(a.store, left++), second.show(b.store, right++))
    }
    yield entry
  }
}

/** A new run over two; `a` is the earlier one. */
export function merged(maker: RunMaker, a: Run, b: Run): Run {
  const run = new Run(maker, Math.max(a.size, b.size))
  for (const { accumulators, key, slot } of entriesOfBoth(maker, a, b)) {
    run.push(slot, key, accumulators)
  }
  return run
}
