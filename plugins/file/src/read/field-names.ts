import type { Sliceable } from './decode-text.ts'

/** Stands for: no member that anyone wants. */
export const UNWANTED = -1
/** Stands for: a name that only the full decoder reads. */
export const UNREADABLE = -2

/** Most names that are known where all members are wanted. */
export const namesMax = 256

/** The names of members that are wanted, each with a number: given, or all that come. */
export class FieldNames {
  readonly names: string[]
  readonly #keys: Buffer[]
  readonly #isOpen: boolean

  /** `names`: undefined for all that come. */
  constructor(names: readonly string[] | undefined) {
    this.names = [...(names ?? [])]
    this.#keys = this.names.map((name) => Buffer.from(name))
    this.#isOpen = names === undefined
  }

  /** How many there may come to be. */
  get most(): number {
    return this.#isOpen ? namesMax : this.names.length
  }

  /** The number of the name that these bytes are, which are UTF-8 without escapes. */
  slotOf(bytes: Uint8Array, from: number, to: number): number {
    const length = to - from
    for (let index = 0; index < this.#keys.length; index++) {
      const key = this.#keys[index] as Buffer
      if (key.length !== length) continue
      let same = 0
      while (same < length && key[same] === bytes[from + same]) same++
      if (same === length) return index
    }
    if (!this.#isOpen) return UNWANTED
    const name = (bytes as Sliceable).utf8Slice(from, to)
    // A member of this name is set in another way.
    if (this.names.length === namesMax || name === '__proto__') return UNREADABLE
    this.#keys.push(Buffer.from(name))
    return this.names.push(name) - 1
  }
}
