import { isMillraceError } from '@millrace/base'
import type { ConsumeOptions, ConsumerSettings } from './consumer-options.ts'
import { STREAM_LEASE_LOST } from '../errors.ts'
import type { Group } from './group.ts'
import type { Lease, Window } from './lease.ts'
import { type StreamRuntime, wait } from '../stream-runtime.ts'
import { sleep, wake } from '../wake.ts'

/**
 * Handles one window. What it returns goes to the sink; undefined, or the window, stands for the window's values. A throw: the
 * window is tried again. `signal` aborts when the lease was lost.
 */
export type Handler<T, R> = (
  window: Window<T>,
  context: { readonly signal: AbortSignal },
) => R | Promise<R>

/** What a consumer did, in windows. */
export interface ConsumerCounts {
  readonly done: number
  /** Attempts that failed, the last ones of dead windows included. */
  readonly failed: number
  readonly dead: number
}

type Parts<T, R> = ConsumerSettings & {
  readonly sink: ConsumeOptions<T, R>['sink'] | undefined
  readonly onFailure: ConsumeOptions<T, R>['onFailure'] | undefined
  readonly source: Group<T>
  readonly path: string
  readonly runtime: StreamRuntime
}

/** Takes windows of a group and gives them to a handler: at least once each. */
export class Consumer<T = unknown, R = unknown> {
  readonly #handler: Handler<T, R>
  readonly #parts: Parts<T, R>
  readonly #stop = new AbortController()
  readonly #counts = { done: 0, failed: 0, dead: 0 }

  /** Use `stream.consumer(handler, options)`. */
  constructor(handler: Handler<T, R>, parts: Parts<T, R>) {
    this.#handler = handler
    this.#parts = parts
  }

  /** Handles the next window, if there is one now; says whether there was. */
  async step(): Promise<boolean> {
    const lease = await this.#parts.source.take(this.#parts.take)
    if (lease === undefined) return false
    await this.#handle(lease)
    return true
  }

  /** Handles windows until it is stopped or the stream has ended. Rejects when the store fails, after what is in hand. */
  async run(): Promise<ConsumerCounts> {
    const workers = Array.from({ length: this.#parts.workers }, () => this.#work())
    const settled = await Promise.allSettled(workers)
    for (const one of settled) if (one.status === 'rejected') throw one.reason
    return { ...this.#counts }
  }

  /** No further window is taken. `run` resolves when those in hand are done. */
  stop(): void {
    this.#stop.abort()
  }

  async #work(): Promise<void> {
    const { path, pollMs, runtime, source } = this.#parts
    const { signal } = this.#stop
    try {
      while (!signal.aborted) {
        if (await this.step()) continue
        if (await source.isOver()) return
        await sleep(path, pollMs, { runtime, signal })
      }
    } catch (error) {
      // The others end too.
      this.stop()
      throw error
    }
  }

  async #handle(lease: Lease<T>): Promise<void> {
    const lost = new AbortController()
    const release = this.#hold(lease, lost)
    const counts = this.#counts
    try {
      const failed = await this.#attempt(lease, lost.signal)
      if (failed === undefined) {
        await lease.done({ keep: this.#parts.keep })
        counts.done++
        return
      }
      counts.failed++
      const then = await lease.fail(failed.error)
      if (then === 'dead') counts.dead++
      this.#parts.onFailure?.({ window: lease, error: failed.error, then })
    } catch (error) {
      if (!isMillraceError(error, STREAM_LEASE_LOST.code)) throw error
      counts.failed++
      this.#parts.onFailure?.({ window: lease, error, then: 'lost' })
    } finally {
      release()
      wake(this.#parts.path)
    }
  }

  /** Undefined, or what was thrown. */
  async #attempt(lease: Lease<T>, signal: AbortSignal): Promise<{ error: unknown } | undefined> {
    try {
      const result = await this.#handler(lease, { signal })
      const isPassed = result === undefined || (result as unknown) === lease
      await this.#forward(isPassed ? lease.values : result, lease)
      return undefined
    } catch (error) {
      return { error }
    }
  }

  async #forward(result: R | readonly T[], lease: Lease<T>): Promise<void> {
    const { runtime, sink, take } = this.#parts
    if (sink === undefined) return
    for (let tries = 1; ; tries++) {
      try {
        await sink(result, lease)
        return
      } catch (error) {
        if (tries >= take.attempts) throw error
        await wait(Math.min(take.backoffMsMax, take.backoffMs * 2 ** (tries - 1)), runtime)
      }
    }
  }

  /** Says now and then that the handler is alive; the result ends that. */
  #hold(lease: Lease<T>, lost: AbortController): () => void {
    const { runtime, take } = this.#parts
    let isHeld = true
    let cancel: () => void
    const beat = async (): Promise<void> => {
      try {
        await lease.extend()
      } catch (error) {
        if (isMillraceError(error, STREAM_LEASE_LOST.code) && isHeld) lost.abort()
        // Any other failure: the next beat, or `done`, will tell.
      }
      if (isHeld && !lost.signal.aborted) start()
    }
    const start = (): void => {
      cancel = runtime.timer(take.leaseMs / 3, () => void beat())
    }
    start()
    return () => {
      isHeld = false
      cancel()
    }
  }
}
