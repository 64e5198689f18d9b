import type { Frozen } from './frozen.ts'
import type { Store } from './store.ts'

/** A store whose keys can be put aside one by one. */
export interface SpillableStore extends Store {
  /** False: it can not, after all. */
  readonly canFreeze?: boolean
  /** What it keeps for a slot, which must be something: it lets go of that, but for its place, its count and its times. */
  freeze(slot: number): Frozen
  /** Takes it back. */
  thaw(slot: number, frozen: Frozen): void
}

export function isSpillable(store: Store): store is SpillableStore {
  return 'freeze' in store && (!('canFreeze' in store) || store.canFreeze === true)
}
