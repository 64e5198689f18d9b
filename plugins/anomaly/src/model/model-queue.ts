import { ANOMALY_MODEL_ANSWER } from '../errors.ts'
import type { Model, WindowShape } from './model.ts'

interface Waiting {
  readonly window: Float32Array
  readonly signal: AbortSignal
  readonly settle: (values: Float32Array | undefined) => void
}

/** What goes to a model, and what is to come back. */
export interface QueueShape extends WindowShape {
  /** Numbers that it gives for a window. */
  readonly size: number
}

/**
 * Brings windows to a model in batches: those that come while it works on others go together, `most` at once. What it
 * cannot answer is undefined.
 */
export class ModelQueue {
  readonly model: Model
  readonly #shape: QueueShape
  readonly #most: number
  readonly #failed: (error: unknown) => void
  readonly #waiting: Waiting[] = []
  /** Stops what the model has in hand. */
  #inHand: AbortController | undefined
  #working: Promise<void> | undefined
  #isClosed = false

  /** `failed` hears why windows got no answer. */
  constructor(model: Model, shape: QueueShape, most: number, failed: (error: unknown) => void) {
    this.model = model
    this.#shape = shape
    this.#most = most
    this.#failed = failed
  }

  /** What the model makes of a window; undefined: it failed, or nobody waits any more. Never rejects. */
  ask(window: Float32Array, signal: AbortSignal): Promise<Float32Array | undefined> {
    return new Promise((settle) => {
      signal.addEventListener('abort', () => settle(undefined), { once: true })
      this.#waiting.push({ window, signal, settle })
      // Whoever is run in the same turn comes along.
      this.#working ??= Promise.resolve().then(() => this.#work())
    })
  }

  /** Closes the model as soon as it is done with what it has in hand. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#inHand?.abort()
    await this.#working
    await this.model.close()
  }

  async #work(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#isClosed) {
      const batch = this.#waiting.splice(0, this.#most).filter(({ signal }) => !signal.aborted)
      if (batch.length > 0) await this.#run(batch)
    }
    for (const { settle } of this.#waiting.splice(0)) settle(undefined)
    this.#working = undefined
  }

  async #run(batch: readonly Waiting[]): Promise<void> {
    const { dimensions, size, window: points } = this.#shape
    const each = points * dimensions
    const windows = new Float32Array(batch.length * each)
    for (const [at, { window }] of batch.entries()) windows.set(window, at * each)
    const end = (this.#inHand = endOf(batch))
    try {
      const values = await this.model.run(windows, batch.length, end.signal)
      end.signal.throwIfAborted()
      checkSize(values.length, batch.length, size)
      for (const [at, { settle }] of batch.entries()) {
        settle(values.slice(at * size, (at + 1) * size))
      }
    } catch (error) {
      if (!this.#isClosed) this.#failed(end.signal.aborted ? end.signal.reason : error)
      for (const { settle } of batch) settle(undefined)
    }
  }
}

function checkSize(got: number, count: number, size: number): void {
  if (got === count * size) return
  const [numbers, windows] = [counted(got, 'number'), counted(count, 'window')]
  throw ANOMALY_MODEL_ANSWER({ got: `${numbers} for ${windows}, not ${count * size}` })
}

const counted = (count: number, thing: string): string =>
  `${count} ${thing}${count === 1 ? '' : 's'}`

/** Aborted when all of them are: nobody waits any more. */
function endOf(batch: readonly Waiting[]): AbortController {
  const end = new AbortController()
  let left = batch.length
  const gone = (): void => {
    left--
    if (left === 0) end.abort(ANOMALY_MODEL_ANSWER({ got: 'nothing in time' }))
  }
  for (const { signal } of batch) signal.addEventListener('abort', gone, { once: true })
  return end
}
