import { type KeyValue, readRow, type RowShape } from '@millrace/base'
import type { SavedEntry, SavedHandle, SlotEntry } from './saved-state.ts'
import type { EntryColumns, HandleChanges, NumberRows } from './stage-changes.ts'
import type { Loaded } from './store.ts'

/** Nothing tells of a slot, or it has no key. */
export const NOBODY = -1

/** Entries that are read in one go. */
const READ_ENTRIES = 1000

/** Which of several changes tells of a slot, and what has become of it. */
export interface Merged {
  /** By slot, the place among the changes. */
  readonly winners: Int32Array
  /** By slot, the place of its key. */
  readonly places: Int32Array
  /** In the order in which they were first seen. */
  readonly keys: readonly (readonly KeyValue[])[]
}

/** What one of several changes says of a handle. */
interface Part {
  readonly columns: EntryColumns
  /** By entry, the place of its key; NOBODY for an entry that later changes made untrue. */
  readonly places: Int32Array
}

/** How what was kept comes into a store. */
interface Loading {
  /** Default: the slot of a key is its place. */
  readonly slotOf?: ((place: number) => number) | undefined
  /** Default: data stays as it is. */
  readonly migrate?: ((data: unknown) => unknown) | undefined
}

/** What a state handle kept, as its changes have it: read into a store without an object for each entry. */
export class MergedHandle implements SavedHandle {
  readonly kind: string
  readonly version: number
  readonly expired?: number
  readonly #keys: readonly (readonly KeyValue[])[]
  readonly #isWhole: boolean
  readonly #parts: readonly Part[]
  readonly #cold: () => Iterable<SlotEntry>
  #entries: readonly SavedEntry[] | undefined

  /** `parts` by change, from oldest to newest; `cold` gives what its keys kept on the disk. */
  constructor(
    { expired, isWhole, kind, version }: HandleChanges,
    parts: readonly (EntryColumns | undefined)[],
    merged: Merged,
    cold: () => Iterable<SlotEntry> = () => [],
  ) {
    this.#cold = cold
    this.kind = kind
    this.version = version
    if (expired > 0) this.expired = expired
    this.#keys = merged.keys
    this.#isWhole = isWhole
    this.#parts = parts.flatMap((columns, index) =>
      columns === undefined ? [] : { columns, places: placesOf(columns, index, isWhole, merged) },
    )
  }

  /** Those of the stage: their places are what its entries say. */
  get keys(): readonly (readonly KeyValue[])[] {
    return this.#keys
  }

  /** Entries that it kept. */
  get size(): number {
    let size = 0
    for (const { places } of this.#parts) for (const place of places) if (place >= 0) size++
    for (const _ of this.#cold()) size++
    return size
  }

  get entries(): readonly SavedEntry[] {
    this.#entries ??= this.#toEntries()
    return this.#entries
  }

  /** Gives a store what was kept, but for keys that were on the disk. */
  load(store: Loaded, { migrate, slotOf }: Loading = {}): void {
    for (const { columns, places } of this.#parts) {
      const { data } = columns
      if (migrate === undefined && slotOf === undefined) {
        if ('rows' in data && store.loadRows?.(places, columns, data) === true) continue
        for (const entry of entriesOf(columns, places)) store.load(entry)
        continue
      }
      for (const entry of entriesOf(columns, places)) {
        const slot = slotOf?.(entry.slot) ?? entry.slot
        store.load({
          ...entry,
          slot,
          data: migrate === undefined ? entry.data : migrate(entry.data),
        })
      }
    }
  }

  #toEntries(): readonly SavedEntry[] {
    const found: { readonly order: number; readonly entry: SavedEntry }[] = []
    const add = ({ data, name, order, slot, time }: SlotEntry): void => {
      const key = this.#isWhole ? null : (this.#keys[slot] ?? null)
      const entry = {
        key,
        ...(name !== undefined && { name }),
        data,
        ...(time !== undefined && { time }),
      }
      // Those that have no order of their own stand in that of their keys.
      found.push({ order: order ?? slot, entry })
    }
    for (const { columns, places } of this.#parts) {
      for (const entry of entriesOf(columns, places)) add(entry)
    }
    for (const entry of this.#cold()) add(entry)
    return found.toSorted((a, b) => a.order - b.order).map(({ entry }) => entry)
  }
}

/** The same as plain data. */
export function toPlain({ entries, expired, kind, version }: SavedHandle): SavedHandle {
  return { kind, version, ...(expired !== undefined && { expired }), entries: [...entries] }
}

function placesOf(
  { slots }: EntryColumns,
  index: number,
  isWhole: boolean,
  merged: Merged,
): Int32Array {
  const places = new Int32Array(slots.length)
  if (isWhole) return places
  for (let at = 0; at < slots.length; at++) {
    const slot = slots[at] as number
    const isTrue = merged.winners[slot] === index
    places[at] = isTrue ? (merged.places[slot] as number) : NOBODY
  }
  return places
}

/** Entries whose place is not NOBODY, one object again and again: its slot is its place. */
function* entriesOf(columns: EntryColumns, places: Int32Array): Iterable<SlotEntry> {
  const { data, names, orders, times } = columns
  const shape = 'rows' in data ? shapeOf(data) : 0
  const entry: { -readonly [Field in keyof SlotEntry]: SlotEntry[Field] } = {
    slot: NOBODY,
    name: undefined,
    data: undefined,
    time: undefined,
    order: undefined,
    isOwn: true,
  }
  const { step = READ_ENTRIES } = 'rows' in data ? {} : data
  for (let from = 0; from < places.length; from += step) {
    const to = Math.min(places.length, from + step)
    const items = 'rows' in data ? undefined : data.slice(from, to)
    const some = names?.slice(from, to)
    for (let at = from; at < to; at++) {
      entry.slot = places[at] as number
      if (entry.slot < 0) continue
      entry.data =
        'rows' in data ? readRow(shape, data.rows, at * data.fields.length) : items?.[at - from]
      entry.name = some?.[at - from]
      entry.time = times?.[at]
      entry.order = orders?.[at]
      yield entry
    }
  }
}

const shapeOf = ({ fields, shape }: NumberRows): RowShape =>
  shape ?? { fields: fields.map((name, at) => [name, at] as const) }
