import { isDeepStrictEqual } from 'node:util'
import type { Malformed, Prefilter, RecordTests, SourceBatch } from '@millrace/sdk'
import type { Told, ToldFile } from './json-lines-oracle.test-support.ts'
import { TellingPrefilter } from './telling-prefilter.test-support.ts'

/** What a source was asked for. */
export interface Asked {
  readonly fields: readonly string[] | undefined
  /** What a prefilter looks at; undefined: there is none. */
  readonly reads: readonly string[] | undefined
  /** What a prefilter tells, in the place of one that is always asked. */
  readonly told?: RecordTests | undefined
  readonly raw: boolean
}

type Fields = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Wants two of three records by what it is shown and by how many it was asked about, and notes what that was. */
export class CountingPrefilter implements Prefilter {
  readonly reads: readonly string[]
  readonly shown: unknown[] = []
  readonly #names: readonly string[]
  #asked = 0

  constructor(reads: readonly string[]) {
    this.reads = reads
    this.#names = reads.map((path) => path.split('.', 1)[0] as string)
  }

  admits(record: unknown): boolean {
    const seen = isObject(record)
      ? this.#names.map((name) => (Object.hasOwn(record, name) ? [record[name]] : []))
      : record
    this.shown.push(seen)
    return (JSON.stringify(seen).length + this.#asked++) % 3 !== 0
  }
}

/** Follows a reading batch by batch; throws at the first difference to what the file holds. */
export class JsonReading {
  readonly prefilter: CountingPrefilter | TellingPrefilter | undefined
  readonly #file: ToldFile
  readonly #bytes: Buffer
  readonly #asked: Asked
  readonly #oracle: CountingPrefilter | TellingPrefilter | undefined
  /** Bytes to look at again when all is read. */
  readonly #kept: { readonly bytes: Uint8Array; readonly told: Told }[] = []
  readonly #isTelling: (name: string) => boolean
  #next: number
  /** Records without members that nobody asked for, and such as were never made. */
  partial = 0
  leftOut = 0

  constructor(file: ToldFile, bytes: Buffer, asked: Asked, offset = 0) {
    this.#file = file
    this.#bytes = bytes
    this.#asked = asked
    this.#next = offset
    const names = asked.fields?.map((path) => path.split('.', 1)[0] as string)
    this.#isTelling = (name) => names?.includes(name) !== false
    const { reads, told } = asked
    const make = (): CountingPrefilter | TellingPrefilter | undefined =>
      told === undefined ? reads && new CountingPrefilter(reads) : new TellingPrefilter(told)
    this.prefilter = make()
    this.#oracle = make()
  }

  take(batch: SourceBatch): void {
    const { bytes, leftOut, malformed = [], position, values } = batch
    const { bytes: at, line, offset } = position as Record<'bytes' | 'line' | 'offset', number>
    same('where it stands', [at, offset], [this.#file.starts[line], this.#file.counts[line]])
    // A position behind a last line without a newline counts the one that is not there.
    same('bytes', bytes, Math.min(at, this.#bytes.length))
    const entries = this.#file.entries.slice(this.#next, offset)
    const faults = entries.flatMap((entry, at) => malformedOf(entry, this.#next + at))
    same('malformed', malformed, faults)
    const records = entries.filter(({ fault }) => fault === undefined)
    const isAsked = leftOut !== undefined
    const wanted = records.filter(({ value }) => !isAsked || this.#oracle?.admits(value) !== false)
    same('shown', notesOf(this.prefilter), notesOf(this.#oracle))
    same('values', values.length, wanted.length)
    same('left out', leftOut ?? 0, records.length - wanted.length)
    this.leftOut += leftOut ?? 0
    for (const [index, told] of wanted.entries()) this.#record(batch, index, told)
    this.#next = offset
  }

  /** The input is over. */
  end(): void {
    same('entries', this.#next, this.#file.entries.length)
    for (const { bytes, told } of this.#kept) this.#line(bytes, told)
  }

  #record({ lines, offsets, raw, values }: SourceBatch, index: number, told: Told): void {
    const value = values[index]
    if (!isSame(value, told.value)) {
      if (!isPart(value, told.value, this.#isTelling)) same('record', value, told.value)
      this.partial++
    }
    const offset = offsets?.[index] as number
    same('place', [lines?.[index], this.#file.entries[offset]], [told.line, told])
    if (!this.#asked.raw) return
    const bytes = raw?.bytes[index]?.subarray(raw.from[index], raw.to[index])
    this.#line(bytes, told)
    if (index % 50 === 0 && bytes !== undefined) this.#kept.push({ bytes, told })
  }

  #line(bytes: Uint8Array | undefined, { from, to }: Told): void {
    const line = this.#bytes.subarray(from, to)
    if (bytes === undefined || line.compare(bytes) !== 0) same('raw', bytes, line)
  }
}

/** What it was shown since it was asked last, or all the times that it knows. */
function notesOf(prefilter: JsonReading['prefilter']): readonly unknown[] | undefined {
  return prefilter instanceof TellingPrefilter ? prefilter.times : prefilter?.shown.splice(0)
}

function malformedOf(entry: Told, offset: number): Malformed[] {
  const { fault, line } = entry
  return fault === undefined ? [] : [{ offset, line, ...fault }]
}

function same(what: string, got: unknown, wanted: unknown): void {
  if (isDeepStrictEqual(got, wanted)) return
  throw new Error(`${what}: ${JSON.stringify(got)} for ${JSON.stringify(wanted)}`)
}

/** Whether two values are the same down to the sign of 0 and the order of members. */
function isSame(got: unknown, wanted: unknown): boolean {
  if (typeof wanted !== 'object' || wanted === null) return Object.is(got, wanted)
  if (typeof got !== 'object' || got === null) return false
  if (Object.getPrototypeOf(got) !== Object.getPrototypeOf(wanted)) return false
  const names = Object.keys(got)
  const others = Object.keys(wanted)
  return (
    names.length === others.length &&
    names.every(
      (name, at) => name === others[at] && isSame((got as Fields)[name], (wanted as Fields)[name]),
    )
  )
}

/** Whether a record has no members but some of another one, in their order, and among them all that are asked for. */
function isPart(got: unknown, wanted: unknown, isAsked: (name: string) => boolean): boolean {
  if (!isObject(got) || !isObject(wanted)) return false
  const kept = Object.entries(wanted).filter(([name]) => isAsked(name) || Object.hasOwn(got, name))
  // Members of its own, whatever their names.
  return isSame(got, Object.fromEntries(kept))
}
