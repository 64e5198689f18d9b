import { invariant, isMillraceError } from '@millrace/base'
import { type Batch, type BatchOutput, type Key, PARTIALS, type StageInstance } from '@millrace/sdk'
import type { AggregateSet } from './aggregate-set.ts'

/** Records of one key and pane that were folded together. */
export interface PartialGroup {
  readonly key: Key | undefined
  /** As `paneOf` named it. */
  readonly pane: number
  /** Largest event time of its records. */
  readonly latest: number
  /** Accumulators by name. */
  readonly values: Readonly<Record<string, unknown>>
}

interface Group extends PartialGroup {
  latest: number
  readonly accumulators: readonly unknown[]
  readonly values: Record<string, unknown>
}

/** Batches that are handed on after one with nothing to gain. */
const REST = 31

/**
 * The first half of a stage that folds: the records of a batch that have the same key and pane become one. `paneOf` names the pane of a record, and
 * says NaN of one that is to be handed on, given the watermark behind the batch. Where little is gained it rests for some batches.
 */
export function createCombiner(
  set: AggregateSet,
  paneOf: (timestamp: number, watermark: number) => number,
): StageInstance {
  const at = { timestamp: 0, key: undefined as Key | undefined }
  const groups = new Map<Key | undefined, Group[]>()
  let resting = set.isOfNumbers ? 0 : Number.POSITIVE_INFINITY

  /** Folds a record if it can; false: it is to be handed on. */
  const fold = (batch: Batch, index: number, watermark: number): boolean => {
    at.timestamp = batch.timestamp(index)
    const pane = paneOf(at.timestamp, watermark)
    if (Number.isNaN(pane)) return false
    try {
      at.key = batch.key(index)
      set.evaluate(batch.value(index), at)
    } catch (error) {
      invariant(isMillraceError(error), 'Values and keys throw coded errors only.')
      return false
    }
    const own = groupOf(groups, at.key, pane, set)
    set.add(own.accumulators)
    if (at.timestamp > own.latest) own.latest = at.timestamp
    return true
  }
  return {
    process: (record: unknown) => record,
    processBatch(batch: Batch, output: BatchOutput) {
      const { length } = batch
      if (resting > 0 || length === 1) {
        if (resting > 0) resting--
        for (let index = 0; index < length; index++) output.pass(index)
        return
      }
      // Those of a batch that failed half through have been handed on one by one.
      groups.clear()
      const last = length - 1
      let given = 0
      for (let index = 0; index < length; index++) {
        if (fold(batch, index, batch.watermark(last))) continue
        output.pass(index)
        given++
      }
      for (const own of groups.values()) {
        for (const { key, latest, pane, values } of own) {
          output.emit(last, { key, pane, latest, values }, PARTIALS, latest)
          given++
        }
      }
      if (given > length / 2) resting = REST
    },
  }
}

function groupOf(
  groups: Map<Key | undefined, Group[]>,
  key: Key | undefined,
  pane: number,
  set: AggregateSet,
): Group {
  let own = groups.get(key)
  if (own === undefined) groups.set(key, (own = []))
  for (const group of own) if (group.pane === pane) return group
  const accumulators = set.create()
  const values = Object.fromEntries(set.names.map((name, index) => [name, accumulators[index]]))
  const group = { key, pane, latest: Number.NEGATIVE_INFINITY, accumulators, values }
  own.push(group)
  return group
}
