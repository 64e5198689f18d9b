import { invariant, type KeyValue } from '@millrace/base'
import type { SavedEntry, SavedHandle, SavedTimer, StageSnapshot } from './saved-state.ts'
import type {
  EntryColumns,
  HandleChanges,
  NumberRows,
  StageChanges,
  TimerColumns,
} from './stage-changes.ts'

type KeyValues = readonly KeyValue[] | null

/** Which of several changes tells of a slot, and whose it is. */
interface Merged {
  /** By slot, the place among the changes; NOBODY for one that none tells of. */
  readonly winners: Int32Array
  readonly keys: readonly KeyValues[]
  /** Slots with a key, in the order in which these were first seen. */
  readonly inOrder: Int32Array
}

const NOBODY = -1

/** All that a stage kept when the last of these changes were taken: those from its `since` on, in order. */
export function mergeChanges(list: readonly StageChanges[]): StageSnapshot {
  const last = list.at(-1)
  invariant(last !== undefined, 'There are changes to merge.')
  for (const [index, { number }] of list.entries()) {
    invariant(number === last.since + index, 'No changes are missing.')
  }
  const { eventTime, isKeyed, largest, unclaimed, watermark } = last
  const merged = mergeKeys(list, last.keys.size)
  const state = Object.entries(last.handles).map(([name, handle]) => {
    return [name, mergeHandle(name, handle, list, merged)] as const
  })
  const timers = (service: 'event' | 'clock'): SavedTimer[] => {
    if (!isKeyed) return mergeTimers([last.timers[service]], undefined)
    return mergeTimers(
      list.map((one) => one.timers[service]),
      merged,
    )
  }
  return {
    watermark,
    largest,
    eventTime,
    keys: Array.from(merged.inOrder, (slot) => merged.keys[slot] ?? []),
    state: { ...unclaimed, ...Object.fromEntries(state) },
    timers: { event: timers('event'), clock: timers('clock') },
  }
}

function mergeKeys(list: readonly StageChanges[], size: number): Merged {
  const winners = new Int32Array(size).fill(NOBODY)
  list.forEach(({ keys: { slots } }, index) => {
    for (const slot of slots) if (slot < size) winners[slot] = index
  })
  const keys: KeyValues[] = []
  for (let slot = 0; slot < size; slot++) keys.push(null)
  const orders = new Float64Array(size)
  list.forEach(({ keys: found }, index) => {
    const values = found.values.slice(0, found.values.length)
    for (let at = 0; at < values.length; at++) {
      const slot = found.slots[at] as number
      if (winners[slot] !== index) continue
      keys[slot] = values[at] as KeyValues
      orders[slot] = found.orders[at] as number
    }
  })
  const given = new Int32Array(size)
  let count = 0
  for (let slot = 0; slot < size; slot++) if (keys[slot] !== null) given[count++] = slot
  return { winners, keys, inOrder: sortedBy(given.subarray(0, count), orders) }
}

function mergeHandle(
  name: string,
  { expired, isWhole, kind, version, ...last }: HandleChanges,
  list: readonly StageChanges[],
  merged: Merged,
): SavedHandle {
  const some = { kind, version, ...(expired > 0 && { expired }) }
  if (isWhole) {
    const all = reader(last.entries)
    return { ...some, entries: Array.from(last.entries.slots, (_, at) => all(at, null)) }
  }
  const parts = list.map(({ handles }) => handles[name]?.entries)
  return { ...some, entries: mergeEntries(parts, merged) }
}

