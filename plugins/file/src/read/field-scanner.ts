import type { Encoding } from './decoder.ts'
import { decodeJson, type Sliceable } from './decode-text.ts'
import type { EntryBatch } from './entry-batch.ts'
import { FieldNames } from './field-names.ts'
import type { LineFollower } from './line-decoder.ts'
import { LineLayout } from './line-layout.ts'
import { FALSE, LineScan, NULL, NUMBER, OTHERWISE, TEXT, TRUE } from './line-scan.ts'
import { TextCache } from './text-cache.ts'

/** So many entries are decoded in full, so that a report can name the fields that a job overlooks. */
const fullEntries = 1024

/** After so many lines that are not flat they may be more than the others. */
const oddMax = 1000

/** So many layouts are known at a time: kinds of records may alternate. */
const layoutsMax = 8

/**
 * Reads chosen members of flat JSON objects from bytes, without building the others. What it accepts is JSON, and the
 * members are those that JSON.parse gives; at anything it does not read itself (nesting, escapes, exponents, white
 * space, faults) it gives up, and the line is decoded in full. A line whose members are those of one before, in the same order, is read in
 * one go: their names need only be compared. Texts that come again are one and the same string.
 */
export class FieldScanner implements LineFollower {
  readonly #names: FieldNames
  readonly #scan: LineScan
  readonly #caches: TextCache[] = []
  /** The one that was followed last comes first. */
  readonly #layouts: LineLayout[] = []
  /** The next one that is learned. */
  #spare: LineLayout
  /** Names that a prefilter looks at; undefined: there is none that these fields would do for. */
  readonly #sifted: ReadonlySet<string> | undefined
  #full: number
  /** Lines that were read from bytes, and lines that could not be. */
  #read = 0
  #odd = 0
  /** Most are not flat: they are decoded in full without another look. */
  #isHopeless = false

  /** `fields` are paths; of each the first name counts; undefined: all. `prefilterReads`: the same of the prefilter that the batches ask. */
  constructor(fields: readonly string[] | undefined, prefilterReads?: readonly string[]) {
    const wanted = fields && namesOf(fields)
    this.#names = new FieldNames(wanted)
    this.#spare = new LineLayout(this.#names)
    this.#scan = new LineScan(this.#names.most)
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
        this.add(bytes, encoding, line, out)
        return
      }
    }
    decodeJson(bytes, start, end, encoding, line, out)
  }

  /** Whether a line is flat: then its layout is known from now on. */
  #isLaidOut(bytes: Buffer, start: number, end: number): boolean {
    if (this.#isHopeless) return false
    if (this.follow(bytes, start) === end || this.#learn(bytes, start, end)) return true
    this.#odd++
    this.#isHopeless = this.#odd > oddMax && this.#odd > this.#read
    return false
  }

  #learn(bytes: Buffer, start: number, end: number): boolean {
    const layout = this.#spare
    const isFlat = layout.learn(bytes, start, end)
    if (!isFlat || this.#scan.follow(bytes, start, layout) !== end) return false
    const sifted = layout.fields.filter((slot) => this.#sifted?.has(this.#names.names[slot] ?? ''))
    layout.sifted = [...new Set(sifted)]
    this.#layouts.unshift(layout)
    const oldest = this.#layouts.length > layoutsMax ? this.#layouts.pop() : undefined
    this.#spare = oldest ?? new LineLayout(this.#names)
    return true
  }

  follow(bytes: Buffer, start: number): number {
    if (this.#full > 0 || this.#isHopeless) return OTHERWISE
    const layouts = this.#layouts
    for (let index = 0; index < layouts.length; index++) {
      const layout = layouts[index] as LineLayout
      const end = this.#scan.follow(bytes, start, layout)
      if (end === OTHERWISE) continue
      for (let place = index; place > 0; place--) layouts[place] = layouts[place - 1] as LineLayout
      layouts[0] = layout
      return end
    }
    return OTHERWISE
  }

  add(bytes: Buffer, encoding: Encoding, line: number, out: EntryBatch): void {
    this.#read++
    if (this.#sifted !== undefined) out.sift()
    const { prefilter } = out
    if (prefilter === undefined) out.add(this.#record(bytes, encoding), line)
    else if (prefilter.admits(this.#glimpse(bytes, encoding))) {
      out.addAdmitted(this.#record(bytes, encoding), line)
    } else out.leaveOut()
  }

  /** What the prefilter looks at of the line that was followed last: the same object for all lines of a layout. */
  #glimpse(bytes: Buffer, encoding: Encoding): Record<string, unknown> {
    const { glimpse, sifted } = this.#layouts[0] as LineLayout
    this.#fill(glimpse, sifted, bytes, encoding)
    return glimpse
  }

  /** The object of the line that was followed last. */
  #record(bytes: Buffer, encoding: Encoding): Record<string, unknown> {
    const { fields } = this.#layouts[0] as LineLayout
    const record: Record<string, unknown> = {}
    this.#fill(record, fields, bytes, encoding)
    return record
  }

  #fill(
    record: Record<string, unknown>,
    slots: readonly number[],
    bytes: Buffer,
    encoding: Encoding,
  ): void {
    const { kinds, numbers } = this.#scan
    const { names } = this.#names
    for (let index = 0; index < slots.length; index++) {
      const slot = slots[index] as number
      const name = names[slot] as string
      if (kinds[slot] === NUMBER) storeNumber(record, index, name, numbers[slot] as number)
      else store(record, index, name, this.#value(slot, bytes, encoding))
    }
  }

  #value(slot: number, bytes: Buffer, encoding: Encoding): unknown {
    const { from, kinds, to } = this.#scan
    const kind = kinds[slot]
    if (kind === TRUE) return true
    if (kind === FALSE) return false
    if (kind === NULL) return null
    const start = from[slot] as number
    const end = to[slot] as number
    if (kind !== TEXT) return Number((bytes as Sliceable).latin1Slice(start, end))
    if (encoding !== 'ascii') return (bytes as Sliceable).utf8Slice(start, end)
    return (this.#caches[slot] ??= new TextCache()).take(bytes, start, end)
  }
}

const namesOf = (fields: readonly string[]): readonly string[] => [
  ...new Set(fields.map((field) => field.split('.', 1)[0] as string)),
]

const isSubset = (some: readonly string[], all: readonly string[]): boolean =>
  some.every((name) => all.includes(name))

/** A place in the code for each of the first members: where one place sees few names, storing is a few times faster. */
function store(record: Record<string, unknown>, at: number, name: string, value: unknown): void {
  switch (at) {
    case 0:
      record[name] = value
      return
    case 1:
      record[name] = value
      return
    case 2:
      record[name] = value
      return
    case 3:
      record[name] = value
      return
    case 4:
      record[name] = value
      return
    case 5:
      record[name] = value
      return
    case 6:
      record[name] = value
      return
    case 7:
      record[name] = value
      return
    default:
      record[name] = value
  }
}

/** The same for numbers: what is known to be one is stored without an object of its own. */
function storeNumber(
  record: Record<string, unknown>,
  at: number,
  name: string,
  value: number,
): void {
  switch (at) {
    case 0:
      record[name] = value
      return
    case 1:
      record[name] = value
      return
    case 2:
      record[name] = value
      return
    case 3:
      record[name] = value
      return
    case 4:
      record[name] = value
      return
    case 5:
      record[name] = value
      return
    case 6:
      record[name] = value
      return
    case 7:
      record[name] = value
      return
    default:
      record[name] = value
  }
}
