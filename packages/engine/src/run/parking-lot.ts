import type { Key } from '@millrace/sdk'
import { NO_SLOT } from '../state/current-key.ts'
import { ownOrigin, type ParkedRecord, type Troubled } from './dead-letter.ts'
import { RecordBatch } from './record-batch.ts'

/** Which parked records are meant; what is left out means all. */
export interface ParkedFilter {
  /** Id of a stage or sink. */
  readonly stage?: string | undefined
  /** Key fields by name. */
  readonly key?: Key | undefined
}

/** A record that waits: alone in a batch, so that nothing else is kept with it. */
export interface Parked {
  readonly record: ParkedRecord
  readonly batch: RecordBatch
  readonly slot: number
  readonly input: string
  /** The watermark that it holds back. */
  readonly mark: number
}

/** What one stage or sink holds until someone says what becomes of it: per key, in the order in which it came. */
export class ParkingLot {
  readonly #most: number
  #waiting: Parked[] = []
  /** Taken out and not through: should the job end now, they still wait. */
  #leaving: readonly Parked[] = []
  #slots = new Set<number>()
  #closed = false
  /** No watermark may pass this while something waits. */
  limit = Number.POSITIVE_INFINITY

  constructor(most: number) {
    this.#most = most
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0
  }

  /** Keys of which records wait. */
  get held(): number {
    return this.#slots.size
  }

  /** Whether one more is too many. */
  get isFull(): boolean {
    return this.#waiting.length >= this.#most
  }

  /** Per key in the order in which they came: what was taken out and is not through stands behind what waits again already. */
  get records(): readonly ParkedRecord[] {
    return [...this.#waiting, ...this.#leaving].map(({ record }) => record)
  }

  /** All that waits, in order; for when nothing is taken out. */
  get waiting(): readonly Parked[] {
    return this.#waiting
  }

  /** Whether records of this key wait. What has no key waits alone. */
  holds(slot: number): boolean {
    return this.#slots.has(slot)
  }

  add(record: ParkedRecord, troubled: Troubled, slot: number): void {
    const { input = '', mark, row, table, timestamp } = troubled
    const own = new RecordBatch(
      [troubled.record],
      [timestamp],
      [mark],
      [row < 0 ? row : 0],
      ownOrigin(table, row),
      troubled.ids,
    )
    // Behind the watermark it is late already; before it, it must not become late by waiting.
    this.putBack({ record, batch: own, slot, input, mark: Math.max(mark, timestamp) })
  }

  /** What was taken out goes on waiting, behind all others. */
  putBack(parked: Parked): void {
    this.through(parked)
    this.#waiting.push(parked)
    if (parked.slot !== NO_SLOT) this.#slots.add(parked.slot)
    if (!this.#closed) this.limit = Math.min(this.limit, parked.mark)
  }

  /** Takes out the records of the keys that `filter` means, in the order in which they came; each is due to `through`. */
  take({ key }: ParkedFilter): readonly Parked[] {
    if (this.#closed) return []
    const taken = this.#waiting.filter(({ record }) => isMeant(record.key, key))
    this.#waiting = this.#waiting.filter(({ record }) => !isMeant(record.key, key))
    this.#slots = new Set(this.#waiting.map(({ slot }) => slot).filter((slot) => slot !== NO_SLOT))
    this.#leaving = taken
    this.limit = this.#waiting.reduce((least, { mark }) => Math.min(least, mark), Infinity)
    return taken
  }

  /** A record that was taken out has its fate, or waits again. */
  through({ record }: Pick<Parked, 'record'>): void {
    this.#leaving = this.#leaving.filter((one) => one.record.id !== record.id)
  }

  /** The input is over: what waits holds nothing back any more, and stays. */
  close(): void {
    this.#closed = true
    this.limit = Number.POSITIVE_INFINITY
  }
}

function isMeant(key: Key | null, asked: Key | undefined): boolean {
  if (asked === undefined) return true
  if (key === null) return false
  return Object.entries(asked).every(([name, value]) => key[name] === value)
}
