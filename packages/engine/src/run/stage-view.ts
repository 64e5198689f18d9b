import type { Batch, BatchOutput, Key, Origin } from '@millrace/sdk'
import type { KeyPart } from '../plan/job-spec.ts'
import { ENG_OUTPUT } from '../errors.ts'
import { ONLY_SLOT, type CurrentKey } from '../state/current-key.ts'
import type { KeyInterner } from './key.ts'
import { BATCH_MAX } from './edge.ts'
import type { Outbox } from './outbox.ts'
import type { Port } from './port.ts'
import { NO_ROW, originAt, type RecordBatch } from './record-batch.ts'

/** What became of each record of a batch. */
export const NOTHING = 0
export const USED = 1
export const SKIPPED = 2
export const REJECTED = 3
/** Emitted on the output `late` and nowhere else. */
export const LATE = 4

/**
 * What `processBatch` sees and writes: records `start` to `end` of a batch, counted from 0. One object, reused.
 * Asking for a record's key makes it the one that state handles follow.
 */
export class StageView implements Batch, BatchOutput {
  readonly #outbox: Outbox
  readonly #main: Port
  readonly #current: CurrentKey
  readonly #interner: KeyInterner | undefined
  fates = new Uint8Array(BATCH_MAX)
  readonly reasons: (string | undefined)[] = []
  readonly codes: (string | undefined)[] = []
  /** Per port, the index each emission came from. */
  readonly #owners = new Map<Port, number[]>()
  readonly #mainOwners: number[] = []
  #batch: RecordBatch | undefined
  #start = 0
  #parts: readonly KeyPart[] = []
  #watermark = Number.POSITIVE_INFINITY
  #reached = Number.NEGATIVE_INFINITY
  length = 0

  constructor(outbox: Outbox, main: Port, current: CurrentKey, interner: KeyInterner | undefined) {
    this.#outbox = outbox
    this.#main = main
    this.#current = current
    this.#interner = interner
    this.#owners.set(main, this.#mainOwners)
  }

  /**
   * Takes records in hand. `watermark` bounds theirs: the smallest of the stage's other inputs; `reached` is that of the stage
   * itself, which never goes back.
   */
  hold(
    batch: RecordBatch,
    start: number,
    end: number,
    parts: readonly KeyPart[],
    { watermark, reached }: { readonly watermark: number; readonly reached: number },
  ): void {
    this.#batch = batch
    this.#start = start
    this.#parts = parts
    this.#watermark = watermark
    this.#reached = reached
    this.length = end - start
    if (this.length > this.fates.length) this.fates = new Uint8Array(this.length)
    this.fates.fill(NOTHING, 0, this.length)
    this.reasons.length = 0
    this.codes.length = 0
    for (const owners of this.#owners.values()) owners.length = 0
  }

  value(index: number): unknown {
    return this.#batch?.values[this.#start + index]
  }

  timestamp(index: number): number {
    return this.#batch?.timestamps[this.#start + index] ?? Number.NaN
  }

  watermark(index: number): number {
    const mark = this.#batch?.marks[this.#start + index] ?? Number.NaN
    const next = mark < this.#watermark ? mark : this.#watermark
    return next < this.#reached ? this.#reached : next
  }

  key(index: number): Key | undefined {
    if (this.#interner === undefined) return undefined
    const slot = this.#interner.slot(this.#parts, this.value(index), this.timestamp(index))
    this.#current.slot = slot
    return this.#interner.keys[slot]
  }

  origin(index: number): Origin | undefined {
    const batch = this.#batch
    return batch && originAt(batch.table, batch.rows[this.#start + index] ?? NO_ROW)
  }

  pass(index: number): void {
    this.#push(this.#main, this.#mainOwners, index, this.value(index))
  }

  emit(index: number, value: unknown, output?: string, timestamp?: number): void {
    if (output === undefined) {
      this.#push(this.#main, this.#mainOwners, index, value, timestamp)
      return
    }
    const port = this.#outbox.port(output)
    if (port === undefined) {
      const known = this.#outbox.ports.filter((one) => one !== this.#outbox.dead)
      const error = ENG_OUTPUT({ output, known: known.map((one) => one.name).join(', ') })
      this.reject(index, error.code, error.message)
      return
    }
    let owners = this.#owners.get(port)
    if (owners === undefined) this.#owners.set(port, (owners = []))
    this.#push(port, owners, index, value, timestamp)
  }

  skip(index: number, reason: string): void {
    if (this.fates[index] !== NOTHING) return
    this.fates[index] = SKIPPED
    this.reasons[index] = reason
  }

  reject(index: number, code: string, message: string): void {
    if (this.fates[index] === REJECTED) return
    const emitted = this.fates[index] === USED || this.fates[index] === LATE
    this.fates[index] = REJECTED
    this.codes[index] = code
    this.reasons[index] = message
    if (!emitted) return
    for (const [port, owners] of this.#owners) {
      port.withdrawWhere((position) => owners[position] === index)
      const kept = owners.filter((owner) => owner !== index)
      owners.splice(0, owners.length, ...kept)
    }
  }

  /** Ready for what comes next; state handles of an unkeyed stage follow their only key again. */
  release(): void {
    this.#batch = undefined
    if (this.#interner === undefined) this.#current.slot = ONLY_SLOT
  }

  #push(port: Port, owners: number[], index: number, value: unknown, timestamp?: number): void {
    const batch = this.#batch
    if (batch === undefined || this.fates[index] === REJECTED) return
    const at = this.#start + index
    port.push(
      value,
      timestamp ?? (batch.timestamps[at] as number),
      this.watermark(index),
      batch.rows[at] as number,
    )
    owners.push(index)
    const untouched = this.fates[index] === NOTHING || this.fates[index] === LATE
    this.fates[index] = untouched && port.name === 'late' ? LATE : USED
  }
}
