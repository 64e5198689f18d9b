const NONE = -1
const firstEntries = 16

/** One entry of a table. */
export interface TableEntry {
  slot: number
  name: number
  at: number
  order: number
}

/** Entries column by column. */
export interface PickedEntries {
  readonly slots: Int32Array
  readonly times: Float64Array
  readonly orders: Float64Array
  readonly names: Int32Array
}

/**
 * Times by slot and name, ordered by time and then by when they were added, each (slot, name, time) once: a heap over a hash
 * table, both in columns of numbers. A timer costs some fifty bytes, and adding or taking one allocates nothing.
 */
export class TimerTable {
  #at = new Float64Array(firstEntries)
  #order = new Float64Array(firstEntries)
  #slot = new Int32Array(firstEntries)
  #name = new Int32Array(firstEntries)
  /** Where an entry stands in the heap. */
  #place = new Int32Array(firstEntries)
  /** The next entry of the same chain; of a free entry the next free one. */
  #next = new Int32Array(firstEntries)
  #heap = new Int32Array(firstEntries)
  #chains = new Int32Array(2 * firstEntries).fill(NONE)
  #free = NONE
  #used = 0
  #added = 0
  size = 0
  /** What `take` took, until it is called again. */
  readonly taken: TableEntry = { slot: 0, name: 0, at: 0, order: 0 }

