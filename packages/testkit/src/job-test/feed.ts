import { BATCH_MAX, type SourceFactory, type SourceTraits } from '@millrace/sdk'

/** A source that gives what it is told to, when it is told to. */
export class Feed {
  readonly factory: SourceFactory
  readonly #waiting: unknown[] = []
  #isOver = false
  #wake: () => void = () => {}

  /** `traits` are those of the source it stands for. */
  constructor(traits: Pick<SourceTraits, 'name' | 'ends'>) {
    this.factory = {
      traits: { name: traits.name, ends: traits.ends, replay: 'none' },
      create: () => ({ read: (_partition, _position, { signal }) => this.#read(signal) }),
      dispose: () => undefined,
    }
  }

  push(records: readonly unknown[]): void {
    for (const record of records) this.#waiting.push(record)
    this.#wake()
  }

  end(): void {
    this.#isOver = true
    this.#wake()
  }

  async *#read(signal: AbortSignal): AsyncGenerator<{ readonly values: readonly unknown[] }> {
    while (!signal.aborted) {
      if (this.#waiting.length > 0) yield { values: this.#waiting.splice(0, BATCH_MAX) }
      else if (this.#isOver) return
      else await this.#more(signal)
    }
  }

  #more(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
  }
}
