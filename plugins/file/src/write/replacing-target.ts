import { constants } from 'node:fs'
import { copyFile, type FileHandle, open, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { crc32 } from 'node:zlib'
import type { Target } from './output.ts'
import { giveName } from './give-name.ts'
import { keepHidden } from './hidden-files.ts'
import type { RunMarks } from './run-marks.ts'
import { addTemporary, dropTemporary } from './temporary-files.ts'
import { writeError } from './write-error.ts'

/** After so many bytes the disk begins to take them, so that little is left to wait for at the end. */
const earlyBytes = 32 * 1024 * 1024

/** A file that something else takes the place of. */
export interface Replaced {
  /** As the user calls it. */
  readonly path: string
  /** Without links. */
  readonly real: string
  readonly mode: 'replace' | 'fail'
  readonly marks: RunMarks
  /** Of the file that is there, if there is one. */
  readonly permissions?: number | undefined
  /** Folders whose names change with it. */
  readonly changed?: readonly string[]
}

/** Where a job goes on with a file: in the hidden one, or in the one that has its name, whose closing is left out then. */
export interface TakenUp {
  readonly size: number
  readonly crc: number | undefined
  readonly isNamed: boolean
  readonly isOurs: boolean
}

/** Writes beside the file and takes its place on commit. */
export class ReplacingTarget implements Target {
  readonly keeps = false
  readonly #file: Replaced
  #handle: FileHandle | undefined
  #hidden: string | undefined
  #size = 0
  #crc: number | undefined
  #synced: number | undefined
  #isOurs = false
  /** Bytes that the disk was told of, and what it is doing about them; never rejects. */
  #told = 0
  #syncing: Promise<void> | undefined
  #unsynced: { readonly error: unknown } | undefined
  /** The file has its name and nothing was written since. */
  #isNamed = false

  constructor(file: Replaced, taken?: TakenUp) {
    this.#file = file
    this.#crc = file.marks.prepares ? 0 : undefined
    if (taken === undefined) return
    this.#size = taken.size
    this.#told = taken.size
    this.#crc = taken.crc
    this.#isOurs = taken.isOurs
    this.#isNamed = taken.isNamed
    if (taken.isNamed) return
    this.#hidden = file.marks.hidden(file.real)
    this.#synced = taken.size
  }

  get size(): number {
    return this.#size
  }

  get crc(): number | undefined {
    return this.#crc
  }

  get isOurs(): boolean {
    return this.#isOurs
  }

  /** Makes the hidden file. */
  async create(): Promise<void> {
    const { marks, permissions, real } = this.#file
    const hidden = marks.hidden(real)
    // Its name is nobody else's: what is there, an earlier try has left.
    await rm(hidden, { force: true })
    this.#handle = await open(hidden, 'wx')
    this.#hidden = hidden
    if (!marks.isKept) addTemporary(hidden)
    if (permissions !== undefined) await this.#handle.chmod(permissions & 0o777)
  }

  async write(bytes: Buffer): Promise<void> {
    try {
      if (this.#isNamed) await this.#copy()
      this.#handle ??= await open(this.#hidden ?? this.#file.real, 'a')
      await this.#handle.writeFile(bytes)
      this.#size += bytes.length
      if (this.#crc !== undefined) this.#crc = crc32(bytes, this.#crc)
      if (this.#size - this.#told >= earlyBytes) this.#syncEarly(this.#handle)
    } catch (error) {
      await this.abort()
      throw writeError(error, this.#file.path)
    }
  }

  #syncEarly(handle: FileHandle): void {
    if (this.#syncing !== undefined) return
    this.#told = this.#size
    this.#syncing = this.#file.marks.disk
      .syncFile(handle)
      .catch((error: unknown) => {
        // The system says it once: what is lost is told when the file is synced as a whole.
        this.#unsynced ??= { error }
      })
      .finally(() => {
        this.#syncing = undefined
      })
  }

  async #sync(handle: FileHandle): Promise<void> {
    await this.#syncing
    if (this.#unsynced !== undefined) throw this.#unsynced.error
    await this.#file.marks.disk.syncFile(handle)
  }

  /** A reader keeps what there is until the next commit. */
  async #copy(): Promise<void> {
    const { marks, real } = this.#file
    const hidden = marks.hidden(real)
    await copyFile(real, hidden, constants.COPYFILE_FICLONE)
    this.#hidden = hidden
    this.#isNamed = false
    this.#handle = await open(hidden, 'a')
    await this.#handle.truncate(this.#size)
  }

  async suspend(): Promise<void> {
    const handle = this.#handle
    this.#handle = undefined
    await handle?.close()
  }

  async sync(): Promise<number> {
    const { marks, path, real, changed = [dirname(real)] } = this.#file
    try {
      const hidden = this.#hidden ?? real
      await this.#sync((this.#handle ??= await open(hidden, 'r+')))
      // A checkpoint may name it from now on, also when the process exits.
      dropTemporary(hidden)
      if (this.#synced === undefined) marks.changed(changed)
      return (this.#synced = this.#size)
    } catch (error) {
      await this.abort()
      throw writeError(error, path)
    }
  }

  async keep(): Promise<void> {
    const { marks, real } = this.#file
    if (this.#hidden === undefined) return
    await keepHidden(real, marks.mark)
    this.#hidden = marks.hidden(real)
    marks.changed([dirname(real)])
  }

  async commit(): Promise<void> {
    const hidden = this.#hidden
    if (hidden === undefined) return
    const { changed = [], marks, path, real } = this.#file
    try {
      // Before the rename: after a power cut the name must not lead to a file that is empty.
      await this.#sync((this.#handle ??= await open(hidden, 'r+')))
      await this.suspend()
      marks.changed(changed)
      await giveName({ ...this.#file, hidden, real, isOurs: this.#isOurs })
      this.#hidden = undefined
      dropTemporary(hidden)
    } catch (error) {
      await this.abort()
      throw writeError(error, path)
    }
  }

  async abort(): Promise<void> {
    const hidden = this.#hidden
    try {
      if (hidden === undefined) return
      if (this.#synced === undefined) {
        this.#hidden = undefined
        await rm(hidden, { force: true })
        dropTemporary(hidden)
      } else if (this.#size !== this.#synced) {
        await (this.#handle ??= await open(hidden, 'a')).truncate(this.#synced)
        this.#size = this.#synced
      }
    } catch {
      // The next run cuts it, by what the checkpoint says.
    } finally {
      await this.suspend().catch(() => undefined)
    }
  }
}
