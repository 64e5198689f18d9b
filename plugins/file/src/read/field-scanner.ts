import type { Encoding } from './decoder.ts'
import { decodeJson } from './decode-text.ts'
import type { EntryBatch } from './entry-batch.ts'
import { FieldNames } from './field-names.ts'
import type { LineFollower } from './line-decoder.ts'
import { LineLayout } from './line-layout.ts'
import { type KnownLayouts, type LinePass, linePass, noLayouts } from './line-pass.ts'
import { type RecordCode, recordCode } from './record-code.ts'

/** So many entries are decoded in full, so that a report can name the fields that a job overlooks. */
const fullEntries = 1024

/** After so many lines that are not flat they may be more than the others. */
const oddMax = 1000

/** After so many layouts code is made for no more: where each line is another one, making it costs more than it saves. */
const learnedMax = 64

/**
 * Reads chosen members of flat JSON objects from bytes, without building the others. What it accepts is JSON, and the
 * members are those that JSON.parse gives; at anything it does not read itself (nesting, escapes, white
 * space, faults) it gives up, and the line is decoded in full. A line whose members are those of one before, in the same order, is read in
 * one go: their names need only be compared. Texts that come again are one and the same string.
 */
export class FieldScanner implements LineFollower {
  readonly #names: FieldNames
  readonly #pass: LinePass | undefined = linePass()
  readonly #known: KnownLayouts = noLayouts()
  /** What makes objects of lines, by the number of their layout. */
  readonly #codes: RecordCode[] = []
  /** Names that a prefilter looks at; undefined: there is none that these fields would do for. */
  readonly #sifted: ReadonlySet<string> | undefined
  #full: number
  #learned = 0
  /** Lines that were read from bytes, and lines that could not be. */
  #read = 0
  #odd = 0
  /** Most are not flat: they are decoded in full without another look. */
  #isHopeless = false

  /** `fields` are paths; of each the first name counts; undefined: all. `prefilterReads`: the same of the prefilter that the batches ask. */
  constructor(fields: readonly string[] | undefined, prefilterReads?: readonly string[]) {
    const wanted = fields && namesOf(fields)
    this.#names = new FieldNames(wanted)
    const reads = prefilterReads && namesOf(prefilterReads)
    const isSifting = reads !== undefined && (wanted === undefined || isSubset(reads, wanted))
    this.#sifted = isSifting ? new Set(reads) : undefined
    // Where all fields are read anyway, records are whole.
    this.#full = wanted === undefined && !isSifting ? 0 : fullEntries
  }

  /** Whether these fields can be read from bytes: names as they are written, without escapes or quotes. */
  static takes(fields: readonly string[] | undefined): boolean {
    return fields?.every((field) => /^[\w.-]+$/.test(field) && !field.startsWith('__')) !== false
  }

  /** Adds one line to the batch: an object of the chosen members, or whatever the full decoder makes of it. */
  take(
    bytes: Buffer,
    start: number,
    end: number,
    encoding: Encoding,
    line: number,
    out: EntryBatch,
  ): void {
    if (this.#full > 0) this.#full--
    else {
      if (this.#sifted !== undefined) out.sift()
      if (encoding !== 'unknown' && this.#isLaidOut(bytes, start, end)) {
        this.add(0, encoding, line, out)
        return
      }
    }
    decodeJson(bytes, start, end, encoding, line, out)
  }

  /** Whether a line is flat: then its layout is known from now on. */
  #isLaidOut(bytes: Buffer, start: number, end: number): boolean {
    if (this.#isHopeless || this.#pass === undefined) return false
    this.#pass.enter(this.#known)
    if (this.#pass.readOne(bytes, start, end)) return true
    if (this.#learn(this.#pass, bytes, start, end)) return true
    this.#odd++
    this.#isHopeless = this.#odd > oddMax && this.#odd > this.#read
    return false
  }

  #learn(pass: LinePass, bytes: Buffer, start: number, end: number): boolean {
    const layout = new LineLayout(this.#names)
    if (!layout.learn(bytes, start, end)) return false
    const number = pass.know(layout)
    const isRead = pass.readOne(bytes, start, end)
    const isMade = this.#learned < learnedMax
    const code = isRead ? recordCode(layout.fields, this.#sifted, isMade) : undefined
    if (code === undefined) {
      pass.forget(number)
      return false
    }
    this.#codes[number] = code
    this.#learned++
    return true
  }

  follow(chunk: Buffer, start: number, last: number, max: number, maxLine: number): number {
    if (this.#full > 0 || this.#isHopeless || this.#pass === undefined) return 0
    this.#pass.enter(this.#known)
    return this.#pass.readOn(chunk, start, last, max, maxLine)
  }

  endOf(index: number): number {
    const pass = this.#pass as LinePass
    return pass.endOf(index) + pass.shift
  }

  add(index: number, encoding: Encoding, line: number, out: EntryBatch): void {
    this.#read++
    if (this.#sifted !== undefined) out.sift()
    const pass = this.#pass as LinePass
    const code = this.#codes[pass.layoutOf(index)] as RecordCode
    const row = pass.rowOf(index)
    const { prefilter } = out
    if (prefilter === undefined) out.add(code.record(pass, row, encoding), line)
    else if (prefilter.admits(code.glimpse(pass, row, encoding))) {
      out.addAdmitted(code.record(pass, row, encoding), line)
    } else out.leaveOut()
  }
}

const namesOf = (fields: readonly string[]): readonly string[] => [
  ...new Set(fields.map((field) => field.split('.', 1)[0] as string)),
]

const isSubset = (some: readonly string[], all: readonly string[]): boolean =>
  some.every((name) => all.includes(name))
