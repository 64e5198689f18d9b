import { createRandom } from '@millrace/base'
import type { FileSystem, NewFile } from '../file-system.ts'
import { SimulatedContent } from './simulated-content.ts'
import { SimulatedFolder } from './simulated-folder.ts'

/** One call of a `FileSystem`, about to happen. */
export interface DiskOperation {
  /** Counts from 0 over the life of the disk. */
  readonly index: number
  readonly name: keyof FileSystem | 'write' | 'sync' | 'close'
  readonly path: string
}

/**
 * What goes wrong with an operation. A code: it rejects with an error of that code, and `write`, `sync` and `rename` may have
 * happened in part. `short`: a write takes only some of the bytes. Crashes end all processes, before the operation, within or
 * after it; with `power` the disk also forgets, whole or in part and in any order, what was not synced.
 */
export type DiskFault =
  | { readonly code: 'ENOSPC' | 'EIO' | 'EACCES' | 'EROFS' }
  | { readonly short: true }
  | { readonly crash: 'before' | 'within' | 'after'; readonly power: boolean }

/** Rejects every operation of a process that was killed, so that it can do nothing more. */
export class SimulatedCrash extends Error {
  constructor() {
    super('The process is dead.')
  }
}

/** A disk in memory; what happens is a function of `seed` and of `fault`. */
export class SimulatedDisk {
  readonly #random: () => number
  readonly #fault: (operation: DiskOperation) => DiskFault | undefined
  readonly #folders = new Map<string, SimulatedFolder>()
  readonly #locks = new Set<string>()
  #boot = 0
  #operations = 0

  constructor(options: {
    readonly seed: number
    /** Asked before each operation; nothing goes wrong by default. */
    readonly fault?: (operation: DiskOperation) => DiskFault | undefined
  }) {
    this.#random = createRandom(options.seed)
    this.#fault = options.fault ?? (() => undefined)
  }

  /** How many operations there were. */
  get operations(): number {
    return this.#operations
  }

  /** The disk as a process sees it until the next crash. */
  start(): FileSystem {
    const boot = this.#boot
    return {
      makeDirectory: (path) =>
        this.#run(boot, 'makeDirectory', path, () => {
          if (!this.#folders.has(path)) this.#folders.set(path, new SimulatedFolder())
        }),
      list: (path) => this.#run(boot, 'list', path, () => [...this.#folder(path).names.keys()]),
      size: (path) => this.#run(boot, 'size', path, () => this.#content(path).bytes.length),
      read: (path, offset, length) =>
        this.#run(boot, 'read', path, () =>
          this.#content(path).bytes.slice(offset, offset + length),
        ),
      create: (path) =>
        this.#run(boot, 'create', path, () => {
          const content = new SimulatedContent()
          this.#folder(folderOf(path)).change({ name: nameOf(path), content })
          return this.#open(boot, path, content)
        }),
      rename: (from, to) => this.#run(boot, 'rename', to, () => this.#rename(from, to)),
      remove: (path) =>
        this.#run(boot, 'remove', path, () => {
          const folder = this.#folder(folderOf(path))
          if (folder.names.has(nameOf(path))) folder.change({ name: nameOf(path) })
        }),
      syncDirectory: (path) =>
        this.#run(boot, 'syncDirectory', path, () => this.#folder(path).sync()),
      lock: (path) => this.#run(boot, 'lock', path, () => this.#lock(boot, path)),
    }
  }

  /** Ends all processes, as `kill -9` does. */
  kill(): void {
    this.#boot++
    this.#locks.clear()
  }

  /** Ends all processes and forgets what was not synced: none of it, some of it, in any order. */
  cutPower(): void {
    this.kill()
    for (const folder of this.#folders.values()) {
      folder.cutPower(this.#random)
      for (const content of folder.names.values()) content.cutPower(this.#random)
    }
  }

  /** Changes a byte behind everybody's back. */
  damage(path: string, offset: number): void {
    const { bytes } = this.#content(path)
    bytes[offset] = (bytes[offset] ?? 0) ^ 0x55
  }

  /** Cuts a file, or puts other bytes in its place, behind everybody's back. */
  replace(path: string, bytes: Uint8Array): void {
    this.#content(path).become(bytes)
  }

  /** The bytes of a file. */
  bytes(path: string): Uint8Array {
    return this.#content(path).bytes
  }

  async #run<Result>(
    boot: number,
    name: DiskOperation['name'],
    path: string,
    act: (part: number) => Result,
  ): Promise<Result> {
    if (boot !== this.#boot) throw new SimulatedCrash()
    const fault = this.#fault({ index: this.#operations++, name, path })
    if (fault === undefined) return act(1)
    if ('short' in fault) return act(this.#random())
    if ('code' in fault) {
      // Whether what failed was done in part is anybody's guess.
      if (['write', 'sync', 'rename', 'syncDirectory'].includes(name) && this.#random() < 0.5) {
        act(name === 'sync' ? -1 : this.#random())
      }
      throw Object.assign(new Error(`${fault.code}: ${name} "${path}"`), { code: fault.code })
    }
    if (fault.crash === 'within' && name === 'write') act(this.#random())
    if (fault.crash === 'after') act(1)
    if (fault.power) this.cutPower()
    else this.kill()
    throw new SimulatedCrash()
  }

  #open(boot: number, path: string, content: SimulatedContent): NewFile {
    return {
      write: (bytes) =>
        this.#run(boot, 'write', path, (part) => {
          const length = part === 1 ? bytes.length : Math.max(1, Math.floor(bytes.length * part))
          content.append(bytes.slice(0, length))
          return length
        }),
      sync: () =>
        this.#run(boot, 'sync', path, (part) => (part < 0 ? content.lose() : content.sync())),
      close: () => this.#run(boot, 'close', path, () => undefined),
    }
  }

  #rename(from: string, to: string): void {
    const folder = this.#folder(folderOf(from))
    folder.change({ name: nameOf(to), content: this.#content(from), gone: nameOf(from) })
  }

  #lock(boot: number, path: string): (() => Promise<void>) | undefined {
    if (this.#locks.has(path)) return undefined
    this.#locks.add(path)
    return async () => {
      if (boot === this.#boot) this.#locks.delete(path)
    }
  }

  #folder(path: string): SimulatedFolder {
    const folder = this.#folders.get(path)
    if (folder === undefined) throw missing(path)
    return folder
  }

  #content(path: string): SimulatedContent {
    const content = this.#folder(folderOf(path)).names.get(nameOf(path))
    if (content === undefined) throw missing(path)
    return content
  }
}

const missing = (path: string): Error =>
  Object.assign(new Error(`ENOENT: no such file "${path}"`), { code: 'ENOENT' })
const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'))
const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
