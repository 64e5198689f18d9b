import { invariant } from '@millrace/base'
import {
  type Batch,
  type BatchOutput,
  inTurns,
  type Key,
  type OutputHandle,
  PARTIALS,
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
  /** The watermark from which on it may be too late for records of a pane; never before the pane ends. */
  until(pane: number): number
}

interface Group {
  readonly accumulators: readonly unknown[]
  latest: number
}

/** Groups of one pane. */
interface Held {
  readonly until: number
  readonly groups: Map<Key | undefined, Group>
  /** Records in them. */
  folded: number
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
  { [PARTIALS]: partials }: StageScope['outputs'],
): StageInstance {
  invariant(partials !== undefined, 'A first half has the output of partial results.')
  const combiner = new Combiner(set, panes)
  const gives = inTurns((watermark) =>
    watermark < combiner.due ? undefined : emitAll(combiner.give(watermark), partials),
  )
  return {
    process: (record: unknown) => record,
    processBatch: (batch, output) => combiner.take(batch, output),
    onWatermark: gives,
    onFlush: (context) => gives(Number.POSITIVE_INFINITY, context),
  }
}

function* emitAll(
  groups: Iterable<PartialGroup>,
  partials: Pick<OutputHandle, 'emit'>,
): Iterator<number> {
  for (const group of groups) {
    partials.emit(group, { timestamp: group.latest })
    yield 1
  }
}

class Combiner {
  readonly #set: AggregateSet
  readonly #panes: Panes
  readonly #held = new Map<number, Held>()
  readonly #at = { timestamp: 0, key: undefined as Key | undefined }
  #count = 0
  // Of late.
  #folded = 0
  #given = 0
  #resting: number
  /** The watermark at which there is something to give. */
  due = Number.POSITIVE_INFINITY

  constructor(set: AggregateSet, panes: Panes) {
    this.#set = set
    this.#panes = panes
    this.#resting = set.isOfNumbers ? 0 : Number.POSITIVE_INFINITY
  }

  /** Folds records or hands them on; how many it took. */
  take(batch: Batch, output: BatchOutput): number {
    for (let index = 0; index < batch.length; index++) {
      const watermark = batch.watermark(index)
      if (watermark >= this.due && index > 0) return index
      if (this.#resting > 0) this.#resting--
      else if (this.#folds(batch, index, watermark)) continue
      output.pass(index)
    }
    // Only now: what is folded while the batch is in hand is of records that are through.
    if (this.#count > MOST) {
      const last = batch.length - 1
      for (const group of this.give(Number.POSITIVE_INFINITY)) {
        output.emit(last, group, PARTIALS, group.latest)
      }
    }
    return batch.length
  }

  /** Hands out what is held of panes that may be over at a watermark, and holds it no more. */
  *give(watermark: number): Iterable<PartialGroup> {
    this.due = Number.POSITIVE_INFINITY
    for (const [pane, { folded, groups, until }] of this.#held) {
      if (until > watermark) {
        this.due = Math.min(this.due, until)
        continue
      }
      this.#held.delete(pane)
      this.#count -= groups.size
      this.#judge(folded, groups.size)
      for (const [key, { accumulators, latest }] of groups) {
        yield { key, pane, latest, values: this.#valuesOf(accumulators) }
      }
    }
  }

  /** Rests where what was folded of late has become hardly less. */
  #judge(folded: number, given: number): void {
    this.#folded += folded
    this.#given += given
    if (this.#folded < ENOUGH) return
    if (this.#given > this.#folded / 2) this.#resting = REST * this.#folded
    this.#folded = 0
    this.#given = 0
  }

  /** Folds a record if it can; false: it is to be handed on. */
  #folds(batch: Batch, index: number, watermark: number): boolean {
    const at = this.#at
    at.timestamp = batch.timestamp(index)
    const pane = this.#panes.start(at.timestamp)
    try {
      if (watermark >= (this.#held.get(pane)?.until ?? this.#panes.until(pane))) return false
      at.key = batch.key(index)
      this.#set.evaluate(batch.value(index), at)
    } catch {
      // The second half finds the same, and says what becomes of the record.
      return false
    }
    const held = this.#of(pane)
    held.folded++
    let group = held.groups.get(at.key)
    if (group === undefined) {
      group = { accumulators: this.#set.create(), latest: Number.NEGATIVE_INFINITY }
      held.groups.set(at.key, group)
      this.#count++
    }
    this.#set.add(group.accumulators)
    if (at.timestamp > group.latest) group.latest = at.timestamp
    return true
  }

  #of(pane: number): Held {
    let held = this.#held.get(pane)
    if (held === undefined) {
      held = { until: this.#panes.until(pane), groups: new Map(), folded: 0 }
      this.#held.set(pane, held)
      this.due = Math.min(this.due, held.until)
    }
    return held
  }

  #valuesOf(accumulators: readonly unknown[]): Record<string, unknown> {
    const values: Record<string, unknown> = {}
    for (const [index, name] of this.#set.names.entries()) values[name] = accumulators[index]
    return values
  }
}
