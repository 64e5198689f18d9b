import type { SlotEntry } from './saved-state.ts'
import type { EntryColumns, NumberRows } from './stage-changes.ts'

/** What a state handle keeps, of all keys. */
export interface Store {
  /** Entries held: values, names of maps, items of lists, panes, and so on. */
  readonly size: number
  /** Whether a slot has any of them. */
  holds(slot: number): boolean
  /** All entries, in order. Read them before the next record. */
  save(): Iterable<SlotEntry>
  /** Those of some slots, which are in ascending order: as they are now, whenever they are read. */
  capture(slots: Int32Array): EntryColumns
  /** Takes an entry back as it was. Cannot be undone: for before the first record. It is not asked for again: one object may serve for all. */
  load(entry: SlotEntry): void
  /** Takes rows back as they were, but for those whose slot is negative. False, or absent: only `load` can. */
  loadRows?(slots: Int32Array, columns: EntryColumns, data: NumberRows): boolean
}

/** What takes entries back. */
export type Loaded = Pick<Store, 'load' | 'loadRows'>

/** A store that lets go of what is past its time. */
export interface ExpiringStore extends Store {
  readonly expiry: Expiring
}

/** When the entries of a store go. */
export interface Expiring {
  readonly time: 'event' | 'clock'
  /** When the next entry may go; Infinity where there is none. */
  readonly first: number
  /** Entries that went. */
  expired: number
  /** Lets go of what is past its time at `now`. Cannot be undone: for between records. */
  release(now: number): void
}

export function isExpiring(store: Store): store is ExpiringStore {
  return 'expiry' in store
}
