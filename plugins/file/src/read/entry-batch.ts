import { isUtf8 } from 'node:buffer'
import type { Malformed, Prefilter, RawRecords, SourceBatch } from '@millrace/sdk'
import type { Undecodable } from '../errors.ts'
import { unreadValues } from './unread-values.ts'

/** Most entries, values and malformed together, that travel in one batch. */
export const batchEntries = 1024

/** How much of a malformed entry is kept for the dead letter, in bytes. */
export const rawBytesMax = 64 * 1024

const noBytes: Buffer = Buffer.alloc(0)

/** So many bytes of values are kept together. */
const keptBlock = 64 * 1024

/** So many batches may be looked at before it counts how many are. */
const looksFree = 8

/** What a batch is asked for beside values. */
export interface BatchOptions {
  /** Asked about each value once `sift` was called. */
  readonly prefilter?: Prefilter | undefined
  /** Whether to say what the values were decoded from. */
  readonly raw?: boolean | undefined
  /** Offsets are the bytes at which entries begin, and nobody knows their lines. */
  readonly byBytes?: boolean | undefined
}

/** Collects the entries of one batch and counts the partition's offsets. */
export class EntryBatch {
  /** Whether somebody asks for what the values were decoded from. */
  readonly keepsBytes: boolean
  /** What the value in hand is decoded from. */
  #bytes: Buffer = noBytes
  #from = 0
  #to = 0
  #isKept = false
  /** Where bytes are copied to that would be used again, and how many there are. */
  #kept: Buffer = noBytes
  #keptBytes = 0
  /** Asked about each value once `sift` was called. */
  readonly #prefilter: Prefilter | undefined
  readonly #byBytes: boolean
  #isSifting = false
  /** Whether values of the batch in hand are left to be made of their bytes. */
  #isUnread = false
  /** Batches of which that is so, and how many of them were looked at. */
  #unread = 0
  #looks = 0
  #leftOut = 0
  /** Lists that are filled again and again, of which each batch gets a copy: growing new ones costs more. */
  readonly #values: unknown[] = []
  readonly #offsets: number[] = []
  readonly #lines: number[] = []
  readonly #raws: { bytes: Buffer[]; from: number[]; to: number[] } = {
    bytes: [],
    from: [],
    to: [],
  }
  /** Values in the batch. */
  #count = 0
  #malformed: Malformed[] = []
  #offset: number

  constructor(offset: number, options: BatchOptions = {}) {
    this.#offset = offset
    this.#prefilter = options.prefilter
    this.#byBytes = options.byBytes === true
    this.keepsBytes = options.raw === true
  }

  /** Entries of the partition so far. */
  get offset(): number {
    return this.#offset
  }

  /** How many more entries it takes. */
  get room(): number {
    return batchEntries - this.#count - this.#malformed.length
  }

  get isFull(): boolean {
    return this.room <= 0
  }

  get isEmpty(): boolean {
    return this.#count === 0 && this.#malformed.length === 0 && this.#leftOut === 0
  }

  /** From the next batch on the prefilter is asked about each record. */
  sift(): void {
    this.#isSifting ||= this.#prefilter !== undefined && this.isEmpty
  }

  /** Asked about a record before all of it is made; undefined: nobody is. */
  get prefilter(): Prefilter | undefined {
    return this.#isSifting ? this.#prefilter : undefined
  }

  /** Counts a record that the prefilter does not admit. */
  leaveOut(): void {
    this.#leftOut++
    this.#offset++
  }

  /** Counts records in a row that what the prefilter has told does not want, and the largest of their times. */
  leaveOutUnasked(count: number, largest: number): void {
    this.#prefilter?.leftOut?.(largest)
    this.#leftOut += count
    this.#offset += count
  }

  /** The next entry begins at this byte of the partition. */
  begin(byte: number): void {
    if (this.#byBytes) this.#offset = byte
  }

  /** The next value is decoded from these bytes. `isKept`: they stay as they are. */
  place(bytes: Buffer, from: number, to: number, isKept = false): void {
    this.#bytes = bytes
    this.#isKept = isKept
    this.#from = from
    this.#to = to
  }

  add(value: unknown, line: number): void {
    if (this.prefilter?.admits(value) === false) this.leaveOut()
    else this.addAdmitted(value, line)
  }

  /** Whether records may be left as bytes until somebody looks at them, which most often nobody does. */
  get leavesUnread(): boolean {
    return this.keepsBytes && this.#looks * 2 <= this.#unread + looksFree
  }

  /** Adds a record that is wanted, whose bytes are flat JSON: it is made if somebody looks at it. */
  addUnread(line: number): void {
    this.#isUnread = true
    this.addAdmitted(undefined, line)
  }

  /** Adds a record that the prefilter was asked about. */
  addAdmitted(value: unknown, line: number): void {
    const at = this.#count++
    this.#values[at] = value
    this.#offsets[at] = this.#offset++
    this.#lines[at] = line
    if (!this.keepsBytes) return
    if (!this.#isKept) this.#keep()
    this.#raws.bytes[at] = this.#bytes
    this.#raws.from[at] = this.#from
    this.#raws.to[at] = this.#to
  }

  /** Copies the bytes of the value in hand to where they stay as they are. */
  #keep(): void {
    const { bytes, from } = this.keep(this.#bytes, this.#from, this.#to)
    this.place(bytes, from, from + this.#to - this.#from, true)
  }

  /** Copies bytes to where they stay as they are; says where that is. */
  keep(bytes: Buffer, from: number, to: number): { readonly bytes: Buffer; readonly from: number } {
    const length = to - from
    if (length > this.#kept.length - this.#keptBytes) {
      this.#kept = Buffer.allocUnsafeSlow(Math.max(length, keptBlock))
      this.#keptBytes = 0
    }
    const at = this.#keptBytes
    bytes.copy(this.#kept, at, from, to)
    this.#keptBytes += length
    return { bytes: this.#kept, from: at }
  }

  /** `bytes` may belong to a buffer that is used again: what is kept is copied. */
  reject(line: number, bytes: Buffer, code: Undecodable, message: string): void {
    const place = this.#byBytes ? {} : { line }
    this.#malformed.push({ offset: this.#offset++, ...place, raw: rawOf(bytes), code, message })
  }

  /** Hands the batch over and starts the next one. */
  take(bytes: number, position: unknown): SourceBatch {
    const count = this.#count
    const raw = this.keepsBytes ? this.#takeRaw() : undefined
    const batch: SourceBatch = {
      values: this.#takeValues(raw),
      offsets: this.#offsets.slice(0, count),
      ...(this.#byBytes ? {} : { lines: this.#lines.slice(0, count) }),
      ...(this.#malformed.length === 0 ? {} : { malformed: this.#malformed }),
      ...(raw === undefined ? {} : { raw }),
      ...(this.#isSifting ? { leftOut: this.#leftOut } : {}),
      bytes,
      position,
    }
    this.#leftOut = 0
    this.#count = 0
    this.#malformed = []
    return batch
  }

  #takeRaw(): RawRecords {
    const { from, to } = this.#raws
    const count = this.#count
    const bytes = taken(this.#raws.bytes, count, noBytes)
    return { bytes, from: from.slice(0, count), to: to.slice(0, count) }
  }

  #takeValues(raw: RawRecords | undefined): readonly unknown[] {
    const values = taken(this.#values, this.#count, undefined)
    if (!this.#isUnread || raw === undefined) return values
    this.#isUnread = false
    this.#unread++
    return unreadValues(values, raw, this.#looked)
  }

  readonly #looked = (): void => {
    this.#looks++
  }
}

/** A copy of the first `count` of a list, which holds on to none of them. */
function taken<T>(list: T[], count: number, none: T): T[] {
  const copy = list.slice(0, count)
  list.fill(none, 0, count)
  return copy
}

/** Text where the bytes are UTF-8 (a character cut off at the limit is left out), else a copy of the bytes. */
function rawOf(bytes: Buffer): string | Uint8Array {
  const kept = bytes.subarray(0, rawBytesMax)
  for (let cut = 0; cut < 4; cut++) {
    const whole = kept.subarray(0, kept.length - cut)
    if (isUtf8(whole)) return whole.toString('utf8')
    if (bytes.length <= rawBytesMax) break
  }
  return new Uint8Array(kept)
}
