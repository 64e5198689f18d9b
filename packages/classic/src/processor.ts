import type { RecordContext, StageFactory } from '@millrace/sdk'
import type { FailurePolicy } from './failure-policy.ts'
import { Result } from './result.ts'
import {
  type InitialOptions,
  StagedState,
  type StateAccess,
  type StateOptions,
  type StateStore,
} from './state-store.ts'
import type { StreamEvent } from './stream-event.ts'
import type { StreamRef, Target } from './stream.ts'

/** What a processor may do beside returning a result. Valid until the event has been dealt with. */
export interface ProcessorContext<R = unknown> extends StateAccess {
  /** No event earlier than this was expected when this one came, epoch ms. */
  readonly watermark: number
  /** Whether this one is earlier. */
  readonly isLate: boolean
  /** Aborts when the event's time is up, or all stops at once. */
  readonly signal: AbortSignal
  /** One more result, beside what is returned. */
  emit(result: R): void
  /** Fails the event. Return after it. */
  reject(code: string, message: string): void
  /** Counts the event as filtered for `reason`. */
  skip(reason: string): void
}

/** A processor of a stream. */
export interface ProcessorOptions<T = unknown, R = unknown> {
  readonly stream: StreamRef<T>
  /** Sees each event once, one at a time, in order. What it writes to the state counts only where it succeeds. */
  readonly process: (
    event: StreamEvent<T>,
    context: ProcessorContext<R>,
  ) => R | undefined | void | Promise<R | undefined | void>
  /** Where results go: a stream, or a function. Default: nowhere. */
  readonly to?: Target<R> | undefined
  /** Default `deadLetter`. `fail` makes publishing to the stream reject. */
  readonly onError?: FailurePolicy | undefined
  /** More failures than this share of the last `of` events fail the processor. Default 0.5 of 1000. */
  readonly errors?: { readonly atMost: number; readonly of: number } | undefined
  /** For an event of an asynchronous processor, such as `5s`. Default `30s`. */
  readonly timeout?: string | undefined
  /** Most events that wait for it; then publishing waits. Default 1,024. */
  readonly capacity?: number | undefined
}

/** One event in hand. Each has its own: what an abandoned one does later must not touch its successor. */
class EventScope implements ProcessorContext {
  readonly watermark: number
  readonly isLate: boolean
  readonly #event: StreamEvent
  readonly #context: RecordContext
  readonly #state: StagedState
  #signal: AbortSignal | undefined
  #isOver = false

  constructor(event: StreamEvent, context: RecordContext, store: StateStore) {
    this.#event = event
    this.#context = context
    this.#state = new StagedState(store)
    this.watermark = context.watermark
    this.isLate = event.eventTime < context.watermark
  }

  get signal(): AbortSignal {
    this.#signal ??= this.#context.signal
    return this.#signal
  }

  get #isDead(): boolean {
    return this.#isOver || this.#signal?.aborted === true
  }

  getState<T>(key: string, options: InitialOptions<T>): T
  getState(key: string, options?: StateOptions): unknown
  getState(key: string, options?: StateOptions): unknown {
    return this.#state.getState(key, options)
  }

  updateState(key: string, value: unknown, options?: StateOptions): void {
    if (!this.#isDead) this.#state.updateState(key, value, options)
  }

  emit(result: unknown): void {
    if (!this.#isDead) this.#context.emit(new Result(result, this.#event))
  }

  reject(code: string, message: string): void {
    if (this.#isDead) return
    this.#isOver = true
    this.#context.reject(code, message)
  }

  skip(reason: string): void {
    if (!this.#isDead) this.#context.skip(reason)
  }

  finish(value: unknown): Result | undefined {
    if (this.#isDead) return undefined
    this.#isOver = true
    this.#state.commit()
    return value === undefined ? undefined : new Result(value, this.#event)
  }
}

/** The stage that runs a processor's function. */
export function processorFactory(
  process: (event: never, context: ProcessorContext) => unknown,
  store: StateStore,
  hasTarget: boolean,
): StageFactory {
  return {
    traits: {
      name: 'processor',
      inputs: ['in'],
      outputs: { out: 'What the processor returns.' },
      keeps: 'nothing',
      // Without a target an event that gives nothing has still been used.
      absorbs: !hasTarget,
    },
    create: () => ({
      process(event: StreamEvent, context: RecordContext) {
        const scope = new EventScope(event, context, store)
        const result = process(event as never, scope)
        if (!(result instanceof Promise)) return scope.finish(result)
        // Taken now: later the context belongs to another event.
        const { signal } = scope
        return signal.aborted ? undefined : result.then((value) => scope.finish(value))
      },
    }),
    dispose: () => undefined,
  }
}
