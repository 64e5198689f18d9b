import type { Output } from './output.ts'

const committedAtOnce = 16

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

  async commit(): Promise<void> {
    // Several at a time: each waits for the disk.
    const outputs = [...this.#outputs.values()]
    for (let at = 0; at < outputs.length; at += committedAtOnce) {
      const settled = await Promise.allSettled(
        outputs.slice(at, at + committedAtOnce).map((output) => output.commit()),
      )
      for (const one of settled) if (one.status === 'rejected') throw one.reason
    }
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
