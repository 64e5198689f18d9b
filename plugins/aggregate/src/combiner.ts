import { invariant } from '@millrace/base'
import {
  type Batch,
  type BatchOutput,
  inTurns,
  type Key,
  PARTIALS,
  type PanesState,
  type StageInstance,
  type StageScope,
} from '@millrace/sdk'
import type { AggregateSet } from './aggregate-set.ts'

/** Records of one key and pane that were folded together. */
export interface PartialGroup {
  readonly key: Key | undefined
  /** As `Panes` named it. */
  readonly pane: number
  /** Largest event time of its records. */
  readonly latest: number
  /** Accumulators by name. */
  readonly values: Readonly<Record<string, unknown>>
}

/** The stretches of time of which records may be folded together. */
export interface Panes {
  /** The one that holds a time. */
  start(timestamp: number): number
  /** Where the one behind that begins. */
  next(timestamp: number): number
  /** The watermark from which on it may be too late for records of a pane; never before the pane ends. */
  until(pane: number): number
}

/** Most groups that are held at a time. */
const MOST = 8192
/** Folded records that tell whether there is something to gain. */
const ENOUGH = 4096
/** Records that are handed on for each one that was folded with little to gain. */
const REST = 15

/**
 * The first half of a stage that folds: records of the same key and pane become one, which is held until event time comes to where the pane may be
 * over, the engine asks for it, or there are too many. Records that may be late or cannot be evaluated are handed on. Where little is gained it rests
 * for a while.
 */
export function createCombiner(
  set: AggregateSet,
  panes: Panes,
  { outputs, state }: Pick<StageScope, 'outputs' | 'state'>,
): StageInstance {
  const combiner = new Combiner(set, panes, state)
  const partials = outputs[PARTIALS]
  invariant(partials !== undefined, 'A first half has the output of partial results.')
  const gives = inTurns(function* emitDue(watermark) {
    for (const group of combiner.give(watermark)) {
      partials.emit(group, { timestamp: group.latest })
      yield 1
    }
  })
  return {
    process: (record: unknown) => record,
    processBatch: (batch, output) => combiner.take(batch, output),
    onWatermark: gives,
    onFlush: (context) => gives(Number.POSITIVE_INFINITY, context),
  }
}

/** Of the records of a group: its accumulators, and behind them their largest event time. */
type Held = unknown[]

class Combiner {
  readonly #set: AggregateSet
  readonly #panes: Panes
  readonly #held: PanesState<Held>
  readonly #places: number
  readonly #at = { timestamp: 0, key: undefined as Key | undefined }
  // The pane looked at last.
  #from = Number.POSITIVE_INFINITY
  #to = Number.NEGATIVE_INFINITY
  #until = Number.NEGATIVE_INFINITY
  // Of late.
  #folded = 0
  #given = 0
  #resting: number
  /** The watermark at which there is something to give. */
  #due = Number.POSITIVE_INFINITY

  constructor(set: AggregateSet, panes: Panes, state: StageScope['state']) {
    this.#set = set
    this.#panes = panes
    this.#places = set.names.length
    this.#held = state.panes('partials', {
      create: (): Held => [...set.create(), { latest: Number.NEGATIVE_INFINITY }],
    })
    this.#resting = set.isOfNumbers ? 0 : Number.POSITIVE_INFINITY
  }

  /** Folds records or hands them on; how many it took. */
  take(batch: Batch, output: BatchOutput): number {
    const { length } = batch
    for (let index = 0; index < length; index++) {
      const watermark = batch.watermark(index)
      if (watermark >= this.#due && index > 0) return index
      if (this.#resting > 0) this.#resting--
      else if (this.#folds(batch, index, watermark)) continue
      output.pass(index)
    }
    if (this.#held.size > MOST) {
      for (const group of this.give(Number.POSITIVE_INFINITY)) {
        output.emit(length - 1, group, PARTIALS, group.latest)
      }
    }
    return length
  }

  /** Hands out what is held of panes that may be over at a watermark, and holds it no more. */
  *give(watermark: number): Iterable<PartialGroup> {
    if (watermark < this.#due) return
    this.#due = Number.POSITIVE_INFINITY
    this.#from = Number.POSITIVE_INFINITY
    for (const pane of this.#held.starts()) {
      const until = this.#panes.until(pane)
      if (until > watermark) {
        this.#due = Math.min(this.#due, until)
        continue
      }
      for (const [key, held] of this.#held.entries(pane)) {
        this.#given++
        yield this.#groupOf(key, pane, held)
      }
      this.#held.release(pane)
    }
    this.#judge()
  }

  /** Rests where what was folded of late has become hardly less. */
  #judge(): void {
    if (this.#folded < ENOUGH) return
    if (this.#given > this.#folded / 2) this.#resting = REST * this.#folded
    this.#folded = 0
    this.#given = 0
  }

  /** Folds a record if it can; false: it is to be handed on. */
  #folds(batch: Batch, index: number, watermark: number): boolean {
    const at = this.#at
    at.timestamp = batch.timestamp(index)
    if (at.timestamp < this.#from || at.timestamp >= this.#to) this.#look(at.timestamp)
    if (watermark >= this.#until) return false
    try {
      // Asking for the key makes it the one that state follows.
      at.key = batch.key(index)
      this.#set.evaluate(batch.value(index), at)
    } catch {
      // The second half finds the same, and says what becomes of the record.
      return false
    }
    const held = this.#held.get(this.#from)
    this.#set.add(held)
    const last = held[this.#places] as { latest: number }
    if (at.timestamp > last.latest) last.latest = at.timestamp
    if (this.#until < this.#due) this.#due = this.#until
    this.#folded++
    return true
  }

  #look(timestamp: number): void {
    this.#from = this.#panes.start(timestamp)
    this.#to = this.#panes.next(timestamp)
    this.#until = this.#panes.until(this.#from)
  }

  #groupOf(key: Key | undefined, pane: number, held: Held): PartialGroup {
    // What is held stands for the group in hand.
    const own = this.#set.merge(this.#set.create(), held)
    const values: Record<string, unknown> = {}
    for (const [index, name] of this.#set.names.entries()) values[name] = own[index]
    return { key, pane, latest: (held[this.#places] as { latest: number }).latest, values }
  }
}
