import { counted } from '../counted.ts'
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

/** How long a model is not asked when it gave nothing in time. */
export interface Rest {
  /** Of a clock, in ms. */
  readonly now: () => number
  /** The first time; then twice as long each time, up to 64 times that, until the model answers. */
  readonly firstMs: number
}

/** Doublings of the rest. */
const DOUBLINGS = 6

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
  readonly #rest: Rest
  /** Batches without an answer in time, one behind the other. */
  #unanswered = 0
  #restsUntil = -Infinity

  /** `failed` hears why windows got no answer. Default of `rest`: none. */
  constructor(
    model: Model,
    shape: QueueShape,
    most: number,
    failed: (error: unknown) => void,
    rest: Rest = { now: () => 0, firstMs: 0 },
  ) {
    this.#rest = rest
    this.model = model
    this.#shape = shape
    this.#most = most
    this.#failed = failed
  }

  /** What the model makes of a window; undefined: it failed, rests, or nobody waits any more. Never rejects. */
  ask(window: Float32Array, signal: AbortSignal): Promise<Float32Array | undefined> {
    if (this.#isResting) return Promise.resolve(undefined)
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

  get #isResting(): boolean {
    return this.#unanswered > 0 && this.#rest.now() < this.#restsUntil
  }

  async #work(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#isClosed && !this.#isResting) {
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
      this.#unanswered = 0
      this.#settle(batch, values)
    } catch (error) {
      if (end.signal.aborted) this.#takeRest()
      if (!this.#isClosed) this.#failed(end.signal.aborted ? end.signal.reason : error)
      for (const { settle } of batch) settle(undefined)
    }
  }

  #settle(batch: readonly Waiting[], values: Float32Array): void {
    const { size } = this.#shape
    let odd = 0
    for (const [at, { settle }] of batch.entries()) {
      const own = values.slice(at * size, (at + 1) * size)
      const isWhole = own.every(Number.isFinite)
      if (!isWhole) odd++
      settle(isWhole ? own : undefined)
    }
    if (odd === 0) return
    const of = counted(batch.length, 'window')
    this.#failed(ANOMALY_MODEL_ANSWER({ got: `NaN or infinite numbers for ${odd} of ${of}` }))
  }

  #takeRest(): void {
    const { firstMs, now } = this.#rest
    this.#restsUntil = now() + firstMs * 2 ** Math.min(this.#unanswered, DOUBLINGS)
    this.#unanswered++
  }
}

function checkSize(got: number, count: number, size: number): void {
  if (got === count * size) return
  const [numbers, windows] = [counted(got, 'number'), counted(count, 'window')]
  throw ANOMALY_MODEL_ANSWER({ got: `${numbers} for ${windows}, not ${count * size}` })
}

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
