import type { Durability } from './store/database.ts'
import type { StreamRuntime } from './stream-runtime.ts'

interface Waiting {
  readonly text: string
  readonly durability: Durability
  readonly resolve: (offset: number) => void
  readonly reject: (error: unknown) => void
}

/** The most messages of one transaction, so that the event loop has its turns. */
const commitMax = 1000

/** Gathers what is appended, so that one sync of the disk serves many. */
export class AppendQueue {
  readonly #commit: (texts: readonly string[], durability: Durability) => Promise<number>
  readonly #runtime: StreamRuntime
  readonly #size: number
  readonly #delayMs: number
  #waiting: Waiting[] = []
  #working: Promise<void> | undefined
  #cancel: (() => void) | undefined

  /** `commit` writes texts in one transaction and tells the offset of the first. */
  constructor(
    commit: (texts: readonly string[], durability: Durability) => Promise<number>,
    options: {
      readonly runtime: StreamRuntime
      /** So many are waited for, `delayMs` at most. */
      readonly size: number
      readonly delayMs: number
    },
  ) {
    this.#commit = commit
    this.#runtime = options.runtime
    this.#size = options.size
    this.#delayMs = options.delayMs
  }

  /** Resolves to the offset of the message once it is as durable as asked for. */
  add(text: string, durability: Durability): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ text, durability, resolve, reject })
      if (this.#waiting.length === this.#size) this.#start()
      else if (this.#waiting.length === 1 && this.#size > 1) {
        this.#cancel = this.#runtime.timer(this.#delayMs, () => this.#start())
      }
    })
  }

  /** Writes all that waits. Failures are those of `add`. */
  async flush(): Promise<void> {
    while (this.#waiting.length > 0 || this.#working !== undefined) {
      this.#start()
      await this.#working
    }
  }

  #start(): void {
    this.#cancel?.()
    this.#cancel = undefined
    this.#working ??= this.#work()
  }

  async #work(): Promise<void> {
    // What else is appended in this turn goes with it.
    await new Promise<void>((resolve) => {
      this.#runtime.schedule(resolve)
    })
    while (this.#waiting.length > 0) await this.#write()
    // In this very turn: who came later must not believe that somebody is still at work.
    this.#working = undefined
  }

  async #write(): Promise<void> {
    const batch = this.#waiting.splice(0, commitMax)
    const isSynced = batch.some(({ durability }) => durability === 'synced')
    const texts = batch.map(({ text }) => text)
    try {
      const first = await this.#commit(texts, isSynced ? 'synced' : 'relaxed')
      for (const [index, { resolve }] of batch.entries()) resolve(first + index)
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }
}
