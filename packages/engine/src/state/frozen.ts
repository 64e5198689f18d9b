import type { SlotEntry } from './saved-state.ts'
import type { Store } from './store.ts'

/** What one handle keeps for one key, as it waits on the disk. */
export type Frozen = readonly [
  data: readonly unknown[],
  names?: readonly unknown[] | undefined,
  times?: readonly number[] | undefined,
  order?: number | undefined,
]

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

/** The same as entries. */
export function* entriesOf(
  slot: number,
  [data, names, times, order]: Frozen,
): Iterable<SlotEntry & { readonly isOwn: true }> {
  for (let at = 0; at < data.length; at++) {
    yield {
      slot,
      data: data[at],
      ...(names && { name: names[at] }),
      ...(times && { time: times[at] }),
      ...(order !== undefined && { order }),
      isOwn: true,
    }
  }
}
