import type { StageCapture } from '../checkpoint/checkpoint.ts'
import type { ChangeLog, Trail } from '../state/change-log.ts'
import { type CurrentKey, NO_SLOT, ONLY_SLOT } from '../state/current-key.ts'
import type { HeapState } from '../state/heap-state.ts'
import type { KeyTimers } from '../state/key-timers.ts'
import { MergedSnapshot } from '../state/merge-changes.ts'
import type { SavedTimer, Slots, StageSnapshot } from '../state/saved-state.ts'
import type { SpillingSlots } from '../state/spilling-slots.ts'
import type { StageChanges } from '../state/stage-changes.ts'
import type { Emitter } from './emitter.ts'
import type { EventClock } from './event-clock.ts'
import type { KeyInterner } from './key.ts'
import type { ParkingLot } from './parking-lot.ts'
import { loadParked, saveParked } from './saved-parked.ts'
import type { StageParts } from './stage-parts.ts'

/** What a snapshot is taken of. */
export interface Snapshotted {
  readonly emitter: Emitter
  readonly time: EventClock
  readonly state: HeapState
  readonly interner: KeyInterner | undefined
  readonly current: CurrentKey
  readonly hooks: { readonly event: KeyTimers; readonly clock: KeyTimers }
  readonly lot: ParkingLot | undefined
  readonly spilling?: SpillingSlots | undefined
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

/** What a stage keeps of what was touched since it was asked last; for between two records. */
export function takeChanges(stage: Snapshotted, log: ChangeLog): StageChanges {
  const { emitter, hooks, interner, largest, state, time } = stage
  const size = interner?.keys.length ?? 0
  const { has, named, number, since, slots } = log.take(size)
  const listed = interner === undefined ? undefined : has
  return {
    number,
    since,
    watermark: emitter.mark,
    largest,
    eventTime: time.reached,
    isKeyed: interner !== undefined,
    slots,
    keys: {
      size,
      slots: named,
      orders: stage.current.order.numbersOf(named),
      values: interner?.capture(named) ?? [],
    },
    ...state.capture(slots),
    timers: { event: hooks.event.capture(listed), clock: hooks.clock.capture(listed) },
  }
}

/** Gives a stage what it kept; for before its first instance is made. Whether its keys have the slots that they had. */
function restoreSnapshot(stage: Snapshotted, saved: StageSnapshot): boolean {
  const { emitter, hooks, interner, state, time } = stage
  emitter.mark = saved.watermark
  stage.largest = saved.largest
  time.moveTo(saved.eventTime)
  // Results of many keys come in the order in which these were first seen.
  const isMerged = saved instanceof MergedSnapshot
  const arePutBack = isMerged && (interner === undefined || interner.putBack(saved.placed))
  if (!arePutBack) interner?.restore(saved.keys)
  state.restore(saved.state)
  for (const service of ['event', 'clock'] as const) {
    if (arePutBack) {
      saved.loadTimers(service, hooks[service])
      continue
    }
    for (const { at, key, name } of saved.timers[service]) {
      hooks[service].load({ slot: interner?.slotOf(key) ?? ONLY_SLOT, at, name })
    }
  }
  return arePutBack && saved.isKeyed === (interner !== undefined)
}

/** Gives handles what their keys kept on the disk; for when the first instance has made them, before it is opened. */
export function restoreCold(
  { interner, spilling, state }: Pick<Snapshotted, 'interner' | 'spilling' | 'state'>,
  { restored, spec }: Pick<StageParts, 'restored' | 'spec'>,
): void {
  for (const saved of [spec.restored, restored?.snapshot]) {
    if (!(saved instanceof MergedSnapshot) || interner === undefined) continue
    const { placed } = saved
    const arePutBack = interner.arePutBack(placed)
    state.restoreCold(
      saved.cold,
      ({ place, slot }) => (arePutBack ? slot : interner.slotOf(placed.keys[place] ?? [])),
      { use: (slot) => spilling?.bring(slot), loaded: () => spilling?.evict(NO_SLOT) },
    )
  }
}

/** A stage's part of a checkpoint; for between two records. */
export function captureStage(
  stage: Snapshotted,
  log: ChangeLog,
  { counter, failures }: Pick<StageParts, 'counter' | 'failures'>,
  isOver: boolean,
): StageCapture {
  const { interner, lot } = stage
  const keyOf = (slot: number) => interner?.values(slot) ?? []
  const parked = (lot?.waiting ?? []).map((one) => saveParked(one, keyOf))
  const letters = failures.letters.snapshot()
  return { isOver, changes: takeChanges(stage, log), parked, letters, counts: counter.snapshot() }
}

/**
 * Gives a stage what it begins with: what its job says, and what was kept of it. For before its first instance is made. What its next
 * changes follow; undefined: nothing, they are all that it keeps.
 */
export function restoreStage(
  stage: Snapshotted,
  { restored, spec }: Pick<StageParts, 'restored' | 'spec'>,
): Trail | undefined {
  if (spec.restored !== undefined) restoreSnapshot(stage, spec.restored)
  if (restored === undefined) return undefined
  const { snapshot } = restored
  const arePutBack = restoreSnapshot(stage, snapshot)
  const isKept = restored.isKept === true && arePutBack && snapshot instanceof MergedSnapshot
  const trail = isKept ? snapshot.trail : undefined
  if (trail !== undefined) stage.interner?.goOn()
  const slotOf = (key: Parameters<Slots['slotOf']>[0]) => stage.interner?.slotOf(key) ?? ONLY_SLOT
  for (const one of restored.parked) stage.lot?.putBack(loadParked(one, slotOf))
  return trail
}
