const initialSize = 16

// Emptied, so that it has the kind of elements that later slots have: arrays of two kinds cost every push a test.
const none: undefined[] = [undefined]
none.pop()

/** A first-in-first-out queue on one array that doubles when full; adding and taking cost the same at any length. */
export class RingBuffer<T> {
  #slots: (T | undefined)[] = none
  #head = 0
  #length = 0

  get length(): number {
    return this.#length
  }

  /** Adds at the end. */
  push(value: T): void {
    if (this.#length === this.#slots.length) this.#grow()
    this.#slots[(this.#head + this.#length) & (this.#slots.length - 1)] = value
    this.#length++
  }

  /** Adds before the oldest value. */
  unshift(value: T): void {
    if (this.#length === this.#slots.length) this.#grow()
    this.#head = (this.#head - 1) & (this.#slots.length - 1)
    this.#slots[this.#head] = value
    this.#length++
  }

  /** Takes the oldest value; undefined when empty. */
  shift(): T | undefined {
    if (this.#length === 0) return undefined
    const value = this.#slots[this.#head]
    // The slot must let go of its value: a queue that is never full again would keep it alive.
    this.#slots[this.#head] = undefined
    this.#head = (this.#head + 1) & (this.#slots.length - 1)
    this.#length--
    return value
  }

  #grow(): void {
    const old = this.#slots
    const slots: (T | undefined)[] = []
    for (let index = 0; index < this.#length; index++) {
      slots.push(old[(this.#head + index) & (old.length - 1)])
    }
    const size = Math.max(initialSize, old.length * 2)
    while (slots.length < size) slots.push(undefined)
    this.#slots = slots
    this.#head = 0
  }
}
