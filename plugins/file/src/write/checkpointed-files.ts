import { rename, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import type { AbortResult, PrepareOptions, RecoverOptions, SinkToken } from '@millrace/sdk'
import { FILE_EXISTS } from '../errors.ts'
import { type FileEntry, type FileToken, packToken, unpackToken } from './file-token.ts'
import { realTarget } from './file-target.ts'
import type { FilesOptions } from './files-options.ts'
import { cutTo, demandSize, giveNameAgain } from './give-name.ts'
import { goBack, type LeftFile } from './go-back.ts'
import { hiddenPath, keepHidden, removeAbandoned, removeHidden } from './hidden-files.ts'
import { partPath } from './part-path.ts'
import { nextMark } from './owner.ts'
import { severalAtOnce } from './several-at-once.ts'
import { dropTemporary } from './temporary-files.ts'

/** What a checkpoint knows of the files of a sink, and how they become again what it knows. */
export class CheckpointedFiles {
  readonly #options: FilesOptions
  /** What killed processes had begun may be in the folders. */
  #isUntidy = false

  constructor(options: FilesOptions) {
    this.#options = options
  }

  async prepare({ checkpoint, final }: PrepareOptions): Promise<SinkToken> {
    const { inParts, marks, outputs, touches } = this.#options
    marks.hasCheckpoints = true
    const parts = inParts ? await this.#finishParts(checkpoint) : new Map<string, number>()
    const entries = inParts ? new Map<string, FileEntry>() : await outputs.prepare(final)
    await marks.settle()
    touches?.prepare()
    // In a steady order, whichever file the disk was done with first.
    const files = new Map(
      [...entries]
        .map(([path, entry]): [string, FileEntry] => [this.#nameOf(path), entry])
        .toSorted(byName),
    )
    return packToken({ mark: marks.mark, final, checkpoint, files, parts })
  }

  /** Gives names to what the token names, as often as it is called. */
  async commit(plain: SinkToken): Promise<void> {
    const { folder, isTemplate, marks, outputs, touches, writer } = this.#options
    const token = unpackToken(plain)
    await this.#keep(token)
    // By now each sink of the job has taken up what is its own.
    if (this.#isUntidy) await removeAbandoned(folder, isTemplate)
    this.#isUntidy = false
    if (token.final) {
      await outputs.release()
      writer.forget()
      await this.#nameFiles(token)
      await touches?.remove()
    } else await touches?.commit()
    await this.#nameParts(token.parts)
    await marks.settle()
  }

  /** What it names outlives the process from now on; the first time all hidden files get other names for that. */
  async #keep({ parts }: FileToken): Promise<void> {
    const { folder, marks, outputs } = this.#options
    if (marks.isKept) return
    marks.keep()
    await outputs.keep()
    await severalAtOnce(parts.keys(), (name) => keepHidden(resolve(folder, name), marks.mark))
  }

  /** The same at the end of a job without checkpoints. */
  async commitAll(): Promise<void> {
    const { inParts, marks, outputs, writer } = this.#options
    if (inParts) await this.#nameParts(await this.#finishParts(1))
    else await outputs.commit()
    writer.forget()
    await marks.settle()
  }

  async recover(plain: SinkToken): Promise<void> {
    const { folder, isTemplate, marks, touches } = this.#options
    const token = unpackToken(plain)
    marks.keep(token.mark)
    // Perhaps the process that made the checkpoint did not come to it.
    await severalAtOnce(token.parts.keys(), (name) => keepHidden(resolve(folder, name), token.mark))
    await severalAtOnce(token.files.keys(), async (name) =>
      keepHidden(await realTarget(this.#pathOf(name)), token.mark),
    )
    await this.#nameParts(token.parts)
    if (token.final) await this.#nameFiles(token)
    const left = new Map<string, LeftFile>()
    const expected = new Set<string>()
    await severalAtOnce(token.files, async ([name, entry]) => {
      const path = this.#pathOf(name)
      const real = await realTarget(path)
      left.set(real, { path, entry: await this.#cut(path, real, entry, expected) })
    })
    const isNamed = (real: string): boolean => left.has(real)
    await touches?.takeBack(isNamed)
    const next = nextMark(token.mark)
    await removeHidden(folder, { mark: token.mark, expected, deep: isTemplate })
    if (token.final) {
      await touches?.remove()
      // What is written now must not be taken for what the token names, should this run be killed too.
      marks.keep(next)
      await touches?.takeBack(isNamed)
    }
    await marks.settle()
    this.#takeUp(left)
  }

  /** Goes on from a savepoint instead of the last checkpoint, under a mark of its own: that one stays until the next is durable. */
  async goBack(token: SinkToken | undefined, { last }: RecoverOptions): Promise<void> {
    const { marks } = this.#options
    marks.hasCheckpoints = true
    const pathOf = (name: string): string => this.#pathOf(name)
    const left = await goBack(token && unpackToken(token), last && unpackToken(last), {
      ...this.#options,
      pathOf,
      nameParts: (parts, mark) => this.#nameParts(parts, mark),
    })
    await marks.settle()
    this.#takeUp(left)
  }

  /** Takes away what a run has left hidden that nobody goes on from. */
  async forget(token: SinkToken): Promise<void> {
    const { folder, isTemplate, touches } = this.#options
    const { mark } = unpackToken(token)
    await removeHidden(folder, { mark, expected: new Set(), deep: isTemplate })
    await touches?.forget(mark)
  }

  async abort(): Promise<AbortResult> {
    const result = await this.#options.writer.abort()
    this.#options.writer.forget()
    await this.#options.touches?.close()
    return result
  }

  #takeUp(left: ReadonlyMap<string, LeftFile>): void {
    const { outputs, takeUp } = this.#options
    this.#isUntidy = true
    for (const [real, { path, entry }] of left) outputs.adopt(path, takeUp(path, real, entry))
  }

  /** Makes a file what its entry says; resolves to what is known of it from now on. */
  async #cut(
    path: string,
    real: string,
    entry: FileEntry,
    expected: Set<string>,
  ): Promise<FileEntry> {
    const { marks, mode } = this.#options
    const { body, size, columns } = entry
    if (mode === 'append') {
      await cutTo(path, real, body ?? size)
      return { size: body ?? size, columns }
    }
    if (body !== undefined) {
      await demandSize(path, real, size)
      return { ...entry, ours: true }
    }
    const hidden = marks.hidden(real)
    expected.add(hidden)
    await cutTo(path, hidden, size)
    return entry
  }

  async #nameFiles({ files }: FileToken): Promise<void> {
    const { marks, mode } = this.#options
    if (mode === 'append') return
    await severalAtOnce(files, async ([name, { ours, size }]) => {
      const path = this.#pathOf(name)
      const real = await realTarget(path)
      const hidden = marks.hidden(real)
      await giveNameAgain({ path, hidden, real, mode, isOurs: ours === true }, size)
      marks.changed([dirname(real)])
    })
  }

  /** Closes the part of each file; the next record opens new ones. */
  async #finishParts(number: number): Promise<ReadonlyMap<string, number>> {
    const { folder, marks, mode, outputs, writer } = this.#options
    const entries = await outputs.prepare(true)
    await outputs.release()
    writer.forget()
    const parts = new Map<string, number>()
    await severalAtOnce(entries, async ([path, { size }]) => {
      const real = await realTarget(path)
      const part = partPath(real, number)
      if (mode === 'fail' && (await stat(part).catch(() => undefined)) !== undefined) {
        throw FILE_EXISTS({ path: part })
      }
      const hidden = marks.hidden(real)
      await rename(hidden, marks.hidden(part))
      dropTemporary(hidden)
      marks.changed([dirname(part)])
      parts.set(relative(folder, part), size)
    })
    return parts
  }

  async #nameParts(parts: FileToken['parts'], mark?: string): Promise<void> {
    const { folder, marks, mode } = this.#options
    await severalAtOnce(parts, async ([name, size]) => {
      const real = resolve(folder, name)
      const hidden = mark === undefined ? marks.hidden(real) : hiddenPath(real, mark, 'pending')
      const kind = mode === 'fail' ? 'fail' : 'replace'
      await giveNameAgain({ path: real, hidden, real, mode: kind, isOurs: false }, size)
      marks.changed([dirname(real)])
    })
  }

  #nameOf(path: string): string {
    const { folder, isTemplate } = this.#options
    return isTemplate ? relative(folder, path) : basename(path)
  }

  #pathOf(name: string): string {
    const { folder, isTemplate, path } = this.#options
    return isTemplate ? join(folder, name) : path
  }
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1
}
