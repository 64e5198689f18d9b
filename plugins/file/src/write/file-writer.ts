import { isMillraceError } from '@millrace/base'
import type { AbortResult, Key, RawBatch, Rejection, SinkBatch, WriteResult } from '@millrace/sdk'
import type { Refusal } from './refusal.ts'
import { FILE_IS_FOLDER, FILE_NOT_FOLDER } from '../errors.ts'
import type { Output } from './output.ts'
import type { OutputSet } from './output-set.ts'
import type { PathTemplate } from './path-template.ts'

/** What is wrong with a path that the record made, and with no other. */
const notFiles: ReadonlySet<string> = new Set([FILE_IS_FOLDER.code, FILE_NOT_FOLDER.code])

const newline = 10

/** No more bytes are written in one go, so that the buffer does not outgrow the room that it keeps. */
const runMax = 8 * 1024

/** Behind the last of the records from `start` on, in front of `end`, whose bytes lie one behind the other as lines. */
function endOfRun(raw: RawBatch, start: number, end: number): number {
  const bytes = raw.bytes(start)
  const last = raw.from(start) + runMax
  let index = start + 1
  for (let to = raw.to(start); index < end; to = raw.to(index++)) {
    const isNext = raw.from(index) === to + 1 && raw.bytes(index) === bytes
    if (!isNext || bytes[to] !== newline || raw.to(index) > last) break
  }
  return index
}

/** Writes batches to one file, or to the file that each record's path names. No promise per record. */
export class FileWriter {
  readonly #path: string
  readonly #template: PathTemplate | undefined
  readonly #outputs: OutputSet
  readonly #refuse: (path: string) => Refusal | undefined
  readonly #isLive: boolean
  #current: Output | undefined
  #currentPath = ''
  #refusedPath = ''
  #refusal: Refusal | undefined
  /** Records that the batch in hand has brought so far. */
  #added = 0
  // One object for all records.
  readonly #context = { timestamp: 0, key: undefined as Key | undefined }

  constructor(options: {
    readonly path: string
    readonly template: PathTemplate | undefined
    readonly outputs: OutputSet
    /** Somebody may be reading along: hand over what there is after every batch. */
    readonly isLive: boolean
    /** Why no record may go to a path. */
    readonly refuse: (path: string) => Refusal | undefined
  }) {
    this.#path = options.path
    this.#template = options.template
    this.#refuse = options.refuse
    this.#isLive = options.isLive
    this.#outputs = options.outputs
  }

  /** Opens the file of a path that depends on no record. */
  async open(): Promise<void> {
    if (this.#template !== undefined) return
    this.#current = await this.#outputs.open(this.#path)
  }

  /** The files are no longer those that it has at hand. */
  forget(): void {
    this.#current = undefined
    this.#currentPath = ''
  }

  write(batch: SinkBatch): WriteResult | Promise<WriteResult> {
    const rejected: Rejection[] = []
    this.#added = 0
    const waiting = this.#writeFrom(batch, 0, rejected)
    if (waiting === undefined && !this.#isLive) {
      this.#added = 0
      return rejected.length === 0 ? undefined : { rejected }
    }
    return this.#settle(waiting, rejected)
  }

  async #settle(waiting: Promise<void> | undefined, rejected: Rejection[]): Promise<WriteResult> {
    await waiting
    if (this.#isLive) await this.#outputs.flush()
    this.#added = 0
    return rejected.length === 0 ? undefined : { rejected }
  }

  /** Writes on from one record; gives a promise only where a file must be opened or falls behind. */
  #writeFrom(batch: SinkBatch, from: number, rejected: Rejection[]): Promise<void> | undefined {
    for (let index = from; index < batch.length;) {
      const at = index
      const refusal = this.#choose(batch, at)
      if (refusal instanceof Promise) {
        return refusal.then(() => this.#writeOn(batch, at, rejected))
      }
      const added = refusal ?? this.#add(batch, at)
      if (typeof added !== 'number') {
        rejected.push({ index: at, ...added, retry: false })
        index++
        continue
      }
      index = at + added
      this.#added += added
      if (this.#current?.isFull !== true) continue
      const waiting = this.#current.push()
      if (waiting !== undefined) {
        return waiting.then(() => this.#writeOn(batch, at + added, rejected))
      }
    }
    return undefined
  }

  /** Adds a record, or several whose bytes are at hand: how many; or why none. */
  #add(batch: SinkBatch, index: number): Refusal | number {
    const { length, raw } = batch
    if (raw === undefined) return this.#current?.add(batch.value(index)) ?? 1
    const end = this.#template === undefined ? endOfRun(raw, index, length) : index + 1
    this.#current?.addLines(raw.bytes(index), raw.from(index), raw.to(end - 1), end - index)
    return end - index
  }

  async #writeOn(batch: SinkBatch, from: number, rejected: Rejection[]): Promise<void> {
    await this.#writeFrom(batch, from, rejected)
  }

  /** Makes the record's file the current one; a promise while it opens, a refusal when the record has none. */
  #choose(batch: SinkBatch, index: number): Refusal | Promise<void> | undefined {
    if (this.#template === undefined) return this.#current === undefined ? this.open() : undefined
    const path = this.#pathOf(this.#template, batch, index)
    if (typeof path !== 'string') return path
    if (path === this.#currentPath) return undefined
    const output = this.#outputs.get(path)
    if (output !== undefined) {
      this.#current = output
      this.#currentPath = path
      return undefined
    }
    return this.#refusalOf(path) ?? this.#open(path)
  }

  #refusalOf(path: string): Refusal | undefined {
    if (this.#outputs.has(path)) return undefined
    if (path !== this.#refusedPath) {
      this.#refusedPath = path
      this.#refusal = this.#refuse(path)
    }
    return this.#refusal
  }

  /** Opens the file of a record; that of a path which can be none is refused when it is asked for again. */
  async #open(path: string): Promise<void> {
    try {
      this.#current = await this.#outputs.open(path)
      this.#currentPath = path
    } catch (error) {
      if (!isMillraceError(error) || !notFiles.has(error.code)) throw error
      this.#refusedPath = path
      this.#refusal = { code: 'FILE_PATH', message: error.message }
    }
  }

  #pathOf(template: PathTemplate, batch: SinkBatch, index: number): string | Refusal {
    try {
      this.#context.timestamp = batch.timestamp(index)
      this.#context.key = batch.key(index)
      return template.path(batch.value(index), this.#context)
    } catch (error) {
      // An expression that fails for this record is this record's fault.
      if (isMillraceError(error)) return { code: error.code, message: error.message }
      throw error
    }
  }

  /** Takes back what can be taken back. The batch that failed was never counted as written. */
  async abort(): Promise<AbortResult> {
    const lost = await this.#outputs.abort()
    return { discarded: Math.max(0, lost - this.#added) }
  }
}
