import { messageOf, parseDuration } from '@millrace/base'
import type { EvaluationContext } from '@millrace/expression'
import type { Injection, StageScope } from '@millrace/sdk'
import { type AnomalyParameters, textsOf } from '../anomaly-parameters.ts'
import type { JudgePlan } from '../judge-plan.ts'
import { RecordJudge } from '../record-judge.ts'
import { ModelJudge, type Told } from './model-judge.ts'
import type { ModelParameters } from './model-parameters.ts'
import { ModelQueue } from './model-queue.ts'
import { ModelWindow, type ModelWindowOptions } from './model-window.ts'
import { openModel } from './open-model.ts'

type Scope = StageScope & Injection<AnomalyParameters>

/** A queue that instances of a stage share, and how many of them have it open. */
interface Shared {
  queue: Promise<ModelQueue> | undefined
  users: number
}

/** Judges records by what a model says of the last points of their key, with all workers of the stage together at one queue. */
export class ModelRecords {
  readonly judge: RecordJudge<ModelJudge>
  readonly #scope: Scope
  readonly #model: ModelParameters
  readonly #shared: Shared
  readonly #deadlineMs: number
  readonly #answered: { add(count: number): void }
  readonly #unanswered: { add(count: number): void }
  #queue: ModelQueue | undefined

  constructor(scope: Scope, model: ModelParameters, plan: JudgePlan) {
    const { expressions, id, metrics, parameters, shared, state } = scope
    const create = (): ModelJudge => new ModelJudge(plan.options, windowOptions(parameters, model))
    this.judge = new RecordJudge(parameters, { ...plan, create }, expressions, state)
    this.#scope = scope
    this.#model = model
    const make = (): Shared => ({ queue: undefined, users: 0 })
    this.#shared = shared?.(`model of ${id}`, make) ?? make()
    this.#deadlineMs = parseDuration(model.deadline) ?? Number.NaN
    this.#answered = metrics.counter('modelAnswers')
    this.#unanswered = metrics.counter('modelFallbacks')
  }

  async open(): Promise<void> {
    const shared = this.#shared
    shared.users++
    shared.queue ??= this.#openQueue()
    try {
      this.#queue = await shared.queue
    } catch (error) {
      shared.users--
      shared.queue = undefined
      throw error
    }
  }

  async close(): Promise<void> {
    if (this.#queue === undefined) return
    const queue = this.#queue
    this.#queue = undefined
    this.#shared.users--
    if (this.#shared.users > 0) return
    this.#shared.queue = undefined
    await queue.close()
  }

  /** The record with what was found of it. Throws of that record, as `RecordJudge.take` does; then nothing was learnt of it. */
  async take(record: unknown, at: EvaluationContext): Promise<Record<string, unknown>> {
    const ready = this.judge.ready(record, at)
    if (ready !== undefined) ready.judge.told = await this.#ask(ready.point, ready.judge.window)
    return this.judge.take(record, at)
  }

  async #ask(point: Float64Array, window: ModelWindow): Promise<Told | undefined> {
    const queue = this.#queue
    const shown = window.of(point)
    if (shown === undefined || queue === undefined) return undefined
    const end = new AbortController()
    const cancel = this.#scope.timer(this.#deadlineMs, () => end.abort())
    const values = await queue.ask(shown, end.signal)
    cancel()
    const raw = values && window.strangeness(point, shown, values)
    const { id } = queue.model
    ;(raw === undefined ? this.#unanswered : this.#answered).add(1)
    if (values === undefined || raw === undefined) return undefined
    return { id, name: 'model', raw, expected: window.expected(values) }
  }

  async #openQueue(): Promise<ModelQueue> {
    const { clock, logger, parameters } = this.#scope
    const { batch, gives, window } = this.#model
    const dimensions = textsOf(parameters).length
    const model = await openModel(this.#model, dimensions)
    const size = ModelWindow.answer({ dimensions, gives, window })
    let failures = 0
    const failed = (error: unknown): void => {
      failures++
      // What goes on failing is told now and then.
      if (!Number.isInteger(Math.log2(failures))) return
      const fields = { failures, error: reasonOf(error) }
      logger.warn('The model gave no answer; the detector judged in its place.', fields)
    }
    const rest = { now: () => clock.monotonic(), firstMs: this.#deadlineMs }
    return new ModelQueue(model, { dimensions, size, window }, batch, failed, rest)
  }
}

/** An error of `fetch` only says by its cause what failed. */
function reasonOf(error: unknown): string {
  const { cause } = Object(error) as { readonly cause?: unknown }
  return cause === undefined ? messageOf(error) : `${messageOf(error)}: ${messageOf(cause)}`
}

/** At most so many bytes are kept of a key. */
export function modelBytes(
  parameters: AnomalyParameters,
  model: ModelParameters,
  { options }: JudgePlan,
): number {
  return ModelJudge.bytes(options(), windowOptions(parameters, model))
}

function windowOptions(
  parameters: AnomalyParameters,
  { gives, scale, window }: ModelParameters,
): ModelWindowOptions {
  const length = Math.max(10 * window, parameters.warmup)
  return { window, gives, scale, length, dimensions: textsOf(parameters).length }
}
