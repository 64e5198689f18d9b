/**
 * The numbers of `createRandom` of @millrace/base, from a generator whose state can be kept and put back. Uniform in [0, 1); the same
 * seed gives the same numbers everywhere. Memory: 16 bytes; a snapshot has 32.
 */
export class SeededRandom {
  #a: number
  #b: number
  #c: number
  #counter = 1

  constructor(seed: number) {
    let spread = seed | 0
    const next = (): number => {
      spread = (spread + 0x9e3779b9) | 0
      let mixed = Math.imul(spread ^ (spread >>> 16), 0x21f0aaad)
      mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
      return mixed ^ (mixed >>> 15)
    }
    this.#a = next() | 0
    this.#b = next() | 0
    this.#c = next() | 0
  }

  next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return (sum >>> 0) / 4_294_967_296
  }

  /** Normally distributed, mean 0 and variance 1. */
  nextNormal(): number {
    // Box and Muller, 1958; 1 - u is never 0.
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()))
    return radius * Math.cos(2 * Math.PI * this.next())
  }

  /** Goes on from where the other one is. */
  copy(other: SeededRandom): void {
    this.#a = other.#a
    this.#b = other.#b
    this.#c = other.#c
    this.#counter = other.#counter
  }

  snapshot(): readonly number[] {
    return [this.#a, this.#b, this.#c, this.#counter]
  }

  restore([a = 0, b = 0, c = 0, counter = 0]: readonly number[]): void {
    this.#a = a
    this.#b = b
    this.#c = c
    this.#counter = counter
  }
}
