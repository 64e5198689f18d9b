import { backoffDelay } from '@millrace/core'
import { jobDefaults, type Origin } from '@millrace/sdk'
import { ENG_RECORD } from '../errors.ts'
import type { Fate, ResolvedPolicy } from '../plan/error-policy.ts'
import { stageOf } from '../plan/parallel-spec.ts'
import type { PartLetters } from '../report/dead-letter-log.ts'
import { Letters, type ParkedRecord, type Troubled } from './dead-letter.ts'
import type { Port } from './port.ts'
import { NO_ROW, originAt, readBefore, renderOrigin } from './record-batch.ts'
import type { TaskHost } from './task-host.ts'

/** A record that failed. */
export interface Failure extends Troubled {
  readonly code: string
  readonly message: string
  readonly cause?: unknown
  /** How often it was tried since it came, or since it was released. */
  readonly attempts: number
  /** What it was before it was released. */
  readonly parked?: ParkedRecord | undefined
}

/** Applies one node's error policy to failed records. */
export class Failures {
  readonly #policy: ResolvedPolicy
  readonly #host: TaskHost
  readonly #kind: 'Source' | 'Stage' | 'Sink'
  readonly #id: string
  readonly #dead: Port | undefined
  readonly #letters: Letters
  /** What it has written of dead letters. */
  readonly letters: PartLetters

  constructor(
    host: TaskHost,
    node: {
      readonly kind: 'Source' | 'Stage' | 'Sink'
      readonly id: string
      /** Which worker has a record is chance: its letter does not say. */
      readonly isLane?: boolean
    },
    policy: ResolvedPolicy,
    dead: Port | undefined,
  ) {
    this.#host = host
    this.#kind = node.kind
    this.#id = stageOf(node.id)
    this.#policy = policy
    this.#dead = dead
    this.letters = host.deadLetters.part()
    this.#letters = new Letters(node.id, host.runtime, this.letters, node.isLane)
  }

  /** Whether a failing record holds back those behind it. */
  get holds(): boolean {
    return this.#policy.retry !== undefined || this.#policy.fate === 'park'
  }

  /** The most records that may be parked; 0 where none ever are. */
  get parkMost(): number {
    return this.#policy.fate === 'park' ? this.#policy.parkMost : 0
  }

  /** How long to wait before a record that failed `attempts` times with `code`, for `cause`, is tried again, ms; undefined: it is not. */
  retryAfter(code: string, attempts: number, cause?: unknown): number | undefined {
    const { retry } = this.#policy
    if (retry === undefined || attempts > retry.times) return undefined
    const { on, notOn } = retry
    const own = ownCode(cause) ?? code
    const isNamed = (codes: readonly string[]): boolean =>
      codes.includes(code) || codes.includes(own)
    if ((notOn && isNamed(notOn)) || (on && !isNamed(on))) return undefined
    const { backoff = jobDefaults.backoff } = retry
    return backoffDelay(backoff, attempts - 1, this.#host.runtime.random())
  }

  /** Counts the failure, writes the dead letter or ends the job, as the policy says. Whoever asks parks the record. */
  handle(failure: Failure): Fate {
    const { fate } = this.#policy
    const origin = originAt(failure.table, failure.row)
    if (fate === 'fail') {
      this.#host.fail(this.#jobError(failure, origin))
      return 'fail'
    }
    if (fate === 'deadLetter') this.deadLetter(failure, origin)
    this.#countRate(failure)
    return fate
  }

  /** Writes a dead letter whatever the policy; nothing where there is no dead letter sink. */
  deadLetter(
    failure: Failure,
    origin: Origin | undefined = originAt(failure.table, failure.row),
  ): void {
    const { code, message, mark, row, timestamp } = failure
    const letter = this.#letters.write(failure, origin, {
      ...tried(failure),
      error: { code, message },
    })
    this.#dead?.push(letter, timestamp, mark, row)
    this.letters.add({ code, message, at: renderOrigin(origin) })
  }

  /** The record as those that wait show it. Without `code` it waits behind another one. */
  parkedRecord(troubled: Troubled | Failure): ParkedRecord {
    const origin = originAt(troubled.table, troubled.row)
    if (!('code' in troubled)) {
      return this.#letters.write(troubled, origin, { error: null, attempts: 0 })
    }
    const { code, message } = troubled
    return this.#letters.write(troubled, origin, { ...tried(troubled), error: { code, message } })
  }

  #jobError(failure: Failure, origin: Origin | undefined): ReturnType<typeof ENG_RECORD> {
    const at = renderOrigin(origin)
    return ENG_RECORD(
      { kind: this.#kind, id: this.#id, at, code: failure.code, message: failure.message },
      { stage: this.#id, record: at },
      failure.cause,
    )
  }

  #countRate({ cause, code, message, row, table }: Failure): void {
    const position = row === NO_ROW ? undefined : readBefore(table, row)
    this.#host.countFailure({ position, stage: this.#id, code, message, cause })
  }
}

/** The code that what was thrown brings, such as ECONNRESET. */
function ownCode(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return undefined
  return typeof thrown.code === 'string' ? thrown.code : undefined
}

function tried({ attempts, parked }: Failure): { attempts: number; id: string | undefined } {
  return { attempts: attempts + (parked?.attempts ?? 0), id: parked?.id }
}
