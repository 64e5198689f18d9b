import type { RecordTests } from '@millrace/sdk'
import { asciiText } from './ascii-text.ts'
import type { Encoding } from './decoder.ts'
import type { Sliceable } from './decode-text.ts'
import * as pass from './line-pass-code.ts'
import type { LineLayout } from './line-layout.ts'
import { writeTests } from './line-tests.ts'
import { webAssembly } from './web-assembly.ts'

const newline = 10

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer }
  pass(
    start: number,
    last: number,
    max: number,
    maxLine: number,
    sifts: number,
    keeps: number,
  ): number
}

/** What a pass is told. */
export interface PassOptions {
  /** Most lines that it finds. */
  readonly max: number
  readonly maxLine: number
  /** What leaves lines out. Default: all are found. */
  readonly told?: RecordTests | undefined
  /** Whether to keep the bytes of lines that were found. */
  readonly keeps?: boolean
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
   * Reads lines of a chunk from `start` on, until `max` of them were found, or one is not laid out as known, is longer than `maxLine`
   * bytes, or begins behind `last`, which is a newline. Returns how many it found: all that it read, or those that tests may want.
   */
  readOn(chunk: Buffer, start: number, last: number, asked: PassOptions): number {
    if (chunk !== this.#chunk || start < this.#from || start >= this.#to) {
      const end = Math.min(last + 1, start + pass.BYTES_MAX)
      const to = end > last ? end : chunk.lastIndexOf(newline, end - 1) + 1
      this.integers[pass.LINES_READ >> 2] = 0
      if (to <= start) return 0
      chunk.copy(this.bytes, pass.BYTES, start, to)
      this.#chunk = chunk
      this.#from = start
      this.#to = to
    }
    const shift = this.#from - pass.BYTES
    return this.#run(start - shift, this.#to - 1 - shift, asked)
  }

  /** How many lines the last pass found. */
  found = 0

  /** How many lines the last pass read. */
  get linesRead(): number {
    return this.integers[pass.LINES_READ >> 2] as number
  }

  /** Where in the chunk it stopped: there the next line begins. */
  get stopped(): number {
    return (this.integers[pass.STOPPED >> 2] as number) + this.#from - pass.BYTES
  }

  /** Largest time of lines that it left out behind the last one that it found; -Infinity: there are none. */
  get behind(): number {
    return this.doubles[pass.BEHIND >> 3] as number
  }

  /** How many bytes the lines have that it found, each with a newline, where it was told to keep them. They begin at `KEPT`. */
  get keptBytes(): number {
    return this.integers[pass.KEPT_COUNT >> 2] as number
  }

  /** Whether a line has a layout that is known; then it is the only one that was read, and found unless it was left out. */
  readOne(line: Buffer, start: number, end: number, told?: RecordTests): boolean {
    const length = end - start
    if (length > pass.BYTES_MAX) return false
    line.copy(this.bytes, pass.SPARE, start, end)
    const last = pass.SPARE + length
    this.bytes[last] = newline
    this.#run(pass.SPARE, last, { max: 1, maxLine: length, told })
    return this.linesRead === 1 && this.integers[pass.STOPPED >> 2] === last + 1
  }

  #run(start: number, last: number, { keeps, max, maxLine, told }: PassOptions): number {
    if (told?.time !== undefined) {
      const { divisor, factor, from, to } = told.time
      this.doubles.set([factor, divisor, from, to], pass.TIME >> 3)
    }
    const most = Math.min(max, pass.LINES)
    const sifts = told === undefined ? 0 : 1
    const isKept = keeps === true ? 1 : 0
    this.found = this.#exports.pass(start, last, most, maxLine, sifts, isKept)
    const fresh = this.integers[pass.FRESH_COUNT >> 2] as number
    for (let at = 0; at < fresh; at++) {
      this.#texts[this.integers[(pass.FRESH >> 2) + at] as number] = undefined
    }
    return this.found
  }

  /** Where in the chunk a line begins that was found. */
  startOf(line: number): number {
    return this.#told(line, pass.LINE_START) + this.#from - pass.BYTES
  }

  /** How many bytes it has. */
  lengthOf(line: number): number {
    return this.#told(line, pass.LINE_END) - this.#told(line, pass.LINE_START)
  }

  /** How many lines were read in front of it. */
  rankOf(line: number): number {
    return this.#told(line, pass.LINE_RANK)
  }

  /** Largest time of the lines left out since the one before; -Infinity: there are none. */
  beforeOf(line: number): number {
    return this.#toldTime(line, pass.LINE_BEFORE)
  }

  /** The time of one that the tests want; Infinity: it is of no interest. */
  timeOf(line: number): number {
    return this.#toldTime(line, pass.LINE_TIME)
  }

  /** Whether the tests want it for certain. */
  isWanted(line: number): boolean {
    return this.#told(line, pass.LINE_FATE) === pass.WANTED
  }

  /** The number of its layout. */
  layoutOf(line: number): number {
    return this.#told(line, pass.LINE_LAYOUT)
  }

  /** Where in `integers` its cells begin. */
  rowOf(line: number): number {
    return this.#told(line, pass.LINE_ROW) >> 2
  }

  #toldTime(line: number, what: number): number {
    return this.doubles[(pass.FOUND_LINES + line * pass.LINE_BYTES + what) >> 3] as number
  }

  #told(line: number, what: number): number {
    return this.integers[(pass.FOUND_LINES + line * pass.LINE_BYTES + what) >> 2] as number
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
  know(layout: LineLayout, told: RecordTests | undefined): number {
    const { bytes, integers } = this
    const count = integers[pass.COUNT >> 2] as number
    const rank = Math.min(count, pass.LAYOUTS - 1)
    const number = bytes[pass.KNOWN + rank] as number
    bytes.copyWithin(pass.KNOWN + 1, pass.KNOWN, pass.KNOWN + rank)
    bytes[pass.KNOWN] = number
    integers[pass.COUNT >> 2] = rank + 1
    const at = pass.FIRST_LAYOUT + number * pass.LAYOUT_BYTES
    this.#write(layout, at)
    if (told !== undefined) writeTests(this, at, layout.fields, told)
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
