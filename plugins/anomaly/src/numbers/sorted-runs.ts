import { placesBySize } from './places-by-size.ts'

/** An entry of the order has the place of a run above so many bits, and in them how many more than one number it has. */
const BITS = 4
const MORE_MOST = 2 ** BITS - 1
/** So many numbers more than one stand for at most in what `toRuns` gives. */
const REPEATS_MOST = 255

/** Numbers in the order in which they came, those that came several times in a row once. */
export interface Runs {
  readonly numbers: Float32Array
  /** How many times more each of them came; empty: each once. */
  readonly repeats: Uint8Array
}

type Order = Uint16Array | Uint32Array

const noNumbers = new Float32Array(0)
const noRepeats = new Uint8Array(0)
const noOrder = new Uint16Array(0)

/**
 * The last numbers of a stream, rounded to 32 bits, in order of their size. Numbers that come several times in a row are kept as runs of
 * up to 16. Counts in O(log n) as long as there are no such runs, otherwise in half as many additions as there are runs; adds in O(n) of
 * moved memory. Memory: 6 bytes for each run (8 where more than 4096 numbers are kept), made as numbers come.
 */
export class SortedRuns {
  readonly #length: number
  /** One for each run, around in the order in which they came. */
  #numbers = noNumbers
  /** The runs in order of their size, equal ones in the order in which they came. */
  #order: Order = noOrder
  #size = 0
  #runs = 0
  /** The place of the oldest run. */
  #oldest = 0

  /** `length` is how many numbers are kept. */
  constructor(length: number) {
    this.#length = length
  }

  /** How many numbers there are. */
  get size(): number {
    return this.#size
  }

  /** There must be one. */
  get smallest(): number {
    return this.#numberAt(0)
  }

