import { isMillraceError, messageOf } from '@millrace/base'
import { backoffDelay, resetAfterMs } from '@millrace/core'
import { jobDefaults } from '@millrace/sdk'
import { ENG_RESTARTS } from '../errors.ts'
import type { RestartSpec } from '../plan/job-spec.ts'
import { type Place, placeOf } from '../plan/place.ts'
import type { TaskHost } from './task-host.ts'

/** Starts one part of a job again when it failed in a way that may pass. */
export class Restarts {
  readonly #host: TaskHost
  readonly #place: Place
  readonly #spec: RestartSpec | undefined
  /** Failures in a row. */
  #failures = 0
  #begunMs = Number.POSITIVE_INFINITY
  /** How often the part was started again. */
  count = 0

  constructor(host: TaskHost, place: Place, spec: RestartSpec | undefined) {
    this.#host = host
    this.#place = place
    this.#spec = spec
  }

  /** The first start. A failure is final, unless the job says how this part is restarted: most often the configuration is wrong. */
  async first<T>(open: () => Promise<T>): Promise<T> {
    try {
      return this.#begun(await open())
    } catch (error) {
      if (this.#spec === undefined) throw error
      return this.after(error, open)
    }
  }

  /** A start in place of a part that is sound: what fails is tried again. */
  async anew<T>(open: () => Promise<T>): Promise<T> {
    this.count++
    try {
      return this.#begun(await open())
    } catch (error) {
      return this.after(error, open)
    }
  }

  /** Starts the part again after it failed, until it is open. Throws what ends the job. `signal` cuts waits short. */
  async after<T>(error: unknown, open: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    for (let last = error; ;) {
      await this.#wait(last, signal)
      this.count++
      // What does not open has not run at all.
      this.#begunMs = Number.POSITIVE_INFINITY
      try {
        return this.#begun(await open())
      } catch (next) {
        last = next
      }
    }
  }

  #begun<T>(made: T): T {
    this.#begunMs = this.#host.runtime.monotonic()
    return made
  }

  async #wait(error: unknown, signal: AbortSignal | undefined): Promise<void> {
    const { budget, delays, runtime } = this.#host
    const { backoff = jobDefaults.backoff, type = 'transient' } = this.#spec ?? {}
    const passes = isMillraceError(error) && error.retry === 'later'
    if (type === 'temporary' || !passes) throw error
    const nowMs = runtime.monotonic()
    if (!budget.grant(nowMs)) {
      const failures = budget.attempts(nowMs).length
      const { intensity, periodMs } = budget
      const details = { id: this.#place.id, failures, intensity, periodMs, last: messageOf(error) }
      throw ENG_RESTARTS(details, placeOf(this.#place), error)
    }
    if (nowMs - this.#begunMs >= resetAfterMs(backoff)) this.#failures = 0
    await delays.wait(backoffDelay(backoff, this.#failures++, runtime.random()), signal)
    if (this.#host.over) throw error
  }
}
