import type { BlockFile } from './block-file.ts'
import { diskError } from './errors.ts'
import { type BlockRef, filesOf, type Manifest } from './manifest.ts'
import { planRewrites, type Replacement, type Rewrite } from './rewrites.ts'
import type { Merge } from './store.ts'

/** What a rewriter needs of its store. */
interface RewriterOptions {
  readonly merge: Merge | undefined
  readonly worthBytes: number
  /** Files of blocks on disk, with their bytes. */
  readonly files: Map<number, number>
  readonly newFile: () => BlockFile
  readonly readRef: (ref: BlockRef, manifest: Manifest) => Promise<Uint8Array>
  /** Told what nobody would hear of else: blocks that are damaged, or that cannot be merged. */
  readonly onFault: (error: unknown) => void
}

/** Merges and moves blocks while commits go on; the next commit refers to the new blocks. */
export class Rewriter {
  readonly #options: RewriterOptions
  #manifest: Manifest | undefined
  #done: Promise<void> = Promise.resolve()
  #replacements: readonly Replacement[] = []
  #stopped = false

  constructor(options: RewriterOptions) {
    this.#options = options
  }

  /** What is written and waits for a commit. */
  get replacements(): readonly Replacement[] {
    return this.#replacements
  }

  /** Files that must stay for it. */
  get needed(): number[] {
    const written = this.#replacements.flatMap(({ refs }) => refs.map((ref) => ref.file))
    return this.#manifest === undefined ? written : [...written, ...filesOf(this.#manifest).keys()]
  }

  /** Begins with what this checkpoint has to be rewritten, unless it is at work or was not heard yet. */
  start(manifest: Manifest): void {
    if (this.#manifest !== undefined || this.#replacements.length > 0) return
    const { files, merge, worthBytes } = this.#options
    const plan = planRewrites(manifest, files, { merges: merge !== undefined, worthBytes })
    if (plan.length === 0) return
    this.#manifest = manifest
    this.#done = this.#rewrite(plan, manifest)
  }

  /** A commit refers to these now, or has nothing they could stand for. */
  forget(replacements: readonly Replacement[]): void {
    this.#replacements = this.#replacements.filter((entry) => !replacements.includes(entry))
  }

  /** Ends with the block in hand. */
  async stop(): Promise<void> {
    this.#stopped = true
    await this.#done
  }

  async #rewrite(plan: readonly Rewrite[], manifest: Manifest): Promise<void> {
    const { files, newFile, onFault } = this.#options
    const file = newFile()
    const replacements: Replacement[] = []
    try {
      for (const rewrite of plan) {
        if (this.#stopped) break
        replacements.push(await this.#replace(rewrite, manifest, file))
      }
      await file.finish()
      if (file.made) files.set(file.number, file.size)
      this.#replacements = replacements
    } catch (error) {
      await file.abandon()
      // A disk that is full or fails is told by the next commit that meets it.
      if (diskError(error, file.path) === error) onFault(error)
    } finally {
      this.#manifest = undefined
    }
  }

  async #replace(rewrite: Rewrite, manifest: Manifest, file: BlockFile): Promise<Replacement> {
    const { section, refs: old, first, merge: merged } = rewrite
    const { merge, readRef } = this.#options
    const blocks: Uint8Array[] = []
    for (const ref of old) blocks.push(await readRef(ref, manifest))
    const written = merged && merge !== undefined ? await merge(section, blocks, first) : blocks
    const refs: BlockRef[] = []
    for (const block of written) refs.push(await file.add(block))
    return { section, old, refs }
  }
}