  /** How many of them are smaller. */
  countBelow(value: number): number {
    const at = this.#firstFrom(value)
    const runs = this.#runs
    if (runs === this.#size) return at
    const order = this.#order
    // From the nearer end.
    if (at <= runs >>> 1) {
      let count = at
      for (let index = 0; index < at; index++) count += (order[index] as number) & MORE_MOST
      return count
    }
    let above = runs - at
    for (let index = at; index < runs; index++) above += (order[index] as number) & MORE_MOST
    return this.#size - above
  }

  /** Sets the first `count` of `into` to the largest, ascending. There must be so many. */
  copyLargest(count: number, into: Float64Array): void {
    const order = this.#order
    let run = this.#runs
    let left = 0
    let number = 0
    for (let index = count - 1; index >= 0; index--) {
      if (left === 0) {
        run--
        left = 1 + ((order[run] as number) & MORE_MOST)
        number = this.#numberAt(run)
      }
      into[index] = number
      left--
    }
  }

  /** Adds a number that is not NaN; the oldest one goes when it is full. */
  add(value: number): void {
    const number = Math.fround(value)
    if (this.#size < this.#length) {
      this.#size++
      this.#append(number)
      return
    }
    const oldest = this.#firstFrom(this.#numbers[this.#oldest] as number)
    const order = this.#order
    if (((order[oldest] as number) & MORE_MOST) > 0) {
      order[oldest] = (order[oldest] as number) - 1
      this.#append(number)
    } else {
      this.#replace(oldest, number)
    }
  }

  /** All, the oldest first. */
  toArray(): Float32Array {
    const array = new Float32Array(this.#size)
    const numbers = this.#numbers
    if (this.#runs === this.#size) {
      const older = numbers.subarray(this.#oldest, this.#oldest + this.#size)
      array.set(older)
      array.set(numbers.subarray(0, this.#size - older.length), older.length)
      return array
    }
    const more = this.#moreByPlace()
    let count = 0
    for (let index = 0; index < this.#runs; index++) {
      const place = this.#placeOf(index)
      const number = numbers[place] as number
      for (const end = count + 1 + (more[place] as number); count < end; count++) {
        array[count] = number
      }
    }
    return array
  }

  /** All, the oldest first, in as few bytes as it takes: at most 4 for each number. The same for the same numbers. */
  toRuns(): Runs {
    if (this.#size === 0) return { numbers: noNumbers, repeats: noRepeats }
    // Of single numbers only the two oldest can be equal: a run that is cut has been full.
    const isPlain = this.#runs === this.#size && this.#size > 4
    const runs = isPlain ? undefined : this.#longRuns()
    return runs ?? { numbers: this.toArray(), repeats: noRepeats }
  }

  /** Forgets what it has for these, the oldest first; no more of them than its length. */
  restore({ numbers, repeats }: Runs): void {
    let size = numbers.length
    for (const times of repeats) size += times
    const kept = new Float32Array(size)
    const more = new Uint8Array(size)
    const isSingle = repeats.length === 0
    let runs = 0
    let last = Number.NaN
    for (let index = 0; index < numbers.length; index++) {
      const number = numbers[index] as number
      let times = isSingle ? 1 : 1 + (repeats[index] as number)
      if (Object.is(last, number)) times -= grow(more, runs - 1, times, MORE_MOST)
      for (; times > 0; times -= MORE_MOST + 1) {
        kept[runs] = number
        more[runs++] = Math.min(times - 1, MORE_MOST)
      }
      last = number
    }
    this.#size = size
    this.#runs = runs
    this.#oldest = 0
    this.#numbers = kept.slice(0, runs)
    this.#sort(more)
  }

  /** All in runs as long as they are, cut from the oldest on; undefined where that is no less than each by itself. */
  #longRuns(): Runs | undefined {
    const numbers = new Float32Array(this.#runs)
    const repeats = new Uint8Array(this.#runs)
    const more = this.#moreByPlace()
    let count = 0
    let last = Number.NaN
    for (let index = 0; index < this.#runs; index++) {
      const place = this.#placeOf(index)
      const number = this.#numbers[place] as number
      let times = 1 + (more[place] as number)
      if (Object.is(last, number)) times -= grow(repeats, count - 1, times, REPEATS_MOST)
      last = number
      if (times === 0) continue
      numbers[count] = number
      repeats[count++] = times - 1
    }
    if (5 * count >= 4 * this.#size) return undefined
    return { numbers: numbers.slice(0, count), repeats: repeats.slice(0, count) }
  }

  #numberAt(run: number): number {
    return this.#numbers[(this.#order[run] as number) >>> BITS] as number
  }

  /** Which run, counted by size, is the first that is not smaller; of equal ones that is the oldest. */
  #firstFrom(value: number): number {
    const numbers = this.#numbers
    const order = this.#order
    let low = 0
    let high = this.#runs
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((numbers[(order[middle] as number) >>> BITS] as number) < value) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Which run is the first that is larger, or behind all; before it stands the newest of equal ones. */
  #firstAbove(value: number): number {
    const numbers = this.#numbers
    const order = this.#order
    let low = 0
    let high = this.#runs
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((numbers[(order[middle] as number) >>> BITS] as number) <= value) low = middle + 1
      else high = middle
    }
    return low
  }

  /** The place of a run, counted from the oldest. */
  #placeOf(index: number): number {
    const place = this.#oldest + index
    return place < this.#numbers.length ? place : place - this.#numbers.length
  }

  /** Whether a number is that of the newest run, where that has room for one more and is the one before `above` by size. */
  #isAgain(number: number, above: number): boolean {
    if (!Object.is(this.#numbers[this.#placeOf(this.#runs - 1)], number)) return false
    return ((this.#order[above - 1] as number) & MORE_MOST) < MORE_MOST
  }

  #append(number: number): void {
    const to = this.#firstAbove(number)
    if (this.#runs > 0 && this.#isAgain(number, to)) {
      this.#order[to - 1] = (this.#order[to - 1] as number) + 1
      return
    }
    if (this.#runs === this.#numbers.length) this.#grow()
    const place = this.#placeOf(this.#runs)
    this.#order.copyWithin(to + 1, to, this.#runs)
    this.#order[to] = place << BITS
    this.#numbers[place] = number
    this.#runs++
  }

  /** The oldest run has one number, and is the run `from` by size. */
  #replace(from: number, number: number): void {
    const order = this.#order
    const to = this.#firstAbove(number)
    if (this.#runs > 1 && this.#isAgain(number, to)) {
      order[to - 1] = (order[to - 1] as number) + 1
      order.copyWithin(from, from + 1, this.#runs)
      this.#runs--
      this.#oldest = this.#placeOf(1)
      return
    }
    const place = this.#placeOf(this.#runs)
    if (to > from) {
      order.copyWithin(from, from + 1, to)
      order[to - 1] = place << BITS
    } else {
      order.copyWithin(to + 1, to, from)
      order[to] = place << BITS
    }
    this.#oldest = this.#placeOf(1)
    this.#numbers[place] = number
  }

  #grow(): void {
    const [was, oldest] = [this.#numbers, this.#oldest]
    const length = Math.min(this.#length, Math.max(16, 2 * was.length))
    const numbers = new Float32Array(length)
    numbers.set(was.subarray(oldest))
    numbers.set(was.subarray(0, oldest), was.length - oldest)
    const order = this.#makeOrder(length)
    const turn = was.length << BITS
    for (let run = 0; run < this.#runs; run++) {
      const entry = (this.#order[run] as number) - (oldest << BITS)
      order[run] = entry < 0 ? entry + turn : entry
    }
    this.#numbers = numbers
    this.#order = order
    this.#oldest = 0
  }

  /** Sets the order of the runs, whose places are those of their numbers. */
  #sort(more: Uint8Array): void {
    const order = this.#makeOrder(this.#runs)
    const places = placesBySize(this.#numbers)
    for (let run = 0; run < order.length; run++) {
      const place = places[run] as number
      order[run] = (place << BITS) + (more[place] as number)
    }
    this.#order = order
  }

  #makeOrder(length: number): Order {
    if (length === 0) return noOrder
    return this.#length << BITS > 65_536 ? new Uint32Array(length) : new Uint16Array(length)
  }

  /** How many more than one number each run has, by its place. */
  #moreByPlace(): Uint8Array {
    const more = new Uint8Array(this.#numbers.length)
    for (let run = 0; run < this.#runs; run++) {
      const entry = this.#order[run] as number
      more[entry >>> BITS] = entry & MORE_MOST
    }
    return more
  }
}

/** Adds `times` to one of `counts` as far as `most` allows; by how much. */
function grow(counts: Uint8Array, index: number, times: number, most: number): number {
  const count = counts[index] as number
  const room = Math.min(most - count, times)
  counts[index] = count + room
  return room
}
