import type { SpillPart } from './spill-part.ts'

/** Where the bytes of some slots are. */
export interface Places {
  readonly parts: readonly SpillPart[]
  readonly offsets: Float64Array
  readonly lengths: Int32Array
}

/** What some slots had, piece by piece, each once and in order; whatever became of them since. */
export class HeldSlots {
  readonly #places: Places
  readonly #released: () => void
  readonly #tried: <T>(read: () => T) => T
  #isOut = false

  /** `released` is told when all is out. */
  constructor(places: Places, released: () => void, tried: <T>(read: () => T) => T) {
    this.#places = places
    this.#released = released
    this.#tried = tried
    if (this.length === 0) this.#end()
  }

  get length(): number {
    return this.#places.lengths.length
  }

  /** Throws errors of the disk. */
  slice(from: number, to: number): readonly Uint8Array[] {
    const { lengths, offsets, parts } = this.#places
    const piece: Uint8Array[] = []
    for (let at = from; at < to && at < this.length; at++) {
      const bytes = new Uint8Array(lengths[at] as number)
      this.#tried(() => parts[at]?.read(bytes, offsets[at] as number))
      piece.push(bytes)
    }
    if (to >= this.length) this.#end()
    return piece
  }

  #end(): void {
    if (this.#isOut) return
    this.#isOut = true
    this.#released()
  }
}
