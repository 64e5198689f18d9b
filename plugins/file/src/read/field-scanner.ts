import type { Prefilter, RecordTests } from '@millrace/sdk'
import type { Encoding } from './decoder.ts'
import { decodeJson } from './decode-text.ts'
import type { EntryBatch } from './entry-batch.ts'
import { FieldNames } from './field-names.ts'
import type { Followed, LineFollower } from './line-decoder.ts'
import { LineLayout } from './line-layout.ts'
import { type KnownLayouts, type LinePass, linePass, noLayouts } from './line-pass.ts'
import { KEPT } from './line-pass-code.ts'
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
  /** By what lines are left out; undefined: by nothing, or by other fields than those. */
  readonly #told: RecordTests | undefined
  #full: number
  #learned = 0
  /** Lines that were read from bytes, and lines that could not be. */
  #read = 0
  #odd = 0
  /** Most are not flat: they are decoded in full without another look. */
  #isHopeless = false

  /** `fields` are paths; of each the first name counts; undefined: all. `prefilter`: what the batches ask, or one that tells and reads the same. */
  constructor(
    fields: readonly string[] | undefined,
    prefilter?: Pick<Prefilter, 'reads' | 'told'>,
  ) {
    const wanted = fields && namesOf(fields)
    this.#names = new FieldNames(wanted)
    const reads = prefilter && namesOf(prefilter.reads)
    const isSifting = reads !== undefined && (wanted === undefined || isSubset(reads, wanted))
    this.#sifted = isSifting ? new Set(reads) : undefined
    const told = isSifting ? prefilter?.told : undefined
    const names = [...(told?.tests ?? []), ...(told?.time ? [told.time] : [])]
    this.#told = names.every(({ field }) => this.#sifted?.has(field)) ? told : undefined
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
      const told = out.prefilter?.told
      if (encoding !== 'unknown' && this.#isLaidOut(bytes, start, end, told)) {
        const pass = this.#pass as LinePass
        this.#read++
        if (pass.found === 0) out.leaveOutUnasked(1, pass.behind)
        else this.#add(pass, 0, encoding, line, out)
        return
      }
    }
    decodeJson(bytes, start, end, encoding, line, out)
  }

  /** Whether a line is flat: then its layout is known from now on. */
  #isLaidOut(bytes: Buffer, start: number, end: number, told: RecordTests | undefined): boolean {
    if (this.#isHopeless || this.#pass === undefined) return false
    this.#pass.enter(this.#known)
    if (this.#pass.readOne(bytes, start, end, told)) return true
    if (this.#learn(this.#pass, bytes, start, end)) return true
    this.#odd++
    this.#isHopeless = this.#odd > oddMax && this.#odd > this.#read
    return false
  }

  #learn(pass: LinePass, bytes: Buffer, start: number, end: number): boolean {
    const layout = new LineLayout(this.#names)
    if (!layout.learn(bytes, start, end)) return false
    const number = pass.know(layout, this.#told)
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

  linesRead = 0

  follow(lines: Followed, start: number, byte: number, line: number, out: EntryBatch): number {
    const pass = this.#pass
    this.linesRead = 0
    if (this.#full > 0 || this.#isHopeless || pass === undefined) return start
    if (this.#sifted !== undefined) out.sift()
    const { chunk, encoding, last, maxLine } = lines
    const { keepsBytes, room } = out
    pass.enter(this.#known)
    const told = out.prefilter?.told
    const found = pass.readOn(chunk, start, last, { max: room, maxLine, told, keeps: keepsBytes })
    const isKept = keepsBytes && found > 0
    const kept = isKept ? out.keep(pass.bytes, KEPT, KEPT + pass.keptBytes) : undefined
    let from = kept?.from ?? 0
    let read = 0
    for (let index = 0; index < found; index++) {
      const rank = pass.rankOf(index)
      if (rank > read) out.leaveOutUnasked(rank - read, pass.beforeOf(index))
      out.begin(byte + pass.startOf(index) - start)
      if (kept !== undefined) {
        const to = from + pass.lengthOf(index)
        out.place(kept.bytes, from, to, true)
        from = to + 1
      }
      this.#add(pass, index, encoding, line + rank + 1, out)
      read = rank + 1
    }
    this.linesRead = pass.linesRead
    this.#read += this.linesRead
    if (this.linesRead === 0) return start
    if (this.linesRead > read) out.leaveOutUnasked(this.linesRead - read, pass.behind)
    return pass.stopped
  }

  #add(pass: LinePass, index: number, encoding: Encoding, line: number, out: EntryBatch): void {
    const code = this.#codes[pass.layoutOf(index)] as RecordCode
    const row = pass.rowOf(index)
    const { prefilter } = out
    if (prefilter === undefined) out.add(code.record(pass, row, encoding), line)
    else if (pass.isWanted(index)) {
      prefilter.admitted?.(pass.timeOf(index))
      // What must be read of it was read.
      if (out.leavesUnread) out.addUnread(line)
      else out.addAdmitted(code.record(pass, row, encoding), line)
    } else if (prefilter.admits(code.glimpse(pass, row, encoding))) {
      out.addAdmitted(code.record(pass, row, encoding), line)
    } else out.leaveOut()
  }
}

const namesOf = (fields: readonly string[]): readonly string[] => [
  ...new Set(fields.map((field) => field.split('.', 1)[0] as string)),
]

const isSubset = (some: readonly string[], all: readonly string[]): boolean =>
  some.every((name) => all.includes(name))
