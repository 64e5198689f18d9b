import { asciiText } from './ascii-text.ts'
import type { Encoding } from './decoder.ts'
import type { Sliceable } from './decode-text.ts'
import * as pass from './line-pass-code.ts'
import type { LineLayout } from './line-layout.ts'
import { webAssembly } from './web-assembly.ts'

const newline = 10

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer }
  pass(start: number, last: number, max: number, maxLine: number): number
  freshTexts(): number
}

/** The layouts that one scanner knows, while others use the memory. */
export type KnownLayouts = Uint8Array

/** Of none. */
export function noLayouts(): KnownLayouts {
  const known = new Uint8Array(pass.KNOWN_END - pass.KNOWN)
  for (let number = 0; number < pass.LAYOUTS; number++) known[number] = number
  return known
}

/**
 * Reads lines that have a known layout, many at a time, in WebAssembly: there is one for all that read, who take turns, each from
 * `enter` on. What it found of a line stands in a row of cells, one for each member that is wanted, until the next ones are read.
 */
export class LinePass {
  /** The whole memory, in integers, doubles and bytes. */
  readonly integers: Int32Array
  readonly doubles: Float64Array
  readonly bytes: Sliceable
  readonly #exports: Exports
  readonly #texts: (string | undefined)[] = Array.from({ length: pass.TEXTS }, () => undefined)
  #known: KnownLayouts | undefined
  /** Which bytes of which chunk are in the memory. */
  #chunk: Buffer | undefined
  #from = 0
  #to = 0

  constructor({ Instance, Module }: NonNullable<typeof webAssembly>) {
    const module = new Module(Buffer.from(pass.code, 'base64'))
    this.#exports = new Instance(module).exports as unknown as Exports
    const { buffer } = this.#exports.memory
    this.integers = new Int32Array(buffer)
    this.doubles = new Float64Array(buffer)
    this.bytes = Buffer.from(buffer) as Sliceable
  }

  /** From now on these are the layouts that are known. */
  enter(known: KnownLayouts): void {
    if (this.#known === known) return
    this.#known?.set(this.bytes.subarray(pass.KNOWN, pass.KNOWN_END))
    this.bytes.set(known, pass.KNOWN)
    this.#known = known
  }

  /**
   * Reads lines of a chunk from `start` on, at most `max`, until one is not laid out as known, is longer than `maxLine` bytes, or
   * begins behind `last`, which is a newline. Returns how many.
   */
  readOn(chunk: Buffer, start: number, last: number, max: number, maxLine: number): number {
    if (chunk !== this.#chunk || start < this.#from || start >= this.#to) {
      const end = Math.min(last + 1, start + pass.BYTES_MAX)
      const to = end > last ? end : chunk.lastIndexOf(newline, end - 1) + 1
      if (to <= start) return 0
      chunk.copy(this.bytes, pass.BYTES, start, to)
      this.#chunk = chunk
      this.#from = start
      this.#to = to
    }
    const shift = this.shift
    return this.#run(start - shift, this.#to - 1 - shift, Math.min(max, pass.LINES), maxLine)
  }

  /** What is added to a place in the memory for that in the chunk that was read last. */
  get shift(): number {
    return this.#from - pass.BYTES
  }

  /** Whether a line has a layout that is known; then it is the only one that was read. */
  readOne(line: Buffer, start: number, end: number): boolean {
    const length = end - start
    if (length > pass.BYTES_MAX) return false
    line.copy(this.bytes, pass.SPARE, start, end)
    const last = pass.SPARE + length
    this.bytes[last] = newline
    return this.#run(pass.SPARE, last, 1, length) === 1 && this.endOf(0) === last
  }

  #run(start: number, last: number, max: number, maxLine: number): number {
    const lines = this.#exports.pass(start, last, max, maxLine)
    const fresh = this.#exports.freshTexts()
    for (let at = 0; at < fresh; at++) {
      this.#texts[this.integers[(pass.FRESH >> 2) + at] as number] = undefined
    }
    return lines
  }

