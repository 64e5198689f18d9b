import type { CurrentKey } from '../state/current-key.ts'
import type { HeapState } from '../state/heap-state.ts'
import type { SpillingSlots } from '../state/spilling-slots.ts'
import type { KeyInterner } from './key.ts'
import { KeySweep } from './key-sweep.ts'
import type { ParkingLot } from './parking-lot.ts'
import { SpillingSweep } from './spilling-sweep.ts'
import type { StageHooks } from './stage-hooks.ts'

/** Keys that a stage keeps even though they have neither state nor timers: with state, and without any. */
const KEYS_FEW = 16_384
const KEYS_FEW_READ = 100_000

/** What refers to keys. */
interface Referring {
  readonly interner: KeyInterner | undefined
  readonly current: CurrentKey
  readonly hooks: StageHooks
  readonly state: HeapState
  readonly spilling: SpillingSlots | undefined
  readonly lot: ParkingLot | undefined
}

/** What looks after the keys of a stage between records: state, timers and parked records refer to them. Undefined without `by`. */
export function newSweep(stage: Referring): KeySweep | undefined {
  const { current, hooks, interner, spilling, state } = stage
  if (interner === undefined) return undefined
  const holder = {
    get held(): number {
      return state.held + hooks.pending + (stage.lot?.held ?? 0)
    },
    holds: (slot: number) =>
      state.holds(slot) || hooks.holds(slot) || stage.lot?.holds(slot) === true,
  }
  const few = (): number => (state.used || hooks.pending > 0 ? KEYS_FEW : KEYS_FEW_READ)
  return spilling === undefined
    ? new KeySweep(interner, current, holder, few)
    : new SpillingSweep(interner, current, holder, few, spilling)
}