  /** The earliest time; Infinity where there is none. */
  get first(): number {
    return this.size === 0
      ? Number.POSITIVE_INFINITY
      : (this.#at[this.#heap[0] as number] as number)
  }

  /** Whether an entry has come to its time. */
  isDue(now: number): boolean {
    return this.size > 0 && (this.#at[this.#heap[0] as number] as number) <= now
  }

  /** There will be so many entries: who says so saves the way there. */
  makeRoom(count: number): void {
    while (this.#at.length < count) this.#grow()
  }

  /** Adds an entry unless it is there; `order` puts one back where it was. */
  add(slot: number, name: number, at: number, order: number = this.#added): boolean {
    if (order >= this.#added) this.#added = order + 1
    // One zero only: -0 has other bits.
    const time = at + 0
    if (this.#find(slot, name, time) !== NONE) return false
    if (this.#free === NONE && this.#used === this.#at.length) this.#grow()
    let entry = this.#free
    if (entry === NONE) entry = this.#used++
    else this.#free = this.#next[entry] as number
    this.#slot[entry] = slot
    this.#name[entry] = name
    this.#at[entry] = time
    this.#order[entry] = order
    this.#link(entry)
    this.#rise(entry, this.size++)
    return true
  }

  /** Takes an entry out; its order, or -1 where it is not there. */
  delete(slot: number, name: number, at: number): number {
    const entry = this.#find(slot, name, at + 0)
    if (entry === NONE) return NONE
    this.#remove(entry)
    return this.#order[entry] as number
  }

  /** Takes the first entry out, into `taken`. */
  take(): void {
    const entry = this.#heap[0] as number
    this.taken.slot = this.#slot[entry] as number
    this.taken.name = this.#name[entry] as number
    this.taken.at = this.#at[entry] as number
    this.taken.order = this.#order[entry] as number
    this.#remove(entry)
  }

  /** All entries in order, each as `taken` is: one object again and again. */
  *entries(): Iterable<Readonly<TableEntry>> {
    const inUse = this.#heap.subarray(0, this.size)
    const sorted = inUse.toSorted((a, b) => (this.#isBefore(a, b) ? -1 : 1))
    for (const entry of sorted) {
      this.taken.slot = this.#slot[entry] as number
      this.taken.name = this.#name[entry] as number
      this.taken.at = this.#at[entry] as number
      this.taken.order = this.#order[entry] as number
      yield this.taken
    }
  }

  /** Entries of some slots, or of all, in no order; `has` is not 0 for those. */
  pick(has: Uint8Array | undefined): PickedEntries {
    const used = this.#used
    if (this.size === used && has?.includes(0) !== true) {
      return {
        slots: this.#slot.slice(0, used),
        times: this.#at.slice(0, used),
        orders: this.#order.slice(0, used),
        names: this.#name.slice(0, used),
      }
    }
    const entries = this.#entriesOf(has)
    const count = entries.length
    const slots = new Int32Array(count)
    const times = new Float64Array(count)
    const orders = new Float64Array(count)
    const names = new Int32Array(count)
    for (let at = 0; at < count; at++) {
      const entry = entries[at] as number
      slots[at] = this.#slot[entry] as number
      times[at] = this.#at[entry] as number
      orders[at] = this.#order[entry] as number
      names[at] = this.#name[entry] as number
    }
    return { slots, times, orders, names }
  }

  /** Of some slots, or of all, as they lie in memory. */
  #entriesOf(has: Uint8Array | undefined): Int32Array {
    // Room for all, where few are wanted, would soon have the collector look at everything.
    let entries = new Int32Array(firstEntries)
    let count = 0
    for (let entry = 0; entry < this.#used; entry++) {
      const slot = this.#slot[entry] as number
      if (slot === NONE || (has !== undefined && has[slot] === 0)) continue
      if (count === entries.length) entries = wider(entries, new Int32Array(2 * count))
      entries[count++] = entry
    }
    return entries.subarray(0, count)
  }

  #remove(entry: number): void {
    this.#unlink(entry)
    const place = this.#place[entry] as number
    const last = this.#heap[--this.size] as number
    if (last !== entry) {
      this.#rise(last, place)
      this.#sink(last, this.#place[last] as number)
    }
    this.#slot[entry] = NONE
    this.#next[entry] = this.#free
    this.#free = entry
  }

  #isBefore(a: number, b: number): boolean {
    const first = this.#at[a] as number
    const second = this.#at[b] as number
    if (first !== second) return first < second
    return (this.#order[a] as number) < (this.#order[b] as number)
  }

  #rise(entry: number, from: number): void {
    let place = from
    while (place > 0) {
      const parent = this.#heap[(place - 1) >> 1] as number
      if (!this.#isBefore(entry, parent)) break
      this.#put(parent, place)
      place = (place - 1) >> 1
    }
    this.#put(entry, place)
  }

  #sink(entry: number, from: number): void {
    let place = from
    for (;;) {
      let child = 2 * place + 1
      if (child >= this.size) break
      const right = this.#heap[child + 1] as number
      if (child + 1 < this.size && this.#isBefore(right, this.#heap[child] as number)) child++
      if (!this.#isBefore(this.#heap[child] as number, entry)) break
      this.#put(this.#heap[child] as number, place)
      place = child
    }
    this.#put(entry, place)
  }

  #put(entry: number, place: number): void {
    this.#heap[place] = entry
    this.#place[entry] = place
  }

  #find(slot: number, name: number, at: number): number {
    let entry = this.#chains[this.#chain(slot, name, at)] as number
    while (entry !== NONE) {
      if (this.#at[entry] === at && this.#slot[entry] === slot && this.#name[entry] === name) {
        return entry
      }
      entry = this.#next[entry] as number
    }
    return NONE
  }

  #chainOf(entry: number): number {
    const slot = this.#slot[entry] as number
    return this.#chain(slot, this.#name[entry] as number, this.#at[entry] as number)
  }

  #chain(slot: number, name: number, at: number): number {
    bits[0] = at
    let hash = Math.imul(words[0] as number, 0x9e3779b1) ^ (words[1] as number)
    hash = Math.imul(hash ^ (hash >>> 15) ^ Math.imul(slot, 0x85ebca6b), 0xc2b2ae35) + name
    hash = Math.imul(hash ^ (hash >>> 13), 0x27d4eb2f)
    return (hash ^ (hash >>> 16)) & (this.#chains.length - 1)
  }

  #link(entry: number): void {
    const chain = this.#chainOf(entry)
    this.#next[entry] = this.#chains[chain] as number
    this.#chains[chain] = entry
  }

  #unlink(entry: number): void {
    const chain = this.#chainOf(entry)
    const next = this.#next[entry] as number
    let before = this.#chains[chain] as number
    if (before === entry) {
      this.#chains[chain] = next
      return
    }
    while (this.#next[before] !== entry) before = this.#next[before] as number
    this.#next[before] = next
  }

  /** Twice the room; all of it is in use. */
  #grow(): void {
    const length = 2 * this.#at.length
    this.#at = wider(this.#at, new Float64Array(length))
    this.#order = wider(this.#order, new Float64Array(length))
    this.#slot = wider(this.#slot, new Int32Array(length))
    this.#name = wider(this.#name, new Int32Array(length))
    this.#place = wider(this.#place, new Int32Array(length))
    this.#heap = wider(this.#heap, new Int32Array(length))
    this.#next = new Int32Array(length)
    this.#chains = new Int32Array(2 * length).fill(NONE)
    for (let entry = 0; entry < this.#used; entry++) this.#link(entry)
  }
}

const bits = new Float64Array(1)
const words = new Int32Array(bits.buffer)

function wider<A extends Float64Array | Int32Array>(old: A, next: A): A {
  next.set(old)
  return next
}
