import type { Key, RecordContext } from '@millrace/sdk'
import { ENG_EXIT } from '../errors.ts'
import { NO_SLOT, type CurrentKey } from '../state/current-key.ts'
import type { Emitter } from './emitter.ts'
import type { Port } from './port.ts'

/** The context of the record in hand: one object for all records, replaced only after a timeout. */
export class ReusedContext implements RecordContext {
  readonly #emitter: Emitter
  readonly #main: Port
  readonly #current: CurrentKey
  readonly #job: AbortSignal
  #controller: AbortController | undefined
  /** The record's time ran out: whatever still comes from it is ignored. */
  closed = false
  /** Set by `reject`. */
  code: string | undefined
  message = ''
  /** Set by `skip`. */
  reason: string | undefined

  constructor(emitter: Emitter, main: Port, current: CurrentKey, job: AbortSignal) {
    this.#emitter = emitter
    this.#main = main
    this.#current = current
    this.#job = job
  }

  get timestamp(): number {
    return this.#emitter.timestamp
  }

  get watermark(): number {
    return this.#emitter.mark
  }

  get key(): Key | undefined {
    return this.#current.slot === NO_SLOT ? undefined : this.#current.key(this.#current.slot)
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.closed || this.#job.aborted) this.#abort()
    }
    return this.#controller.signal
  }

  emit(value: unknown, options?: { readonly timestamp?: number }): void {
    if (this.closed) return
    this.#emitter.emit(this.#main, value, options?.timestamp ?? this.#emitter.timestamp)
  }

  reject(code: string, message: string): void {
    if (this.closed || this.code !== undefined) return
    this.code = code
    this.message = message
  }

  skip(reason: string): void {
    if (!this.closed) this.reason = reason
  }

  exit(): void {
    const error = ENG_EXIT({})
    this.reject(error.code, error.message)
  }

  /** Ready for the next record. */
  reset(): void {
    this.code = undefined
    this.reason = undefined
    this.#controller = undefined
  }

  /** The record's time is up, or the job is over. */
  close(): void {
    this.closed = true
    this.#abort()
  }

  #abort(): void {
    this.#controller?.abort(this.#job.aborted ? this.#job.reason : undefined)
  }
}
