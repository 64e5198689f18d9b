import { ENG_STATE_KIND, ENG_STATE_VERSION } from '../errors.ts'
import { toEntryColumns } from './entry-columns.ts'
import { entriesOf, type Frozen } from './frozen.ts'
import { MergedHandle } from './merged-handle.ts'
import type { SavedHandle, Slots } from './saved-state.ts'
import type { HandleChanges } from './stage-changes.ts'
import { isExpiring, type Loaded, type Store } from './store.ts'

/** A state handle and how what it keeps is written down. */
export interface Handle {
  readonly kind: string
  readonly version: number
  /** Makes of data of an earlier version what the handle takes now. */
  readonly migrate?: ((data: unknown, version: number) => unknown) | undefined
  readonly slots: Slots
  readonly store: Store
}

/** What a handle keeps. */
export function saveHandle({ kind, slots, store, version }: Handle): SavedHandle {
  const entries = Array.from(store.save(), ({ slot, ...entry }) => {
    return { key: slots.values(slot), ...entry }
  })
  const expired = isExpiring(store) ? store.expiry.expired : 0
  return { kind, version, entries, ...(expired > 0 && { expired }) }
}

/** What a handle keeps for some slots; `slots` absent: for all that it has, which follows no key. */
export function captureHandle(
  { kind, store, version }: Handle,
  slots: Int32Array | undefined,
): HandleChanges {
  const isWhole = slots === undefined
  const entries = isWhole ? toEntryColumns(store.save()) : store.capture(slots)
  const expired = isExpiring(store) ? store.expiry.expired : 0
  return { kind, version, expired, isWhole, entries }
}

/** Gives a handle what it kept for one key on the disk. */
export function loadFrozen(handle: Handle, slot: number, frozen: Frozen, version: number): void {
  const migrate = version < handle.version ? migratedFrom(handle, version) : undefined
  for (const entry of entriesOf(slot, frozen)) {
    handle.store.load(migrate === undefined ? entry : { ...entry, data: migrate(entry.data) })
  }
}

function migratedFrom(
  { migrate }: Handle,
  version: number,
): ((data: unknown) => unknown) | undefined {
  return migrate && ((data) => migrate(data, version))
}

/**
 * Gives a handle what it kept, by way of `into`; whether changes may go on that say nothing of it. Throws ENG_STATE_KIND and ENG_STATE_VERSION where that is not its own.
 */
export function loadHandle(
  name: string,
  handle: Handle,
  saved: SavedHandle,
  into: Loaded = handle.store,
): boolean {
  const { kind, migrate, slots, store, version } = handle
  if (saved.kind !== kind) throw ENG_STATE_KIND({ name, kind, was: saved.kind })
  const isOld = saved.version < version
  if (saved.version > version || (isOld && migrate === undefined)) {
    throw ENG_STATE_VERSION({ name, version, was: saved.version })
  }
  if (isExpiring(store)) store.expiry.expired = saved.expired ?? 0
  if (saved instanceof MergedHandle) {
    const { keys: of } = saved
    const arePutBack = slots.arePutBack(of)
    const slotOf = arePutBack
      ? undefined
      : (place: number): number => slots.slotOf(of.keys[place] ?? null)
    saved.load(into, { slotOf, migrate: isOld ? migratedFrom(handle, saved.version) : undefined })
    return arePutBack && !isOld
  }
  for (const { data: was, key, name: entry, time } of saved.entries) {
    const data = isOld && migrate !== undefined ? migrate(was, saved.version) : was
    into.load({ slot: slots.slotOf(key), name: entry, data, time })
  }
  return false
}
