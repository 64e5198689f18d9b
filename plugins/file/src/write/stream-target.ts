import type { Writable } from 'node:stream'
import { FILE_BROKEN_PIPE, fileError } from '../errors.ts'
import type { Target } from './output.ts'

/** Writes to standard output. A reader that went away is FILE_BROKEN_PIPE. The stream is never ended: it is not ours. */
export class StreamTarget implements Target {
  readonly keeps = true
  readonly isOurs = true
  readonly crc = undefined
  #size = 0
  readonly #stream: Writable
  readonly #ignore = (): void => undefined

  constructor(stream: Writable) {
    this.#stream = stream
    // The failure comes with the write; as an event that nobody hears it would end the process.
    stream.on('error', this.#ignore)
  }

  get size(): number {
    return this.#size
  }

  write(bytes: Buffer): Promise<void> {
    const path = 'standard output'
    if (this.#stream.destroyed) return Promise.reject(FILE_BROKEN_PIPE({ path }))
    this.#size += bytes.length
    return new Promise((resolve, reject) => {
      // A stream may hand on what it gets and be done with it before its reader is.
      this.#stream.write(Buffer.from(bytes), (error) => {
        if (error) reject(fileError(error, path, false))
        else resolve()
      })
    })
  }

  suspend(): Promise<void> {
    return Promise.resolve()
  }

  sync(): Promise<number> {
    return Promise.resolve(this.#size)
  }

  keep(): Promise<void> {
    return Promise.resolve()
  }

  commit(): Promise<void> {
    return this.abort()
  }

  abort(): Promise<void> {
    // A broken stream may still report it: keep listening.
    if (!this.#stream.destroyed) this.#stream.off('error', this.#ignore)
    return Promise.resolve()
  }
}
