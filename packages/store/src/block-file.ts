import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { FileSystem, NewFile } from './file-system.ts'
import type { BlockRef } from './manifest.ts'

/** The name of a file of blocks. */
export const blocksName = (file: number): string => `blocks-${file}`

// A checksum of this much takes a millisecond, measured; other work gets its turn while each is written.
const SLICE_BYTES = 4 << 20

/** Writes all of the bytes, however few the disk takes at once. */
export async function writeAll(file: NewFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at))
}

/** A file of blocks that is being written: made with its first block, never changed once it is synced. */
export class BlockFile {
  readonly number: number
  readonly #fs: FileSystem
  readonly #directory: string
  #file: NewFile | undefined
  #made = false
  #size = 0

  constructor(fs: FileSystem, directory: string, number: number) {
    this.#fs = fs
    this.#directory = directory
    this.number = number
  }

  get path(): string {
    return join(this.#directory, blocksName(this.number))
  }

  /** False until it has a block. */
  get made(): boolean {
    return this.#made
  }

  /** Bytes written. */
  get size(): number {
    return this.#size
  }

  async add(block: Uint8Array): Promise<BlockRef> {
    this.#made = true
    const file = (this.#file ??= await this.#fs.create(this.path))
    let crc = 0
    for (let at = 0; at < block.length; at += SLICE_BYTES) {
      const slice = block.subarray(at, at + SLICE_BYTES)
      crc = crc32(slice, crc)
      await writeAll(file, slice)
    }
    const ref = { file: this.number, offset: this.#size, length: block.length, crc }
    this.#size += block.length
    return ref
  }

  /** Once it resolves the blocks are there, name and all, whatever happens. */
  async finish(): Promise<void> {
    const file = this.#file
    if (file === undefined) return
    await file.sync()
    await file.close()
    this.#file = undefined
    await this.#fs.syncDirectory(this.#directory)
  }

  /** Removes it as far as that is possible. */
  async abandon(): Promise<void> {
    if (!this.#made) return
    try {
      await this.#file?.close()
      await this.#fs.remove(this.path)
    } catch {
      // Nothing refers to it: it is removed with the next sweep, or when the store is opened.
    }
  }
}

/**
 * The bytes of a block; undefined if they are not what was written. Rejects with errors of the disk. The checksum takes 0.25 ms a
 * megabyte at once: those who write blocks keep them small.
 */
export async function readBlock(
  fs: FileSystem,
  directory: string,
  { file, offset, length, crc }: BlockRef,
): Promise<Uint8Array | undefined> {
  const path = join(directory, blocksName(file))
  const bytes = await fs.read(path, offset, length)
  if (bytes.length < length) return undefined
  return crc32(bytes) === crc ? bytes : undefined
}
