import { formatDuration } from '@millrace/base'
import { isLateRecord } from '@millrace/sdk'
import { ENG_PARK_FULL } from '../errors.ts'
import type { Fate } from '../plan/error-policy.ts'
import { placeOf } from '../plan/place.ts'
import { type CurrentKey, NO_SLOT } from '../state/current-key.ts'
import type { Troubled } from './dead-letter.ts'
import type { Emitter } from './emitter.ts'
import type { Failure } from './failures.ts'
import { type Parked, ParkingLot } from './parking-lot.ts'
import { NO_ROW, type RecordBatch } from './record-batch.ts'
import type { StageKeys } from './stage-keys.ts'
import type { StageParts } from './stage-parts.ts'

/** The record that a stage is at. */
export interface InHand {
  readonly batch: RecordBatch
  readonly index: number
  readonly input: string
}

/** What becomes of a stage's records when they fail: their tries, and where they wait. */
export class RecordFailures {
  readonly #parts: StageParts
  readonly #current: CurrentKey
  readonly #emitter: Emitter
  readonly #keys: StageKeys
  /** Where failing records wait; absent: they do not. */
  readonly lot: ParkingLot | undefined
  /** Tries of the record in hand. */
  attempts = 1
  /** What the record in hand was, where it is released. */
  released: Parked | undefined

  constructor(parts: StageParts, current: CurrentKey, emitter: Emitter, keys: StageKeys) {
    this.#parts = parts
    this.#keys = keys
    this.#current = current
    this.#emitter = emitter
    const { parkMost } = parts.failures
    this.lot = parkMost === 0 ? undefined : new ParkingLot(parkMost)
  }

  /** How long to wait for another try of the record in hand, ms; undefined: there is none. */
  retryAfter(code: string, cause: unknown): number | undefined {
    const { failures, host } = this.#parts
    return host.over ? undefined : failures.retryAfter(code, this.attempts, cause)
  }

  /** Gives the record in hand its fate. */
  settle(hand: InHand, code: string, message: string, cause: unknown): Fate {
    const { counter, failures } = this.#parts
    const { attempts } = this
    const parked = this.released?.record
    const failure: Failure = { ...this.#troubled(hand), code, message, cause, attempts, parked }
    const fate = failures.handle(failure)
    if (fate === 'deadLetter') counter.dead++
    else if (fate === 'skip') counter.filter(`error ${code}`)
    else if (fate === 'park') this.#add(failure)
    return fate
  }

  /** Lets the record in hand wait behind another one of its key. */
  wait(hand: InHand): void {
    this.#add(this.#troubled(hand))
  }

  #add(troubled: Troubled | Failure): void {
    const { failures, host, spec } = this.#parts
    const lot = this.lot as ParkingLot
    if (lot.isFull) {
      host.fail(ENG_PARK_FULL({ id: spec.id, most: failures.parkMost }, placeOf(spec)))
    }
    const before = 'code' in troubled ? undefined : this.released?.record
    lot.add(before ?? failures.parkedRecord(troubled), troubled, this.#current.slot)
  }

  #troubled({ batch, index, input }: InHand): Troubled {
    const { slot } = this.#current
    return {
      record: batch.values[index],
      input,
      key: slot === NO_SLOT ? undefined : this.#current.key(slot),
      timestamp: batch.timestamps[index] as number,
      mark: this.#emitter.mark,
      table: batch.table,
      row: batch.rows[index] ?? NO_ROW,
    }
  }

  /** Counts what a hook found to be late: these records were taken in before, and count as used no more. */
  lateHeld(): void {
    const { counter, outbox, spec } = this.#parts
    const late = outbox.port('late')
    const count = late === undefined ? 0 : late.values.length - late.base
    if (count === 0) return
    counter.late += count
    counter.used -= count
    this.lateLetters(spec.inputs.length === 1 ? spec.inputs[0]?.name : undefined)
  }

  /** Late records nobody reads become dead letters, where there is a sink for them. */
  lateLetters(input: string | undefined): void {
    const { failures, outbox } = this.#parts
    const late = outbox.port('late')
    if (late === undefined || late.outlets.length > 0 || outbox.dead === undefined) return
    for (let index = late.base; index < late.values.length; index++) {
      const value = late.values[index]
      const told = isLateRecord(value)
      const when = told ? `, ${formatDuration(value.lateBy)} after it would have been taken` : ''
      failures.deadLetter({
        code: 'LATE',
        message: `The record came behind the watermark${when}.`,
        record: told ? value.record : value,
        key: told && input !== undefined ? this.#keys.keyOf(value, input) : undefined,
        input,
        timestamp: told ? value.eventTime : (late.timestamps[index] as number),
        mark: late.marks[index] as number,
        table: outbox.table,
        row: late.rows[index] as number,
        attempts: this.attempts,
      })
    }
    late.withdraw(late.base)
  }
}
