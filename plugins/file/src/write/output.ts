import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Encoder } from './encoder.ts'
import type { FileEntry } from './file-token.ts'
import { LineBuffer } from './line-buffer.ts'
import type { Refusal } from './refusal.ts'

/** Where the bytes of an output go. */
export interface Target {
  /** Whether what was written is there even if it is never committed. */
  readonly keeps: boolean
  /** Bytes that the file has so far. */
  readonly size: number
  /** Checksum of all of them; undefined: others may write there too, or nobody knows. */
  readonly crc: number | undefined
  /** Whether a commit of this job has given the file its name already. */
  readonly isOurs: boolean
  /** Takes all bytes or throws a coded error. What it holds longer than that it copies: they are used again. */
  write(bytes: Buffer): Promise<void>
  /** Lets go of what the system limits; the next write takes it up again. */
  suspend(): Promise<void>
  /** What was written survives the process and a power cut when it resolves; to the size of the file then. */
  sync(): Promise<number>
  /** A durable checkpoint names it: it is no longer a file that goes with its process. */
  keep(): Promise<void>
  /** Makes what was written visible. */
  commit(): Promise<void>
  /** Takes back what can be taken back, but nothing in front of the last `sync`. Never throws. */
  abort(): Promise<void>
}

/** How much is collected before it is written, in bytes: a little less than the room that doubling ends at. */
const bufferedMax = 240 * 1024

const pack = promisify(gzip)

const newline = 10

/** One file being written: encodes records, collects whole lines, writes them in large pieces. */
export class Output {
  readonly #target: Target
  readonly #encoder: Encoder
  readonly #gzip: boolean
  readonly #lines = new LineBuffer()
  /** Since the last checkpoint, if there is one. */
  #records = 0
  #unwritten = 0
  /** The piece that is on its way; never rejects. */
  #writing: Promise<void> | undefined
  #failure: { readonly error: unknown } | undefined
  /** What the last checkpoint says of the file, while nothing was written since. */
  #entry: FileEntry | undefined
  #isPrepared: boolean

  /** `entry`: what the checkpoint says of it that the job goes on from. */
  constructor(target: Target, encoder: Encoder, gzip: boolean, entry?: FileEntry) {
    this.#target = target
    this.#encoder = encoder
    this.#gzip = gzip
    this.#entry = entry
    this.#isPrepared = entry !== undefined
  }

  /** Whether it is time to flush. */
  get isFull(): boolean {
    return this.#lines.length >= bufferedMax
  }

  /** Takes one record into the buffer, or says why it cannot. */
  add(value: unknown): Refusal | undefined {
    const refusal = this.#encoder.encode(value, this.#lines)
    if (refusal !== undefined) return refusal
    this.#records++
    this.#unwritten++
    return undefined
  }

  /** Takes `count` records as the bytes they came in, each of which stands on a line; the newline of the last one is added. */
  addLines(bytes: Uint8Array, from: number, to: number, count: number): void {
    this.#lines.addBytes(bytes, from, to)
    this.#lines.addByte(newline)
    this.#records += count
    this.#unwritten += count
  }

  /** Begins to write what there is, while more comes; a promise where the piece before is still on its way. */
  push(): Promise<void> | undefined {
    if (this.#writing !== undefined) return this.#pushOn()
    this.#begin()
    return undefined
  }

  async #pushOn(): Promise<void> {
    await this.#written()
    this.#begin()
  }

  /** Writes all there is. */
  async flush(): Promise<void> {
    await this.#written()
    if (this.#lines.length === 0) return
    this.#begin()
    await this.#written()
  }

  #begin(): void {
    const bytes = this.#lines.take()
    this.#entry = undefined
    this.#writing = this.#write(bytes, this.#unwritten).catch((error: unknown) => {
      // Whoever comes next is told.
      this.#failure = { error }
    })
  }

  async #write(bytes: Buffer, records: number): Promise<void> {
    // Each piece is a gzip member of its own: together they are one gzip file, and a file can be continued.
    await this.#target.write(this.#gzip ? await pack(bytes) : bytes)
    this.#unwritten -= records
    this.#lines.giveBack(bytes)
  }

  /** Resolves when nothing is on its way, or throws what stopped it. */
  async #written(): Promise<void> {
    await this.#writing
    this.#writing = undefined
    const failure = this.#failure
    this.#failure = undefined
    if (failure !== undefined) throw failure.error
  }

  async suspend(): Promise<void> {
    await this.flush()
    this.#lines.clear()
    await this.#target.suspend()
  }

  /** All that it has taken survives a crash when it resolves. `closes`: nothing follows, so what closes the file is written too. */
  async prepare(closes: boolean): Promise<FileEntry> {
    await this.flush()
    const known = this.#entry
    if (known !== undefined && (!closes || known.body !== undefined)) return known
    const { crc, size: body } = this.#target
    if (closes) await this.#finish()
    const size = await this.#target.sync()
    const { columns } = this.#encoder
    this.#records = 0
    this.#isPrepared = true
    this.#entry = {
      size,
      ...(closes && { body }),
      ...(columns && { columns }),
      ...(this.#target.isOurs && { ours: true }),
      ...(crc !== undefined && { crc }),
    }
    return this.#entry
  }

  async keep(): Promise<void> {
    // The name of the file is about to change.
    await this.#writing
    await this.#target.keep()
  }

  async commit(): Promise<void> {
    await this.#finish()
    await this.#target.commit()
    this.#records = 0
  }

  async #finish(): Promise<void> {
    this.#encoder.close(this.#lines)
    await this.flush()
    // A gzip file of nothing still has a header.
    if (this.#gzip && this.#target.size === 0) await this.#target.write(await pack(Buffer.alloc(0)))
  }

  /** Resolves to how many records are nowhere now. */
  async abort(): Promise<number> {
    await this.#writing
    this.#writing = undefined
    this.#failure = undefined
    const lost = this.#target.keeps && !this.#isPrepared ? this.#unwritten : this.#records
    this.#lines.clear()
    this.#records = 0
    this.#unwritten = 0
    await this.#target.abort()
    return lost
  }
}
