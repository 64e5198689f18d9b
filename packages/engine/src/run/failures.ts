import type { Key, Origin } from '@millrace/sdk'
import { ENG_ERROR_RATE, ENG_RECORD } from '../errors.ts'
import type { ErrorPolicy } from '../plan/job-spec.ts'
import { encodeRaw } from './encode-raw.ts'
import { plainRecord } from './plain-record.ts'
import type { Port } from './port.ts'
import { NO_ROW, originAt, renderOrigin, type OriginTable } from './record-batch.ts'
import type { TaskHost } from './task-host.ts'

/** What the dead letter sink gets. */
export interface DeadLetterRecord {
  /** The same on every run: source, partition, offset and stage. */
  readonly id: string
  readonly record: unknown
  /** Undecodable input, base64 where it is not UTF-8; null for records. */
  readonly raw: string | null
  readonly stage: string
  readonly input: string | null
  readonly key: Key | null
  /** Epoch ms; null where there is none. */
  readonly eventTime: number | null
  readonly error: { readonly code: string; readonly message: string }
  readonly position: {
    readonly source: string
    readonly partition: string
    readonly offset: number
    readonly line: number | null
  } | null
  readonly attempts: number
  /** When it failed, epoch ms. */
  readonly time: number
}

/** A record that failed. */
export interface Failure {
  readonly code: string
  readonly message: string
  readonly cause?: unknown
  readonly record: unknown
  readonly raw?: string | Uint8Array | undefined
  readonly input?: string | undefined
  readonly key?: Key | undefined
  readonly timestamp: number
  readonly mark: number
  readonly table: OriginTable
  readonly row: number
}

/** Applies one node's error policy to failed records. */
export class Failures {
  readonly policy: ErrorPolicy
  readonly #host: TaskHost
  readonly #kind: 'Source' | 'Stage' | 'Sink'
  readonly #id: string
  readonly #dead: Port | undefined
  #unplaced = 0

  constructor(
    host: TaskHost,
    node: { readonly kind: 'Source' | 'Stage' | 'Sink'; readonly id: string },
    policy: ErrorPolicy,
    dead: Port | undefined,
  ) {
    this.#host = host
    this.#kind = node.kind
    this.#id = node.id
    this.policy = policy
    this.#dead = dead
  }

  /** Counts the failure, writes the dead letter or ends the job, as the policy says. */
  handle(failure: Failure): ErrorPolicy {
    const origin = originAt(failure.table, failure.row)
    if (this.policy === 'fail') {
      this.#host.fail(this.#jobError(failure, origin))
      return 'fail'
    }
    if (this.policy === 'deadLetter') this.deadLetter(failure, origin)
    this.#countRate(failure)
    return this.policy
  }

  /** Writes a dead letter whatever the policy; nothing where there is no dead letter sink. */
  deadLetter(
    failure: Failure,
    origin: Origin | undefined = originAt(failure.table, failure.row),
  ): void {
    const letter = this.#letter(failure, origin)
    this.#dead?.push(letter, failure.timestamp, failure.mark, failure.row)
    this.#host.deadLetters.add(failure.code, failure.message, renderOrigin(origin))
  }

  #letter(failure: Failure, origin: Origin | undefined): DeadLetterRecord {
    const place =
      origin === undefined
        ? `//${this.#unplaced++}`
        : `${origin.source}/${origin.partition}/${origin.offset}`
    return {
      id: `${place}/${this.#id}`,
      record: plainRecord(failure.record),
      raw: failure.raw === undefined ? null : encodeRaw(failure.raw),
      stage: this.#id,
      input: failure.input ?? null,
      key: failure.key ?? null,
      eventTime: Number.isFinite(failure.timestamp) ? failure.timestamp : null,
      error: { code: failure.code, message: failure.message },
      position:
        origin === undefined
          ? null
          : {
              source: origin.source,
              partition: origin.partition,
              offset: origin.offset,
              line: origin.line ?? null,
            },
      attempts: 1,
      time: this.#host.runtime.now(),
    }
  }

  #jobError(failure: Failure, origin: Origin | undefined): ReturnType<typeof ENG_RECORD> {
    const at = renderOrigin(origin)
    return ENG_RECORD(
      { kind: this.#kind, id: this.#id, at, code: failure.code, message: failure.message },
      { stage: this.#id, record: at },
      failure.cause,
    )
  }

  #countRate(failure: Failure): void {
    const rate = this.#host.errorRate
    const known = failure.row !== NO_ROW
    const position = known ? failure.table.base + failure.row : Math.max(0, this.#host.read - 1)
    if (!rate.add(position)) return
    const { atMost, of } = rate
    this.#host.fail(
      ENG_ERROR_RATE(
        { failed: rate.failed, of, atMost, last: `${failure.code}: ${failure.message}` },
        { stage: this.#id },
        failure.cause,
      ),
    )
  }
}
