import { join } from 'node:path'
import { isMillraceError, type Runtime } from '@millrace/base'
import { BlockFile, blocksName, writeAll } from './block-file.ts'
import { CheckpointReader } from './checkpoint-reader.ts'
import { BEGUN, manifestName, type Scan } from './directory.ts'
import { diskError, STORE_CLOSED, STORE_SAVEPOINT, STORE_UNCERTAIN } from './errors.ts'
import type { FileSystem } from './file-system.ts'
import { type BlockRef, filesOf, type Manifest } from './manifest.ts'
import { publish } from './publish.ts'
import { sparseFiles } from './sparse-files.ts'
import type { Checkpoint, CheckpointWrite, Store } from './store.ts'

interface DirectoryStoreOptions {
  readonly directory: string
  readonly job: string
  readonly fs: FileSystem
  readonly clock: Pick<Runtime, 'now'>
  readonly keep: number
  readonly worthBytes: number
  /** Gives the directory back. */
  readonly release: () => Promise<void>
}

/** The state of one job in a directory that this process holds. */
export class DirectoryStore extends CheckpointReader implements Store {
  readonly #options: DirectoryStoreOptions
  /** Files of blocks on disk, with their bytes. */
  readonly #files: Map<number, number>
  #lastId: number
  #lastFile: number
  #isBegun: boolean
  /** What the next commit follows. */
  #base: Manifest | undefined
  /** Settles when all that was asked for so far is done. */
  #queue: Promise<unknown> = Promise.resolve()
  /** Why the store does nothing more. */
  #refusal: unknown
  #closed: Promise<void> | undefined

  constructor(options: DirectoryStoreOptions, found: Scan) {
    super(options, found, true)
    this.#options = options
    this.#files = new Map(found.blocks)
    this.#lastId = found.lastId
    this.#isBegun = found.isBegun
    const named = found.manifests.flatMap((manifest) => [...filesOf(manifest).keys()])
    this.#lastFile = Math.max(0, ...found.blocks.keys(), ...named)
    this.#base = this.latestManifest()
  }

  get lastId(): number {
    return this.#lastId
  }

  async commit(write: CheckpointWrite): Promise<Checkpoint> {
    if (!Number.isSafeInteger(write.id) || write.id <= this.#lastId) {
      throw new RangeError(`The id of a checkpoint is above ${this.#lastId}; got ${write.id}.`)
    }
    this.#lastId = write.id
    const done = this.#inTurn(() => this.#commit(write))
    // Nobody waits for it but those who come after.
    void this.#inTurn(() => this.sweep()).catch((error: unknown) => (this.#refusal ??= error))
    return this.view(await done)
  }

  goOnFrom(checkpoint: Checkpoint | undefined): void {
    const manifest = checkpoint === undefined ? undefined : this.manifestOf(checkpoint)
    if (manifest !== undefined && !this.manifests.includes(manifest)) {
      throw new TypeError(`Checkpoint ${manifest.id} is not kept any more.`)
    }
    this.#base = manifest
  }

