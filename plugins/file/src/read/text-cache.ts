import { asciiText } from './ascii-text.ts'

const slots = 256
const lengthMax = 32

/** After so many look-ups of which fewer than half found their text, the texts of the field are taken as all different. */
const trialLookups = 4096

/**
 * The texts of one field as strings: ASCII that comes again is one and the same string, compared byte by byte. A field of
 * many different texts soon does without: looking them up costs more than making them.
 */
export class TextCache {
  readonly #texts: (string | undefined)[] = Array.from({ length: slots }, () => undefined)
  readonly #kept = new Uint8Array(slots * lengthMax)
  #lookups = 0
  #found = 0

  /** The text of ASCII bytes from `start` to before `end`. */
  take(bytes: Buffer, start: number, end: number): string {
    const length = end - start
    if (this.#lookups === trialLookups || length > lengthMax || length === 0) {
      return asciiText(bytes, start, end)
    }
    const slot = this.#slotOf(bytes, start, end)
    const kept = this.#kept
    const from = slot * lengthMax
    const known = this.#texts[slot]
    if (known !== undefined && known.length === length) {
      let same = 0
      while (same < length && kept[from + same] === bytes[start + same]) same++
      if (same === length) {
        this.#found++
        this.#count()
        return known
      }
    }
    this.#count()
    const text = asciiText(bytes, start, end)
    this.#texts[slot] = text
    for (let at = 0; at < length; at++) kept[from + at] = bytes[start + at] as number
    return text
  }

  /** Goes on counting from the start while at least half are found. */
  #count(): void {
    if (++this.#lookups < trialLookups || this.#found * 2 < trialLookups) return
    this.#lookups = 0
    this.#found = 0
  }

  /** Names that are counted up differ at their end. */
  #slotOf(bytes: Buffer, start: number, end: number): number {
    let hash = end - start
    for (let at = Math.max(start, end - 4); at < end; at++) {
      hash = Math.imul(hash, 31) + (bytes[at] as number)
    }
    return hash & (slots - 1)
  }
}
