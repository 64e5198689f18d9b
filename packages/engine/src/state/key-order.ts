/**
 * The order in which keys were first seen, by slot: that of the slots as long as none is used again, numbers of their own from
 * then on.
 */
export class KeyOrder {
  #numbers: Float64Array | undefined
  /** Slots that have been given. */
  #given = 0

  /** A number that grows from key to key and is never given again. */
  of(slot: number): number {
    return this.#numbers === undefined ? slot : (this.#numbers[slot] as number)
  }

  /** The slot is given to the key with this number. */
  set(slot: number, number: number): void {
    this.#given = Math.max(this.#given, slot + 1)
    if (this.#numbers === undefined) {
      if (slot === number) return
      this.#numbers = Float64Array.from({ length: this.#given }, (_, at) => at)
    } else if (slot >= this.#numbers.length) this.#grow(this.#numbers, slot)
    this.#numbers[slot] = number
  }

  /** The numbers of some slots. */
  numbersOf(slots: Int32Array): Float64Array {
    const all = new Float64Array(slots)
    const numbers = this.#numbers
    if (numbers === undefined) return all
    for (let at = 0; at < slots.length; at++) all[at] = numbers[slots[at] as number] as number
    return all
  }

  /** Slots in the order of their keys. */
  sorted(slots: Int32Array): Int32Array {
    const numbers = this.#numbers
    if (numbers === undefined) return slots.toSorted()
    return slots.toSorted((a, b) => (numbers[a] as number) - (numbers[b] as number))
  }

  #grow(old: Float64Array, slot: number): void {
    this.#numbers = new Float64Array(Math.max(slot + 1, 2 * old.length))
    this.#numbers.set(old)
  }
}
