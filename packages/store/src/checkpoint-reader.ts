import { join } from 'node:path'
import { blocksName, readBlock } from './block-file.ts'
import {
  damagedBlock,
  damagedManifest,
  isMissing,
  manifestName,
  type Scan,
  scan,
} from './directory.ts'
import { diskError, STORE_GONE, STORE_NONE, STORE_OTHER_JOB } from './errors.ts'
import type { FileSystem } from './file-system.ts'
import { type BadManifest, type BlockRef, checkpointOf, type Manifest } from './manifest.ts'
import { nodeFileSystem } from './node/node-file-system.ts'
import type { Checkpoint, StoreReader } from './store.ts'

interface ReaderOptions {
  readonly fs: FileSystem
  readonly directory: string
  readonly job: string
}

/** Checkpoints of a directory that is looked at, by its holder or by others. */
export class CheckpointReader implements StoreReader {
  readonly directory: string
  readonly job: string
  protected readonly fs: FileSystem
  protected manifests: readonly Manifest[]
  /** Files of checkpoints that cannot be read. */
  protected readonly damaged: Map<string, BadManifest>
  readonly #holds: boolean
  readonly #of = new WeakMap<Checkpoint, Manifest>()
  readonly #views = new WeakMap<Manifest, Checkpoint>()

  /** `holds`: nobody else changes what is there. */
  constructor(options: ReaderOptions, found: Scan, holds: boolean) {
    this.fs = options.fs
    this.directory = options.directory
    this.job = options.job
    this.manifests = found.manifests
    this.damaged = new Map(found.damaged)
    this.#holds = holds
  }

  latest(): Checkpoint | undefined {
    const manifest = this.latestManifest()
    return manifest === undefined ? undefined : this.view(manifest)
  }

  checkpoints(): readonly Checkpoint[] {
    return this.manifests
      .map((manifest) => this.view(manifest))
      .toSorted((a, b) => a.id - b.id || (a.savepoint === undefined ? 1 : -1))
  }

  savepoint(name: string): Checkpoint | undefined {
    const found = this.manifests.find((manifest) => manifest.savepoint === name)
    if (found !== undefined) return this.view(found)
    const file = manifestName({ id: 0, savepoint: name })
    const damage = this.damaged.get(file)
    if (damage === undefined) return undefined
    throw damagedManifest(this.directory, this.manifests, file, damage)
  }

  async read(section: string, of: Checkpoint | undefined = this.latest()): Promise<Uint8Array[]> {
    if (of === undefined) return []
    const manifest = this.manifestOf(of)
    const blocks: Uint8Array[] = []
    for (const ref of manifest.sections.get(section) ?? []) {
      blocks.push(await this.readRef(ref, manifest))
    }
    return blocks
  }

  protected latestManifest(): Manifest | undefined {
    return this.manifests.findLast((manifest) => manifest.savepoint === undefined)
  }

  protected manifestOf(checkpoint: Checkpoint): Manifest {
    const manifest = this.#of.get(checkpoint)
    if (manifest === undefined) {
      throw new TypeError(`Checkpoint ${checkpoint.id} is none of this store.`)
    }
    return manifest
  }

  protected view(manifest: Manifest): Checkpoint {
    let view = this.#views.get(manifest)
    if (view === undefined) {
      view = checkpointOf(manifest)
      this.#views.set(manifest, view)
      this.#of.set(view, manifest)
    }
    return view
  }

  protected async readRef(ref: BlockRef, manifest: Manifest): Promise<Uint8Array> {
    const { fs, directory, manifests } = this
    const at = ref.offset
    try {
      const bytes = await readBlock(fs, directory, ref)
      if (bytes !== undefined) return bytes
    } catch (error) {
      if (!isMissing(error)) throw diskError(error, join(directory, blocksName(ref.file)))
      const isKept = this.#holds && this.manifests.includes(manifest)
      if (!isKept) throw STORE_GONE({ id: manifest.id, directory }, {}, error)
      throw damagedBlock(directory, manifests, { file: ref.file, at }, 'the file is missing')
    }
    const reason = `its block of ${ref.length} bytes is not what was written`
    throw damagedBlock(directory, manifests, { file: ref.file, at }, reason)
  }
}

/** The same, unless it is the state of another job. @throws STORE_OTHER_JOB */
export function ofJob(found: Scan, directory: string, job: string): Scan {
  const other = found.manifests.find((manifest) => manifest.job !== job)
  if (other === undefined) return found
  throw STORE_OTHER_JOB({ directory, job, found: other.job })
}

/**
 * The checkpoints in a directory, without holding it: also of a job that runs. What its holder removes meanwhile cannot be read
 * any more (`STORE_GONE`). Rejects with `STORE_NONE`, `STORE_CORRUPT`, `STORE_NEWER` and errors of the disk.
 */
export async function readStore(options: {
  readonly directory: string
  /** The disk of this machine by default. */
  readonly fs?: FileSystem
}): Promise<StoreReader> {
  const { directory, fs = nodeFileSystem } = options
  // The holder may remove a file between our listing it and our reading it: then there is a newer checkpoint to read.
  for (let attempt = 1; ; attempt++) {
    try {
      const found = await scan(fs, directory)
      const job = found.manifests[0]?.job
      if (job === undefined) throw STORE_NONE({ directory })
      return new CheckpointReader({ fs, directory, job }, found, false)
    } catch (error) {
      const cause = error instanceof Error && isMissing(error.cause) ? error.cause : error
      if (!isMissing(cause)) throw diskError(error, directory)
      if (attempt === 5) throw STORE_NONE({ directory })
    }
  }
}