/** Entries slot by slot, then in their order. */
function mergeEntries(
  parts: readonly (EntryColumns | undefined)[],
  { inOrder, keys, winners }: Merged,
): SavedEntry[] {
  const starts = new Int32Array(winners.length + 1)
  const isHeld = (slot: number, part: number): boolean => winners[slot] === part
  let ordered = true
  parts.forEach((part, index) => {
    if (part === undefined) return
    ordered &&= part.orders !== undefined
    for (const slot of part.slots) if (isHeld(slot, index)) add(starts, slot + 1, 1)
  })
  for (let slot = 0; slot < winners.length; slot++) add(starts, slot + 1, starts[slot] as number)
  const next = starts.slice()
  const count = starts.at(-1) as number
  const entries: SavedEntry[] = []
  const none: SavedEntry = { key: null, data: undefined }
  for (let place = 0; place < count; place++) entries.push(none)
  const orders = new Float64Array(count)
  parts.forEach((part, index) => {
    if (part === undefined) return
    const read = reader(part)
    for (let at = 0; at < part.slots.length; at++) {
      const slot = part.slots[at] as number
      if (!isHeld(slot, index)) continue
      const place = next[slot] as number
      next[slot] = place + 1
      entries[place] = read(at, keys[slot] ?? null)
      orders[place] = part.orders?.[at] ?? 0
    }
  })
  const places = new Int32Array(count)
  if (ordered) {
    for (let place = 0; place < count; place++) places[place] = place
    return inPlaces(entries, sortedBy(places, orders))
  }
  let filled = 0
  for (const slot of inOrder) {
    for (let at = starts[slot] as number; at < (starts[slot + 1] as number); at++) {
      places[filled++] = at
    }
  }
  return inPlaces(entries, places)
}

function inPlaces<T>(list: T[], places: Int32Array): T[] {
  const placed: T[] = []
  for (const place of places) placed.push(list[place] as T)
  return placed
}

/** How entries are read, each once. */
function reader(columns: EntryColumns): (at: number, key: KeyValues) => SavedEntry {
  const { data, slots, times } = columns
  const names = columns.names?.slice(0, slots.length)
  const rows = 'rows' in data ? data : undefined
  const items = 'rows' in data ? undefined : data.slice(0, slots.length)
  if (names === undefined && times === undefined) {
    return (at, key) => ({ key, data: rows === undefined ? items?.[at] : rowOf(rows, at) })
  }
  return (at, key) => ({
    key,
    ...(names && { name: names[at] }),
    data: rows === undefined ? items?.[at] : rowOf(rows, at),
    ...(times && { time: times[at] }),
  })
}

function rowOf({ fields, rows }: NumberRows, at: number): unknown {
  const row: Record<string, number> = {}
  const start = at * fields.length
  for (let column = 0; column < fields.length; column++) {
    row[fields[column] as string] = rows[start + column] as number
  }
  return row
}

interface OrderedTimer extends SavedTimer {
  readonly order: number
}

function mergeTimers(parts: readonly TimerColumns[], merged: Merged | undefined): SavedTimer[] {
  const found: OrderedTimer[] = []
  parts.forEach((part, index) => {
    const names = part.names.slice(0, part.names.length)
    for (let at = 0; at < part.slots.length; at++) {
      const slot = part.slots[at] as number
      if (merged !== undefined && merged.winners[slot] !== index) continue
      found.push({
        key: merged?.keys[slot] ?? null,
        at: part.times[at] as number,
        name: names[at] as string,
        order: part.orders[at] as number,
      })
    }
  })
  // Infinity less Infinity is no number.
  const byTime = (a: OrderedTimer, b: OrderedTimer): number =>
    a.at === b.at ? a.order - b.order : a.at < b.at ? -1 : 1
  return found.toSorted(byTime).map(({ at, key, name }) => ({ key, at, name }))
}

/** These places by what `orders` says of them; most often they stand so already. */
function sortedBy(places: Int32Array, orders: Float64Array): Int32Array {
  for (let at = 1; at < places.length; at++) {
    if ((orders[places[at] as number] as number) < (orders[places[at - 1] as number] as number)) {
      return places.toSorted((a, b) => (orders[a] as number) - (orders[b] as number))
    }
  }
  return places
}

function add(numbers: Int32Array, at: number, more: number): void {
  numbers[at] = (numbers[at] as number) + more
}
