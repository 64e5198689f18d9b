import type { StageCheckpoint } from '../checkpoint/checkpoint.ts'
import { ONLY_SLOT } from '../state/current-key.ts'
import type { HeapState } from '../state/heap-state.ts'
import type { KeyTimers } from '../state/key-timers.ts'
import type { SavedTimer, Slots, StageSnapshot } from '../state/saved-state.ts'
import type { Emitter } from './emitter.ts'
import type { EventClock } from './event-clock.ts'
import type { ParkingLot } from './parking-lot.ts'
import { loadParked, saveParked } from './saved-parked.ts'
import type { StageParts } from './stage-parts.ts'

/** What a snapshot is taken of. */
export interface Snapshotted {
  readonly emitter: Emitter
  readonly time: EventClock
  readonly state: HeapState
  readonly interner: (Slots & { slots(): Iterable<number> }) | undefined
  readonly hooks: { readonly event: KeyTimers; readonly clock: KeyTimers }
  readonly lot: ParkingLot | undefined
  largest: number
}

/** What a stage keeps; for between two records. */
export function takeSnapshot(stage: Snapshotted): StageSnapshot {
  const { emitter, hooks, interner, largest, state, time } = stage
  const saved = (timers: KeyTimers): SavedTimer[] =>
    Array.from(timers.all(), ({ at, name, slot }) => {
      return { key: interner?.values(slot) ?? null, at, name }
    })
  return {
    watermark: emitter.mark,
    largest,
    eventTime: time.reached,
    keys: Array.from(interner?.slots() ?? [], (slot) => interner?.values(slot) ?? []),
    state: state.snapshot(),
    timers: { event: saved(hooks.event), clock: saved(hooks.clock) },
  }
}

/** Gives a stage what it kept; for before its first instance is made. */
export function restoreSnapshot(stage: Snapshotted, saved: StageSnapshot): void {
  const { emitter, hooks, interner, state, time } = stage
  emitter.mark = saved.watermark
  stage.largest = saved.largest
  time.moveTo(saved.eventTime)
  // Results of many keys come in the order in which these were first seen.
  for (const key of saved.keys) interner?.slotOf(key)
  state.restore(saved.state)
  for (const service of ['event', 'clock'] as const) {
    for (const { at, key, name } of saved.timers[service]) {
      hooks[service].load({ slot: interner?.slotOf(key) ?? ONLY_SLOT, at, name })
    }
  }
}

/** All that is kept of a stage at a checkpoint; for between two records. */
export function takeCheckpoint(
  stage: Snapshotted,
  { counter, failures }: Pick<StageParts, 'counter' | 'failures'>,
  isOver: boolean,
): StageCheckpoint {
  const { interner, lot } = stage
  const keyOf = (slot: number) => interner?.values(slot) ?? []
  const parked = (lot?.waiting ?? []).map((one) => saveParked(one, keyOf))
  const letters = failures.letters.snapshot()
  return { isOver, snapshot: takeSnapshot(stage), parked, letters, counts: counter.snapshot() }
}

/** Gives a stage what was kept of it; for before its first instance is made. */
export function restoreCheckpoint(
  stage: Snapshotted,
  { parked, snapshot }: Pick<StageCheckpoint, 'parked' | 'snapshot'>,
): void {
  restoreSnapshot(stage, snapshot)
  const slotOf = (key: Parameters<Slots['slotOf']>[0]) => stage.interner?.slotOf(key) ?? ONLY_SLOT
  for (const one of parked) stage.lot?.putBack(loadParked(one, slotOf))
}
