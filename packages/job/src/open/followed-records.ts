import type { DeadLetterRecord, Follower, OriginTable } from '@millrace/engine'
import type { Outcome } from './outcome.ts'

/** A record that somebody waits for. */
export interface Waiter<Out> {
  readonly resolve: (outcome: Outcome<Out>) => void
  readonly reject: (error: unknown) => void
}

interface Followed<Out> extends Waiter<Out> {
  /** Batches of what comes of it that are on their way, and itself. */
  pending: number
  /** Whether a stage or sink was given it. */
  hasEntered: boolean
  readonly results: Out[]
  letter?: DeadLetterRecord
  dropped?: 'overflow' | 'outdated'
  reason?: string
  /** Why it exited. */
  exited?: string
}

/** Records that are followed to their end, by the number that the source gave them. */
export class FollowedRecords<Out> implements Follower {
  readonly #open = new Map<number, Followed<Out>>()
  readonly #source: string
  /** Whether a stage holds the record with this number parked. */
  readonly #isHeld: (offset: number) => boolean

  constructor(source: string, isHeld: (offset: number) => boolean) {
    this.#source = source
    this.#isHeld = isHeld
  }

  /** The source gives this record. */
  begin(offset: number, waiter: Waiter<Out>): void {
    this.#open.set(offset, { ...waiter, pending: 1, hasEntered: false, results: [] })
  }

  /** The source has given it to all of its readers. */
  given(offset: number): void {
    this.#less(offset)
  }

  entered(table: OriginTable): void {
    const followed = this.#of(table)
    if (followed === undefined) return
    followed.pending++
    followed.hasEntered = true
  }

  left(table: OriginTable): void {
    if (this.#of(table) !== undefined) this.#less(table.offsets[0] as number)
  }

  dropped(table: OriginTable, why: 'overflow' | 'outdated'): void {
    const followed = this.#of(table)
    if (followed !== undefined) followed.dropped = why
  }

  filtered(table: OriginTable, reason: string): void {
    const followed = this.#of(table)
    if (followed !== undefined) followed.reason ??= reason
  }

  exited(table: OriginTable, reason: string): void {
    const followed = this.#of(table)
    if (followed !== undefined) followed.exited ??= reason
  }

  /** Keeps a result for whoever waits for it; false: nobody does. */
  result(offset: number | undefined, value: Out): boolean {
    const followed = offset === undefined ? undefined : this.#open.get(offset)
    followed?.results.push(value)
    return followed !== undefined
  }

  /** Keeps a dead letter for whoever waits for its record; false: nobody does. */
  letter(letter: DeadLetterRecord): boolean {
    const { position } = letter
    if (position === null || position.source !== this.#source) return false
    const followed = this.#open.get(position.offset)
    if (followed !== undefined) followed.letter ??= letter
    return followed !== undefined
  }

  /** The job is over: nothing more comes of any record. */
  finish(error: unknown): void {
    for (const [offset, followed] of this.#open) {
      if (error === undefined) this.#settle(offset, followed)
      else followed.reject(error)
    }
    this.#open.clear()
  }

  #of({ offsets, source }: OriginTable): Followed<Out> | undefined {
    if (this.#open.size === 0 || source !== this.#source) return undefined
    return this.#open.get(offsets[0] as number)
  }

  #less(offset: number): void {
    const followed = this.#open.get(offset)
    if (followed === undefined || --followed.pending > 0) return
    this.#open.delete(offset)
    this.#settle(offset, followed)
  }

  #settle(offset: number, followed: Followed<Out>): void {
    followed.resolve(this.#outcomeOf(offset, followed))
  }

  /** What weighs most, where a record took several ways. */
  #outcomeOf(offset: number, followed: Followed<Out>): Outcome<Out> {
    const {
      dropped,
      exited,
      hasEntered,
      letter,
      reason = hasEntered ? undefined : 'malformed',
      results,
    } = followed
    if (letter !== undefined && letter.error.code === 'LATE') return { fate: 'late', results }
    if (letter !== undefined) {
      return { fate: 'dead', stage: letter.stage, ...letter.error, results }
    }
    if (dropped !== undefined) return { fate: 'dropped', reason: dropped, results }
    if (exited !== undefined) return { fate: 'used', reason: exited, results }
    if (results.length > 0) return { fate: 'used', results }
    if (this.#isHeld(offset)) return { fate: 'held', results }
    return reason === undefined ? { fate: 'used', results } : { fate: 'filtered', reason, results }
  }
}
