import type { FileEntry } from './file-token.ts'
import type { Output } from './output.ts'
import { severalAtOnce } from './several-at-once.ts'

/** The files of a sink whose path depends on the record: all that were written, and few of them open. */
export class OutputSet {
  readonly #maxOpen: number
  readonly #open: (path: string) => Promise<Output>
  readonly #outputs = new Map<string, Output>()
  // In the order of last use: the first one is closed when another needs its place.
  readonly #recent = new Set<string>()

  constructor(maxOpen: number, open: (path: string) => Promise<Output>) {
    this.#maxOpen = maxOpen
    this.#open = open
  }

  /** Whether the path was opened before, be it open or not. */
  has(path: string): boolean {
    return this.#outputs.has(path)
  }

  /** The output of a path if it is open. */
  get(path: string): Output | undefined {
    if (!this.#recent.delete(path)) return undefined
    this.#recent.add(path)
    return this.#outputs.get(path)
  }

  /** Opens an output, or takes it up again, and makes room for it first. */
  async open(path: string): Promise<Output> {
    if (this.#recent.size >= this.#maxOpen) {
      for (const oldest of this.#recent) {
        this.#recent.delete(oldest)
        await this.#outputs.get(oldest)?.suspend()
        break
      }
    }
    const output = this.#outputs.get(path) ?? (await this.#open(path))
    this.#outputs.set(path, output)
    this.#recent.add(path)
    return output
  }

  async flush(): Promise<void> {
    for (const path of this.#recent) await this.#outputs.get(path)?.flush()
  }

  /** Takes a file that an earlier run has left, not open. */
  adopt(path: string, output: Output): void {
    this.#outputs.set(path, output)
  }

  /** All that was written survives a crash when it resolves: what is to be known of each file, by path. */
  async prepare(closes: boolean): Promise<ReadonlyMap<string, FileEntry>> {
    const entries = new Map<string, FileEntry>()
    await severalAtOnce(this.#outputs, async ([path, output]) => {
      const entry = await output.prepare(closes)
      if (!this.#recent.has(path)) await output.suspend()
      entries.set(path, entry)
    })
    return entries
  }

  /** A durable checkpoint names the files. */
  async keep(): Promise<void> {
    await severalAtOnce(this.#outputs.values(), (output) => output.keep())
  }

  async commit(): Promise<void> {
    await severalAtOnce(this.#outputs.values(), (output) => output.commit())
    this.#clear()
  }

  /** Lets go of all files and leaves them as they are. */
  async release(): Promise<void> {
    await severalAtOnce(this.#outputs.values(), (output) => output.suspend())
    this.#clear()
  }

  /** Resolves to how many records are nowhere now. */
  async abort(): Promise<number> {
    let lost = 0
    for (const output of this.#outputs.values()) lost += await output.abort()
    this.#clear()
    return lost
  }

  #clear(): void {
    this.#outputs.clear()
    this.#recent.clear()
  }
}
