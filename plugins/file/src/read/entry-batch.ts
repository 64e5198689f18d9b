import { isUtf8 } from 'node:buffer'
import type { Malformed, Prefilter, SourceBatch } from '@millrace/sdk'
import type { Undecodable } from '../errors.ts'

/** Most entries, values and malformed together, that travel in one batch. */
export const batchEntries = 1024

/** How much of a malformed entry is kept for the dead letter, in bytes. */
export const rawBytesMax = 64 * 1024

const noBytes = Buffer.alloc(0)

/** What a batch is asked for beside values. */
export interface BatchOptions {
  /** Asked about each value once `sift` was called. */
  readonly prefilter?: Prefilter | undefined
  /** Whether to say what the values were decoded from: then these bytes must stay as they are. */
  readonly raw?: boolean | undefined
  /** Offsets are the bytes at which entries begin, and nobody knows their lines. */
  readonly byBytes?: boolean | undefined
}

/** Collects the entries of one batch and counts the partition's offsets. */
export class EntryBatch {
  /** What the values were decoded from, where somebody asks for it. */
  #raw: { bytes: Buffer[]; from: number[]; to: number[] } | undefined
  /** The same of the value in hand. */
  #bytes: Buffer = noBytes
  #from = 0
  #to = 0
  /** Asked about each value once `sift` was called. */
  readonly #prefilter: Prefilter | undefined
  readonly #byBytes: boolean
  #isSifting = false
  #leftOut = 0
  #values: unknown[] = []
  #offsets: number[] = []
  #lines: number[] = []
  #malformed: Malformed[] = []
  #offset: number

  constructor(offset: number, options: BatchOptions = {}) {
    this.#offset = offset
    this.#prefilter = options.prefilter
    this.#byBytes = options.byBytes === true
    this.#raw = options.raw === true ? { bytes: [], from: [], to: [] } : undefined
  }

  /** Entries of the partition so far. */
  get offset(): number {
    return this.#offset
  }

  /** How many more entries it takes. */
  get room(): number {
    return batchEntries - this.#values.length - this.#malformed.length
  }

  get isFull(): boolean {
    return this.room <= 0
  }

  get isEmpty(): boolean {
    return this.#values.length === 0 && this.#malformed.length === 0 && this.#leftOut === 0
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

  /** The next entry begins at this byte of the partition. */
  begin(byte: number): void {
    if (this.#byBytes) this.#offset = byte
  }

  /** The next value is decoded from these bytes. */
  place(bytes: Buffer, from: number, to: number): void {
    this.#bytes = bytes
    this.#from = from
    this.#to = to
  }

  add(value: unknown, line: number): void {
    if (this.prefilter?.admits(value) === false) this.leaveOut()
    else this.addAdmitted(value, line)
  }

  /** Adds a record that the prefilter was asked about. */
  addAdmitted(value: unknown, line: number): void {
    this.#values.push(value)
    this.#offsets.push(this.#offset++)
    if (!this.#byBytes) this.#lines.push(line)
    if (this.#raw === undefined) return
    this.#raw.bytes.push(this.#bytes)
    this.#raw.from.push(this.#from)
    this.#raw.to.push(this.#to)
  }

  /** `bytes` may belong to a buffer that is used again: what is kept is copied. */
  reject(line: number, bytes: Buffer, code: Undecodable, message: string): void {
    const place = this.#byBytes ? {} : { line }
    this.#malformed.push({ offset: this.#offset++, ...place, raw: rawOf(bytes), code, message })
  }

  /** Hands the batch over and starts the next one. */
  take(bytes: number, position: unknown): SourceBatch {
    const batch: SourceBatch = {
      values: this.#values,
      offsets: this.#offsets,
      ...(this.#byBytes ? {} : { lines: this.#lines }),
      ...(this.#malformed.length === 0 ? {} : { malformed: this.#malformed }),
      ...(this.#raw === undefined ? {} : { raw: this.#raw }),
      ...(this.#isSifting ? { leftOut: this.#leftOut } : {}),
      bytes,
      position,
    }
    this.#leftOut = 0
    if (this.#raw !== undefined) this.#raw = { bytes: [], from: [], to: [] }
    this.#values = []
    this.#offsets = []
    this.#lines = []
    this.#malformed = []
    return batch
  }
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