  /** Where in the memory a line ends that was read, behind its brace. */
  endOf(line: number): number {
    return this.integers[(pass.ENDS >> 2) + line] as number
  }

  /** The number of its layout. */
  layoutOf(line: number): number {
    return this.integers[(pass.LAID_OUT >> 2) + line] as number
  }

  /** Where in `integers` its cells begin. */
  rowOf(line: number): number {
    return (this.integers[(pass.ROWS >> 2) + line] as number) >> 2
  }

  /** What a cell says that is no number but a long one; texts that come again are one and the same string. */
  value(cell: number, encoding: Encoding): unknown {
    const tag = this.integers[cell] as number
    if (tag >= 0) return this.#texts[tag] ?? this.#makeText(tag, encoding)
    if (tag === pass.TRUE) return true
    if (tag === pass.FALSE) return false
    if (tag === pass.NULL) return null
    const from = this.integers[cell + 2] as number
    const to = this.integers[cell + 3] as number
    if (tag === pass.TEXT) return this.#text(from, to, encoding)
    return Number(this.bytes.latin1Slice(from, to))
  }

  #makeText(place: number, encoding: Encoding): string {
    const from = pass.FIRST_TEXT + place * pass.TEXT_BYTES
    const length = (this.integers[(pass.LENGTHS >> 2) + place] as number) - 1
    const text = this.#text(from, from + length, encoding)
    this.#texts[place] = text
    return text
  }

  #text(from: number, to: number, encoding: Encoding): string {
    return encoding === 'ascii' ? asciiText(this.bytes, from, to) : this.bytes.utf8Slice(from, to)
  }

  /** Puts a layout in front of all others, in the place of the one that was not followed for longest; returns its number. */
  know(layout: LineLayout): number {
    const { bytes, integers } = this
    const count = integers[pass.COUNT >> 2] as number
    const rank = Math.min(count, pass.LAYOUTS - 1)
    const number = bytes[pass.KNOWN + rank] as number
    bytes.copyWithin(pass.KNOWN + 1, pass.KNOWN, pass.KNOWN + rank)
    bytes[pass.KNOWN] = number
    integers[pass.COUNT >> 2] = rank + 1
    this.#write(layout, pass.FIRST_LAYOUT + number * pass.LAYOUT_BYTES)
    return number
  }

  /** Forgets a layout; another one may be in front by now. */
  forget(number: number): void {
    const { bytes, integers } = this
    const last = pass.KNOWN + (integers[pass.COUNT >> 2] as number) - 1
    const at = bytes.indexOf(number, pass.KNOWN)
    bytes.copyWithin(at, at + 1, last + 1)
    bytes[last] = number
    integers[pass.COUNT >> 2] = last - pass.KNOWN
  }

  #write({ bytes, ends, length, wanted }: LineLayout, at: number): void {
    const { integers } = this
    integers.fill(0, at >> 2, (at + pass.FIRST_NAME) >> 2)
    integers[at >> 2] = length
    let name = pass.FIRST_NAME
    let from = 0
    for (let index = 0; index < length; index++) {
      const end = ends[index] as number
      const member = at + pass.FIRST_MEMBER + index * pass.MEMBER_BYTES
      integers[(member + pass.NAME_AT) >> 2] = name
      integers[(member + pass.NAME_LENGTH) >> 2] = end - from
      integers[(member + pass.IS_WANTED) >> 2] = wanted[index] as number
      this.bytes.set(bytes.subarray(from, end), at + name)
      // Each name begins where 16 bytes can be compared at once.
      name += (end - from + 15) & ~15
      from = end
    }
  }
}

let one: LinePass | undefined

/** The one of this thread; undefined where there is no WebAssembly. */
export function linePass(): LinePass | undefined {
  return (one ??= webAssembly && new LinePass(webAssembly))
}
