import { isUtf8 } from 'node:buffer'
import type { Malformed, Prefilter, SourceBatch } from '@millrace/sdk'
import type { Undecodable } from '../errors.ts'

/** Most entries, values and malformed together, that travel in one batch. */
export const batchEntries = 1024

/** How much of a malformed entry is kept for the dead letter, in bytes. */
export const rawBytesMax = 64 * 1024

/** Collects the entries of one batch and counts the partition's offsets. */
export class EntryBatch {
  /** Asked about each value once `sift` was called. */
  readonly #prefilter: Prefilter | undefined
  #isSifting = false
  #leftOut = 0
  #values: unknown[] = []
  #offsets: number[] = []
  #lines: number[] = []
  #malformed: Malformed[] = []
  #offset: number

  constructor(offset: number, prefilter?: Prefilter) {
    this.#offset = offset
    this.#prefilter = prefilter
  }

  /** Entries of the partition so far. */
  get offset(): number {
    return this.#offset
  }

  get isFull(): boolean {
    return this.#values.length + this.#malformed.length >= batchEntries
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

  add(value: unknown, line: number): void {
    if (this.prefilter?.admits(value) === false) this.leaveOut()
    else this.addAdmitted(value, line)
  }

  /** Adds a record that the prefilter was asked about. */
  addAdmitted(value: unknown, line: number): void {
    this.#values.push(value)
    this.#offsets.push(this.#offset++)
    this.#lines.push(line)
  }

  /** `bytes` may belong to a buffer that is used again: what is kept is copied. */
  reject(line: number, bytes: Buffer, code: Undecodable, message: string): void {
    this.#malformed.push({ offset: this.#offset++, line, raw: rawOf(bytes), code, message })
  }

  /** Hands the batch over and starts the next one. */
  take(bytes: number, position: unknown): SourceBatch {
    const batch: SourceBatch = {
      values: this.#values,
      offsets: this.#offsets,
      lines: this.#lines,
      ...(this.#malformed.length === 0 ? {} : { malformed: this.#malformed }),
      ...(this.#isSifting ? { leftOut: this.#leftOut } : {}),
      bytes,
      position,
    }
    this.#leftOut = 0
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
