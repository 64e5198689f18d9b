import type { Key, RecordContext } from '@millrace/sdk'
import { ENG_EXIT } from '../errors.ts'
import { EXIT } from '../plan/with-exits.ts'
import { NO_SLOT, type CurrentKey } from '../state/current-key.ts'
import type { Emitter } from './emitter.ts'
import type { Port } from './port.ts'
import type { InHand } from './record-failures.ts'
import type { StageParts } from './stage-parts.ts'

/** What is at the record. */
interface Runner extends InHand {
  readonly current: CurrentKey
  readonly emitter: Emitter
}

/** Where records go that exit; undefined: the stage does not say that any do. */
export function exitOf({ outbox, spec }: StageParts): Port | undefined {
  return spec.factory.traits.exits === true ? outbox.port(EXIT) : undefined
}

/** The context of the record in hand: one object for all records, replaced only after a timeout. */
export class ReusedContext implements RecordContext {
  readonly #hand: InHand
  readonly #emitter: Emitter
  readonly #main: Port
  readonly #exit: Port | undefined
  readonly #current: CurrentKey
  readonly #job: AbortSignal
  readonly #id: string
  #controller: AbortController | undefined
  /** The record's time ran out: whatever still comes from it is ignored. */
  closed = false
  /** Set by `reject`. */
  code: string | undefined
  message = ''
  /** Set by `skip`. */
  reason: string | undefined
  /** Why the record exited, until it has its fate. */
  exited: string | undefined

  constructor(runner: Runner, parts: StageParts) {
    this.#hand = runner
    this.#emitter = runner.emitter
    this.#main = parts.outbox.main as Port
    this.#exit = exitOf(parts)
    this.#current = runner.current
    this.#job = parts.host.signal
    this.#id = parts.spec.id
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

  /** Whether what the stage does now is the doing of a record, or of a hook. */
  get isInHand(): boolean {
    return this.#emitter.active || this.exited !== undefined
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

  exit(reason: string, value?: unknown): void {
    if (this.closed || !this.#emitter.active) return
    if (this.#exit === undefined) {
      const error = ENG_EXIT({ id: this.#id })
      return this.reject(error.code, error.message)
    }
    const { batch, index } = this.#hand
    const record = value === undefined ? batch.values[index] : value
    this.#emitter.emit(this.#exit, record, this.#emitter.timestamp)
    // What the handler still emits is ignored.
    this.#emitter.active = false
    this.exited = reason
  }

  /** Ready for the next record. */
  reset(): void {
    this.code = undefined
    this.reason = undefined
    this.exited = undefined
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
