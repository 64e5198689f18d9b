import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Encoder } from './encoder.ts'
import type { Refusal } from './refusal.ts'

/** Where the bytes of an output go. */
export interface Target {
  /** Takes all bytes or throws a coded error. */
  write(bytes: Buffer): Promise<void>
  /** Lets go of what the system limits; the next write takes it up again. */
  suspend(): Promise<void>
  /** Makes what was written visible. */
  commit(): Promise<void>
  /** Whether what was written is there even if it is never committed. */
  readonly keeps: boolean
  /** Takes back what can be taken back. Never throws. */
  abort(): Promise<void>
}

/** How much text is collected before it is written, in characters. */
const bufferedMax = 128 * 1024

const pack = promisify(gzip)

/** One file being written: encodes records, collects whole lines, writes them in large pieces. */
export class Output {
  readonly #target: Target
  readonly #encoder: Encoder
  readonly #gzip: boolean
  #text = ''
  #records = 0
  #unwritten = 0
  #isPacked = false

  constructor(target: Target, encoder: Encoder, gzip: boolean) {
    this.#target = target
    this.#encoder = encoder
    this.#gzip = gzip
  }

  /** Whether it is time to flush. */
  get isFull(): boolean {
    return this.#text.length >= bufferedMax
  }

  /** Takes one record into the buffer, or says why it cannot. */
  add(value: unknown): Refusal | undefined {
    const text = this.#encoder.encode(value)
    if (typeof text !== 'string') return text
    this.#text += text
    this.#records++
    this.#unwritten++
    return undefined
  }

  async flush(): Promise<void> {
    if (this.#text === '') return
    const bytes = Buffer.from(this.#text)
    this.#text = ''
    // Each piece is a gzip member of its own: together they are one gzip file, and a file can be continued.
    await this.#target.write(this.#gzip ? await pack(bytes) : bytes)
    this.#unwritten = 0
    this.#isPacked = this.#gzip
  }

  async suspend(): Promise<void> {
    await this.flush()
    await this.#target.suspend()
  }

  async commit(): Promise<void> {
    this.#text += this.#encoder.footer()
    await this.flush()
    // A gzip file of nothing still has a header.
    if (this.#gzip && !this.#isPacked) await this.#target.write(await pack(Buffer.alloc(0)))
    await this.#target.commit()
    this.#records = 0
  }

  /** Resolves to how many records are nowhere now. */
  async abort(): Promise<number> {
    const lost = this.#target.keeps ? this.#unwritten : this.#records
    this.#text = ''
    this.#records = 0
    this.#unwritten = 0
    await this.#target.abort()
    return lost
  }
}
