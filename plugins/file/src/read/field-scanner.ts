import type { Encoding } from './decoder.ts'
import { decodeJson, type Sliceable } from './decode-text.ts'
import type { EntryBatch } from './entry-batch.ts'
import type { LineFollower } from './line-decoder.ts'
import { LineLayout } from './line-layout.ts'
import { FALSE, LineScan, NULL, NUMBER, OTHERWISE, TEXT, TRUE } from './line-scan.ts'
import { TextCache } from './text-cache.ts'

/** So many entries are decoded in full, so that a report can name the fields that a job overlooks. */
const fullEntries = 1024

/** So many layouts are known at a time: kinds of records may alternate. */
const layoutsMax = 8

/**
 * Reads chosen members of flat JSON objects from bytes, without building the others. What it accepts is JSON, and the
 * members are those that JSON.parse gives; at anything it does not read itself (nesting, escapes, exponents, white
 * space, faults) it gives up, and the line is decoded in full. A line whose members are those of one before, in the same order, is read in
 * one go: their names need only be compared. Texts that come again are one and the same string.
 */
export class FieldScanner implements LineFollower {
  readonly #names: readonly string[]
  readonly #scan: LineScan
  readonly #caches: readonly TextCache[]
  /** The one that was followed last comes first. */
  readonly #layouts: LineLayout[] = []
  /** The next one that is learned. */
  #spare: LineLayout
  readonly #keys: readonly Buffer[]
  /** By field, 1 for those that a prefilter looks at; undefined: there is none that these fields would do for. */
  readonly #sifted: Uint8Array | undefined
  #full = fullEntries

  /** `fields` are paths; of each the first name counts. `prefilterReads`: the same of the prefilter that the batches ask. */
  constructor(fields: readonly string[], prefilterReads?: readonly string[]) {
    this.#names = [...new Set(fields.map((field) => field.split('.', 1)[0] as string))]
    this.#keys = this.#names.map((name) => Buffer.from(name))
    this.#caches = this.#names.map(() => new TextCache())
    this.#spare = new LineLayout(this.#keys)
    this.#scan = new LineScan(this.#names.length)
    const reads = prefilterReads?.map((field) => field.split('.', 1)[0] as string)
    if (reads?.every((name) => this.#names.includes(name)) !== true) return
    this.#sifted = Uint8Array.from(this.#names, (name) => (reads.includes(name) ? 1 : 0))
  }

  /** Whether these fields can be read from bytes: names as they are written, without escapes or quotes. */
  static takes(fields: readonly string[] | undefined): fields is readonly string[] {
    return fields?.every((field) => /^[\w.-]+$/.test(field) && !field.startsWith('__')) === true
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

  #isLaidOut(bytes: Buffer, start: number, end: number): boolean {
    if (this.follow(bytes, start) === end) return true
    const layout = this.#spare
    if (!layout.learn(bytes, start, end)) return false
    this.#layouts.unshift(layout)
    const oldest = this.#layouts.length > layoutsMax ? this.#layouts.pop() : undefined
    this.#spare = oldest ?? new LineLayout(this.#keys)
    return this.#scan.follow(bytes, start, layout) === end
  }

  follow(bytes: Buffer, start: number): number {
    if (this.#full > 0) return OTHERWISE
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
    if (this.#sifted !== undefined) out.sift()
    const { prefilter } = out
    if (prefilter === undefined) out.add(this.#record(bytes, encoding), line)
    else if (prefilter.admits(this.#glimpse(bytes, encoding))) {
      out.addAdmitted(this.#record(bytes, encoding), line)
    } else out.leaveOut()
  }

  /** What the prefilter looks at of the line that was followed last: the same object for all lines of a layout. */
  #glimpse(bytes: Buffer, encoding: Encoding): Record<string, unknown> {
    const { fields, glimpse } = this.#layouts[0] as LineLayout
    const sifted = this.#sifted as Uint8Array
    for (let index = 0; index < fields.length; index++) {
      const slot = fields[index] as number
      if (sifted[slot] === 0) continue
      const value = this.#value(slot, bytes, encoding)
      const name = this.#names[slot] as string
      if (slot === 0) glimpse[name] = value
      else if (slot === 1) glimpse[name] = value
      else if (slot === 2) glimpse[name] = value
      else if (slot === 3) glimpse[name] = value
      else glimpse[name] = value
    }
    return glimpse
  }

  /** The object of the line that was followed last. */
  #record(bytes: Buffer, encoding: Encoding): Record<string, unknown> {
    const { fields } = this.#layouts[0] as LineLayout
    const record: Record<string, unknown> = {}
    for (let index = 0; index < fields.length; index++) {
      this.#store(record, fields[index] as number, bytes, encoding)
    }
    return record
  }

  /** A place in the code for each of the first fields: where one place sees one name, storing is a few times faster. */
  #store(record: Record<string, unknown>, slot: number, bytes: Buffer, encoding: Encoding): void {
    const name = this.#names[slot] as string
    const value = this.#value(slot, bytes, encoding)
    if (slot === 0) record[name] = value
    else if (slot === 1) record[name] = value
    else if (slot === 2) record[name] = value
    else if (slot === 3) record[name] = value
    else record[name] = value
  }

  #value(slot: number, bytes: Buffer, encoding: Encoding): unknown {
    const { from, kinds, numbers, to } = this.#scan
    const kind = kinds[slot]
    if (kind === NUMBER) return numbers[slot]
    if (kind === TRUE) return true
    if (kind === FALSE) return false
    if (kind === NULL) return null
    const start = from[slot] as number
    const end = to[slot] as number
    if (kind !== TEXT) return Number((bytes as Sliceable).latin1Slice(start, end))
    if (encoding !== 'ascii') return (bytes as Sliceable).utf8Slice(start, end)
    return (this.#caches[slot] as TextCache).take(bytes, start, end)
  }
}
