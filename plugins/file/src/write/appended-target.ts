import { type FileHandle, open } from 'node:fs/promises'
import { writeError } from './write-error.ts'
import type { Disk } from './durable.ts'
import type { Target } from './output.ts'

/** Writes to the file itself: appending, and pipes and devices. Whole pieces only: one that fails is cut off again. */
export class AppendedTarget implements Target {
  readonly keeps = true
  readonly isOurs = true
  readonly crc = undefined
  readonly #path: string
  #handle: FileHandle | undefined
  /** Only of a file that is appended to: pipes and devices keep nothing. */
  readonly #disk: Disk | undefined
  #size: number
  #synced: number | undefined

  /** `synced`: what a checkpoint says of its size. */
  constructor(
    path: string,
    file: {
      readonly handle?: FileHandle
      readonly disk: Disk | undefined
      readonly size: number
      readonly synced?: number | undefined
    },
  ) {
    this.#path = path
    this.#handle = file.handle
    this.#disk = file.disk
    this.#size = file.size
    this.#synced = file.synced
  }

  get size(): number {
    return this.#size
  }

  async write(bytes: Buffer): Promise<void> {
    let sizeBefore: number | undefined
    try {
      const isAppended = this.#disk !== undefined
      this.#handle ??= await open(this.#path, isAppended ? 'a' : 'w')
      // Asked each time: another job may append to the same file, and its lines must stay.
      if (isAppended) sizeBefore = (await this.#handle.stat()).size
      await this.#handle.writeFile(bytes)
      this.#size = (sizeBefore ?? this.#size) + bytes.length
    } catch (error) {
      if (sizeBefore !== undefined) {
        await this.#handle?.truncate(sizeBefore).catch(() => undefined)
      }
      throw writeError(error, this.#path)
    }
  }

  async suspend(): Promise<void> {
    const handle = this.#handle
    this.#handle = undefined
    await handle?.close()
  }

  async sync(): Promise<number> {
    try {
      const handle = (this.#handle ??= await open(this.#path, 'a'))
      await this.#disk?.syncFile(handle)
      this.#size = (await handle.stat()).size
      return (this.#synced = this.#size)
    } catch (error) {
      throw writeError(error, this.#path)
    }
  }

  keep(): Promise<void> {
    return Promise.resolve()
  }

  async commit(): Promise<void> {
    if (this.#disk !== undefined) await this.sync()
    await this.suspend()
  }

  async abort(): Promise<void> {
    try {
      if (this.#synced !== undefined && this.#size > this.#synced) {
        await (this.#handle ??= await open(this.#path, 'a')).truncate(this.#synced)
        this.#size = this.#synced
      }
    } catch {
      // The next run cuts it, by what the checkpoint says.
    }
    await this.suspend().catch(() => undefined)
  }
}
