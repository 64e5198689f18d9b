import { type FieldNames, UNREADABLE, UNWANTED } from './field-names.ts'
import { MEMBERS } from './line-pass-code.ts'

const quote = 34
const comma = 44
const colon = 58
const backslash = 92
const openBrace = 123
const closeBrace = 125

/** Bytes of the names of a line's members, with all that stands around them. */
const bytesMax = 2048

/** Not 0 for bytes that a text may have inside: no quote, no backslash, nothing that must be escaped. */
const isPlain: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 32 || byte === quote || byte === backslash ? 0 : 1,
)

/** How the members of a line follow each other: their names in order, as bytes with all that stands around them. */
export class LineLayout {
  /** What stands in front of the values: from a brace or a comma to a colon, one behind the other. */
  readonly bytes = new Uint8Array(bytesMax)
  /** Of each member, where that ends. */
  readonly ends = new Int32Array(MEMBERS)
  /** Of each member, 1 where somebody wants it. */
  readonly wanted = new Uint8Array(MEMBERS)
  /** How many members. */
  length = 0
  /** The names of those that are wanted, in their order: a row of what is read has a cell for each. */
  readonly fields: string[] = []
  readonly #names: FieldNames

  /** `names`: those that somebody wants. */
  constructor(names: FieldNames) {
    this.#names = names
  }

  /** Takes over the layout of a line; false where it has none: it is not flat, or not written without blanks, or too long. */
  learn(line: Uint8Array, start: number, end: number): boolean {
    this.fields.length = 0
    this.length = 0
    if (line[start] !== openBrace || line[end - 1] !== closeBrace) return false
    let at = start
    let copied = 0
    while (at < end - 1) {
      const from = at
      if (line[at + 1] !== quote) return false
      at += 2
      while (isPlain[line[at] as number] === 1) at++
      if (line[at] !== quote) return false
      const slot = this.#names.slotOf(line, from + 2, at)
      if (slot === UNREADABLE) return false
      if (line[++at] !== colon || this.length === MEMBERS) return false
      at++
      if (copied + at - from > bytesMax) return false
      for (let next = from; next < at; next++) this.bytes[copied++] = line[next] as number
      this.ends[this.length] = copied
      this.wanted[this.length++] = slot === UNWANTED ? 0 : 1
      if (slot !== UNWANTED) this.fields.push(this.#names.names[slot] as string)
      // Whether it is a value at all is for those to say who read it.
      if (line[at] === quote) {
        do if (++at === end) return false
        while (line[at] !== quote)
      }
      while (line[at] !== comma && at < end - 1) at++
    }
    return this.length > 0
  }
}