  keep(savepoint: string): Promise<Checkpoint> {
    return this.#inTurn(async () => {
      const latest = this.latestManifest()
      const known = this.#savepoints()
      const refuse = (reason: string): Error => STORE_SAVEPOINT({ name: savepoint, reason, known })
      if (!/^[\w.-]{1,100}$/.test(savepoint)) throw refuse('is no name for a savepoint')
      if (known.includes(savepoint)) throw refuse('exists already')
      if (latest === undefined) throw refuse('has nothing to keep: there is no checkpoint yet')
      const manifest = { ...latest, savepoint }
      await this.#publish(manifest)
      return this.view(manifest)
    })
  }

  discard(savepoint: string): Promise<void> {
    return this.#inTurn(async () => {
      const known = this.#savepoints()
      if (!known.includes(savepoint)) {
        throw STORE_SAVEPOINT({ name: savepoint, reason: 'does not exist', known })
      }
      const file = manifestName({ id: 0, savepoint })
      await this.#remove([file])
      this.damaged.delete(file)
      this.manifests = this.manifests.filter((manifest) => manifest.savepoint !== savepoint)
      await this.sweep()
    })
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  /** Removes checkpoints and files that nobody needs. What the disk does not remove is tried again the next time. */
  async sweep(): Promise<void> {
    const recent = this.manifests.filter((manifest) => manifest.savepoint === undefined)
    const old = new Set(recent.slice(0, -this.#options.keep))
    const names = [...[...old].map(manifestName), ...this.#damagedBefore(recent)]
    try {
      if (!this.#isBegun && recent.length > 0) await this.#begin()
      if (names.length > 0) await this.#remove(names)
      this.manifests = this.manifests.filter((manifest) => !old.has(manifest))
      for (const name of names) this.damaged.delete(name)
      // What a damaged checkpoint needs nobody knows, and somebody may mend it.
      if (this.damaged.size > 0) return
      const users = [...this.manifests, ...(this.#base === undefined ? [] : [this.#base])]
      const needed = new Set(users.flatMap((manifest) => [...filesOf(manifest).keys()]))
      for (const file of [...this.#files.keys()].filter((number) => !needed.has(number))) {
        await this.fs.remove(join(this.directory, blocksName(file)))
        this.#files.delete(file)
      }
    } catch (error) {
      if (diskError(error, this.directory) === error) throw error
    }
  }

  /** Notes that there is a checkpoint, once it is durable: where none is found later, they were removed. */
  async #begin(): Promise<void> {
    const file = await this.fs.create(join(this.directory, BEGUN))
    try {
      await writeAll(file, new TextEncoder().encode('Here are checkpoints.\n'))
    } finally {
      await file.close()
    }
    this.#isBegun = true
  }

  /** Damaged checkpoints that would not be kept if they were whole. */
  #damagedBefore(recent: readonly Manifest[]): string[] {
    const oldest = recent.at(-this.#options.keep)?.id ?? 0
    return [...this.damaged.keys()].filter(
      (name) => Number(/^checkpoint-(\d+)$/.exec(name)?.[1] ?? Infinity) < oldest,
    )
  }

  #savepoints(): string[] {
    const whole = this.manifests.flatMap((manifest) => manifest.savepoint ?? [])
    const damaged = [...this.damaged.keys()].flatMap(
      (name) => /^savepoint-(.*)$/.exec(name)?.[1] ?? [],
    )
    return [...whole, ...damaged].toSorted()
  }

  async #close(): Promise<void> {
    await this.#queue
    this.#refusal ??= STORE_CLOSED({ directory: this.directory })
    await this.#options.release()
  }

  /** After what was asked for before. */
  #inTurn<Result>(act: () => Promise<Result>): Promise<Result> {
    const done = this.#queue.then(async () => {
      if (this.#refusal !== undefined) throw this.#refusal
      try {
        return await act()
      } catch (error) {
        if (isMillraceError(error, STORE_UNCERTAIN.code)) this.#refusal = error
        throw diskError(error, this.directory)
      }
    })
    this.#queue = done.catch(() => undefined)
    return done
  }

  async #commit(write: CheckpointWrite): Promise<Manifest> {
    const base = this.#base
    const sections = new Map<string, readonly BlockRef[]>(base?.sections)
    for (const [name, { drop = 0, replace = false }] of write.sections) {
      sections.set(name, replace ? [] : (sections.get(name) ?? []).slice(drop))
    }
    const blocks = new BlockFile(this.fs, this.directory, ++this.#lastFile)
    try {
      if (base !== undefined) await this.#moveSparse(sections, base, blocks)
      for (const [name, { blocks: added }] of write.sections) {
        const refs = [...(sections.get(name) ?? [])]
        for (const block of added) refs.push(await blocks.add(block))
        if (refs.length === 0) sections.delete(name)
        else sections.set(name, refs)
      }
      await blocks.finish()
      const { id, meta = null } = write
      const at = this.#options.clock.now()
      this.#base = await this.#publish({ job: this.job, id, at, meta, sections })
    } catch (error) {
      if (!isMillraceError(error, STORE_UNCERTAIN.code)) await blocks.abandon()
      throw diskError(error, blocks.path)
    }
    if (blocks.made) this.#files.set(blocks.number, blocks.size)
    return this.#base
  }

  /** Writes again what files hold of which little else is needed, so that these can go. */
  async #moveSparse(
    sections: Map<string, readonly BlockRef[]>,
    base: Manifest,
    blocks: BlockFile,
  ): Promise<void> {
    const files = new Map(this.#files)
    // They stay for savepoints.
    for (const manifest of this.manifests) {
      if (manifest.savepoint === undefined) continue
      for (const file of filesOf(manifest).keys()) files.delete(file)
    }
    const sparse = sparseFiles(sections.values(), files, this.#options.worthBytes)
    if (sparse.size === 0) return
    for (const [name, refs] of sections) {
      const moved: BlockRef[] = []
      for (const ref of refs) {
        const isMoved = sparse.has(ref.file)
        moved.push(isMoved ? await blocks.add(await this.readRef(ref, base)) : ref)
      }
      sections.set(name, moved)
    }
  }

  async #publish(manifest: Manifest): Promise<Manifest> {
    await publish(this.fs, this.directory, manifest)
    this.manifests = [...this.manifests, manifest]
    return manifest
  }

  /** Removes checkpoints for good, so that what they need may go. */
  async #remove(names: readonly string[]): Promise<void> {
    for (const name of names) await this.fs.remove(join(this.directory, name))
    await this.fs.syncDirectory(this.directory)
  }
}
