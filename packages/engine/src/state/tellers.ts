/** Nothing that is still needed tells of a slot. */
const NONE = 0

/** By slot, which of the checkpoints that are still needed has the last word. */
export class Tellers {
  /** Numbers of checkpoints, which begin with 1. */
  #numbers: Int32Array = new Int32Array(0)
  /** By checkpoint, from the oldest one on: the slots of which it has the last word. */
  #counts: number[] = []
  #oldest = 1
  /** Nothing in front of it is the oldest one's. */
  #place = 0
  /** From here on nobody has told of a slot. */
  #fresh = 0

  /** Slots of which the oldest checkpoint has the last word. */
  get left(): number {
    return this.#counts[0] ?? 0
  }

  /** The next checkpoint tells of so many slots at most. */
  begin(count: number): void {
    const { length } = this.#numbers
    this.#fresh = Math.min(count, length)
    if (count !== length) {
      for (let slot = count; slot < length; slot++) this.#unsay(slot)
      const numbers = new Int32Array(count)
      numbers.set(this.#numbers.subarray(0, count))
      this.#numbers = numbers
    }
    this.#counts.push(0)
  }

  /** The newest checkpoint tells of slots that are not 0 in `has`, and of all that are new; how many these are. */
  tell(has: Uint8Array): number {
    const newest = this.#oldest + this.#counts.length - 1
    const numbers = this.#numbers
    const counts = this.#counts
    const oldest = this.#oldest
    const words = new Int32Array(has.buffer, has.byteOffset, has.length >> 2)
    const fresh = this.#fresh
    // There may be millions, and the code is as cold as can be.
    numbers.fill(newest, fresh)
    has.fill(1, fresh)
    let count = has.length - fresh
    for (let slot = 0; slot < fresh; slot++) {
      if ((slot & 3) === 0 && words[slot >> 2] === 0) slot += 3
      if (has[slot] === 0) continue
      const before = numbers[slot] as number
      if (before !== NONE) counts[before - oldest] = (counts[before - oldest] as number) - 1
      numbers[slot] = newest
      count++
    }
    counts[counts.length - 1] = (counts.at(-1) as number) + count
    return count
  }

  /** The newest checkpoint tells of up to `most` slots of the oldest one, too; how many these are. */
  retell(has: Uint8Array, most: number): number {
    const told = Math.min(most, this.left)
    const newest = this.#oldest + this.#counts.length - 1
    const numbers = this.#numbers
    const oldest = this.#oldest
    let place = this.#place
    for (let left = told; left > 0; place++) {
      if (numbers[place] !== oldest) continue
      numbers[place] = newest
      has[place] = 1
      left--
    }
    this.#place = place
    this.#counts[0] = this.left - told
    const last = this.#counts.length - 1
    this.#counts[last] = (this.#counts[last] as number) + told
    return told
  }

  /** The oldest checkpoint, which has the last word of nothing, is not needed any more. */
  drop(): void {
    this.#counts.shift()
    this.#oldest++
    this.#place = 0
  }

  /** Goes on from checkpoints, `count` of them from `oldest` on; `last` says by slot which of these has the last word, counted from 0. */
  goOn(oldest: number, count: number, last: Int32Array): void {
    this.#oldest = oldest
    this.#counts = Array.from({ length: count }, () => 0)
    this.#numbers = last.map((index) => (index < 0 ? NONE : oldest + index))
    for (const index of last) {
      if (index >= 0) this.#counts[index] = (this.#counts[index] as number) + 1
    }
  }

  #unsay(slot: number): void {
    const number = this.#numbers[slot] as number
    if (number === NONE) return
    const at = number - this.#oldest
    this.#counts[at] = (this.#counts[at] as number) - 1
  }
}
