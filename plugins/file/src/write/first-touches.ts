import { type FileHandle, open, readFile, rm, stat, truncate } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { fileError } from '../errors.ts'
import type { RunMarks } from './run-marks.ts'

/**
 * The files that were appended to for the first time behind the last checkpoint, and their sizes before: no checkpoint names
 * them yet, and what was written there since must be found to be taken back. A hidden file of lines, on the disk before
 * the files that it names are touched.
 */
export class FirstTouches {
  readonly #folder: string
  readonly #marks: RunMarks
  #handle: FileHandle | undefined
  /** Since the last `prepare`. */
  #noted = 0

  constructor(folder: string, marks: RunMarks) {
    this.#folder = folder
    this.#marks = marks
  }

  get #path(): string {
    return this.#pathOf(this.#marks.mark)
  }

  #pathOf(mark: string): string {
    return join(this.#folder, `.${mark}.touched`)
  }

  /** To be called before the file is touched. `size` is undefined where it is not there yet. */
  async note(real: string, size: number | undefined): Promise<void> {
    const { disk } = this.#marks
    try {
      const isNew = this.#handle === undefined
      this.#handle ??= await open(this.#path, 'a')
      // The folder may be moved, or copied: then those of the first place are none of the copy's.
      const name = relative(this.#folder, real)
      await this.#handle.writeFile(`${JSON.stringify([name, size ?? null])}\n`)
      await disk.syncFile(this.#handle)
      if (isNew) await disk.syncFolder(dirname(this.#path))
      this.#noted++
    } catch (error) {
      throw fileError(error, this.#path, false)
    }
  }

  /** The checkpoint that is made now names all of them. */
  prepare(): void {
    this.#noted = 0
  }

  /** That checkpoint is durable. */
  async commit(): Promise<void> {
    if (this.#noted === 0) await this.#handle?.truncate(0)
  }

  /** Takes back what was written to files that the checkpoint does not name. `mark`: of the run that wrote it. */
  async takeBack(isNamed: (real: string) => boolean, mark = this.#marks.mark): Promise<void> {
    const path = this.#pathOf(mark)
    const text = await readFile(path, 'utf8').catch(() => '')
    for (const line of text.split('\n').slice(0, -1)) {
      const [name, size] = JSON.parse(line) as [string, number | null]
      const real = resolve(this.#folder, name)
      if (isNamed(real)) continue
      if (size === null) await rm(real, { force: true })
      else await cutBack(real, size)
    }
    await truncate(path, 0).catch(() => undefined)
  }

  /** Takes the list of a run away that nobody goes on from. */
  async forget(mark: string): Promise<void> {
    if (mark !== this.#marks.mark) await rm(this.#pathOf(mark), { force: true })
  }

  async close(): Promise<void> {
    const handle = this.#handle
    this.#handle = undefined
    await handle?.close()
  }

  /** Nothing more is written that would have to be taken back. */
  async remove(): Promise<void> {
    await this.close()
    await rm(this.#path, { force: true })
  }
}

/** Never makes a file longer: one that was cut already, or is gone, has nothing to take back. */
async function cutBack(real: string, size: number): Promise<void> {
  const found = await stat(real).catch(() => undefined)
  if (found !== undefined && found.size > size) await truncate(real, size)
}
