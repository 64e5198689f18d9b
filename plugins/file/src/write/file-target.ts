import { type FileHandle, link, mkdir, open, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { isMillraceError } from '@millrace/base'
import { FILE_EXISTS, FILE_IS_FOLDER, FILE_NOT_FOLDER, fileError } from '../errors.ts'
import { changedFolders } from './durable.ts'
import type { Target } from './output.ts'
import { addTemporary, dropTemporary } from './temporary-files.ts'

/** What happens to a file that exists: its content is replaced at the end, continued, or left alone with an error. */
export type WriteMode = 'replace' | 'append' | 'fail'

/** A file to write, and whether it has content that is kept. */
export interface OpenedFile {
  readonly target: Target
  readonly isContinued: boolean
}

/** How a file is opened for writing. */
export interface OpenOptions {
  readonly mode: WriteMode
  readonly gzip: boolean
  readonly random: () => number
  /** Takes the folders whose names change, to be synced once all files are committed. */
  readonly folders: Set<string>
  /** Brings a file to the disk. */
  readonly sync: (handle: FileHandle) => Promise<void>
}

/**
 * Opens a file for writing and makes its folders. `replace` and `fail` write beside it and rename on commit, so that a
 * reader sees the old content or the whole new one. Pipes and devices are written straight. Throws FILE_* errors.
 */
export async function openFile(path: string, options: OpenOptions): Promise<OpenedFile> {
  try {
    const real = await realpath(path).catch(() => resolve(path))
    const existing = await stat(real).catch(() => undefined)
    if (existing?.isDirectory()) throw FILE_IS_FOLDER({ path, reading: false })
    if (existing !== undefined && options.mode === 'fail') throw FILE_EXISTS({ path })
    const made = await mkdir(dirname(real), { recursive: true })
    if (existing !== undefined && !existing.isFile()) {
      const target = new DirectTarget(path, await open(real, 'w'), undefined)
      return { target, isContinued: false }
    }
    const changed = changedFolders(real, made)
    if (options.mode === 'append') {
      if (existing === undefined) for (const folder of changed) options.folders.add(folder)
      return await openAppend(path, real, options)
    }
    const target = new ReplacingTarget(path, real, { ...options, changed }, existing?.mode)
    await target.create()
    return { target, isContinued: false }
  } catch (error) {
    throw writeError(error, path)
  }
}

function writeError(error: unknown, path: string): Error {
  if (isMillraceError(error)) return error
  const code = (error as { readonly code?: unknown }).code
  if (code !== 'EEXIST' && code !== 'ENOTDIR') return fileError(error, path, false)
  return FILE_NOT_FOLDER({ path: dirname(path) }, {}, error)
}

async function openAppend(
  path: string,
  real: string,
  { gzip, sync }: OpenOptions,
): Promise<OpenedFile> {
  const handle = await open(real, 'a+')
  const { size } = await handle.stat()
  const target = new DirectTarget(path, handle, sync)
  if (size > 0 && !gzip) {
    const last = Buffer.alloc(1)
    await handle.read(last, 0, 1, size - 1)
    // Somebody left half a line: ours must not become its end.
    if (last[0] !== 10) await target.write(Buffer.from('\n'))
  }
  return { target, isContinued: size > 0 }
}

/** Writes to the file itself: appending, and pipes and devices. Whole pieces only: one that fails is cut off again. */
class DirectTarget implements Target {
  readonly keeps = true
  readonly #path: string
  #handle: FileHandle | undefined
  /** Only of a file that is appended to: pipes and devices keep nothing. */
  readonly #sync: OpenOptions['sync'] | undefined

  constructor(path: string, handle: FileHandle, sync: OpenOptions['sync'] | undefined) {
    this.#path = path
    this.#handle = handle
    this.#sync = sync
  }

  async write(bytes: Buffer): Promise<void> {
    let sizeBefore: number | undefined
    try {
      const isAppended = this.#sync !== undefined
      this.#handle ??= await open(this.#path, isAppended ? 'a' : 'w')
      // Asked each time: another job may append to the same file, and its lines must stay.
      if (isAppended) sizeBefore = (await this.#handle.stat()).size
      await this.#handle.writeFile(bytes)
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

  async commit(): Promise<void> {
    try {
      if (this.#sync !== undefined) await this.#sync((this.#handle ??= await open(this.#path, 'a')))
      await this.suspend()
    } catch (error) {
      throw writeError(error, this.#path)
    }
  }

  async abort(): Promise<void> {
    await this.suspend().catch(() => undefined)
  }
}

/** Writes beside the file and takes its place on commit. */
class ReplacingTarget implements Target {
  readonly keeps = false
  readonly #path: string
  readonly #real: string
  readonly #options: OpenOptions & { readonly changed: readonly string[] }
  readonly #permissions: number | undefined
  #handle: FileHandle | undefined
  #temporary: string | undefined

  constructor(
    path: string,
    real: string,
    options: OpenOptions & { readonly changed: readonly string[] },
    permissions: number | undefined,
  ) {
    this.#path = path
    this.#real = real
    this.#options = options
    this.#permissions = permissions
  }

  /** Makes the file beside the target under a name that no pattern such as *.jsonl finds. */
  async create(): Promise<void> {
    const { random } = this.#options
    for (let attempt = 1; this.#handle === undefined; attempt++) {
      const mark = Math.floor(random() * 2 ** 40).toString(36)
      const name = `.${basename(this.#real).slice(0, 60)}.${mark}${attempt}.partial`
      const temporary = join(dirname(this.#real), name)
      try {
        this.#handle = await open(temporary, 'wx')
        this.#temporary = temporary
        addTemporary(temporary)
      } catch (error) {
        if ((error as { code?: unknown }).code !== 'EEXIST' || attempt === 100) throw error
      }
    }
    if (this.#permissions !== undefined) await this.#handle.chmod(this.#permissions & 0o777)
  }

  async write(bytes: Buffer): Promise<void> {
    try {
      this.#handle ??= await open(this.#temporary ?? this.#real, 'a')
      await this.#handle.writeFile(bytes)
    } catch (error) {
      await this.abort()
      throw writeError(error, this.#path)
    }
  }

  async suspend(): Promise<void> {
    const handle = this.#handle
    this.#handle = undefined
    await handle?.close()
  }

  async commit(): Promise<void> {
    const temporary = this.#temporary
    if (temporary === undefined) return
    const { changed, folders, mode, sync } = this.#options
    try {
      // Before the rename: after a power cut the name must not lead to a file that is empty.
      await sync((this.#handle ??= await open(temporary, 'r+')))
      await this.suspend()
      for (const folder of changed) folders.add(folder)
      if (mode === 'fail') await this.#claim(temporary)
      else await rename(temporary, this.#real)
      this.#temporary = undefined
      dropTemporary(temporary)
    } catch (error) {
      await this.abort()
      throw writeError(error, this.#path)
    }
  }

  /** Takes the name only if nobody has it by now; a link fails where a rename would replace. */
  async #claim(temporary: string): Promise<void> {
    try {
      await link(temporary, this.#real)
      await rm(temporary)
    } catch (error) {
      if ((error as { code?: unknown }).code === 'EEXIST') throw FILE_EXISTS({ path: this.#path })
      // Some file systems have no links.
      await rename(temporary, this.#real)
    }
  }

  async abort(): Promise<void> {
    await this.suspend().catch(() => undefined)
    const temporary = this.#temporary
    this.#temporary = undefined
    if (temporary === undefined) return
    await rm(temporary, { force: true }).catch(() => undefined)
    dropTemporary(temporary)
  }
}
