import type { Disk } from './durable.ts'
import { type HiddenKind, hiddenPath } from './hidden-files.ts'

/** What the files of one sink have in common: the names of their hidden files, and what is to be synced. */
export class RunMarks {
  readonly disk: Disk
  /** Whether there can be checkpoints, which name checksums. */
  readonly prepares: boolean
  #mark: string
  #kind: HiddenKind = 'partial'
  /** Whether the job has checkpoints. */
  hasCheckpoints = false
  /** Folders whose names have changed. */
  readonly #folders = new Set<string>()

  constructor(mark: string, disk: Disk, prepares = true) {
    this.#mark = mark
    this.disk = disk
    this.prepares = prepares
  }

  get mark(): string {
    return this.#mark
  }

  /** Whether the hidden files outlive the process: a durable checkpoint names them. */
  get isKept(): boolean {
    return this.#kind === 'pending'
  }

  /** A checkpoint is durable. `mark`: that of the checkpoint which the job goes on from. */
  keep(mark = this.#mark): void {
    this.hasCheckpoints = true
    this.#kind = 'pending'
    this.#mark = mark
  }

  /** Where a file is written until it takes its name. */
  hidden(real: string): string {
    return hiddenPath(real, this.#mark, this.#kind)
  }

  changed(folders: Iterable<string>): void {
    for (const folder of folders) this.#folders.add(folder)
  }

  /** Brings the names to the disk that have changed. */
  async settle(): Promise<void> {
    for (const folder of this.#folders) await this.disk.syncFolder(folder)
    this.#folders.clear()
  }
}
