import { readRow, type RowShape } from '@millrace/base'
import { NOBODY } from './merged-keys.ts'
import type { PlacedKeys, SavedEntry, SavedHandle, SlotEntry } from './saved-state.ts'
import type { EntryColumns, HandleChanges, NumberRows } from './stage-changes.ts'
import type { Loaded } from './store.ts'

/** Entries that are read in one go. */
const READ_ENTRIES = 1000

/** Which of several changes tells of a slot, and what has become of it. */
export interface Merged {
  readonly keys: PlacedKeys
  /** By slot, the place among the changes. */
  readonly winners: Int32Array
}

/** What one of several changes says of a handle. */
interface Part {
  readonly columns: EntryColumns
  /** Their place among them. */
  readonly index: number
}

/** How what was kept comes into a store. */
interface Loading {
  /** The slot of a key by its place. Default: keys have the slots that they had. */
  readonly slotOf?: ((place: number) => number) | undefined
  /** Default: data stays as it is. */
  readonly migrate?: ((data: unknown) => unknown) | undefined
}

/** What a state handle kept, as its changes have it: read into a store without an object for each entry. */
export class MergedHandle implements SavedHandle {
  readonly kind: string
  readonly version: number
  readonly expired?: number
  readonly #merged: Merged
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
    this.#merged = merged
    this.#isWhole = isWhole
    this.#parts = parts.flatMap((columns, index) =>
      columns === undefined ? [] : { columns, index },
    )
  }

  /** Those of the stage. */
  get keys(): PlacedKeys {
    return this.#merged.keys
  }

  /** Entries that it kept. */
  get size(): number {
    let size = 0
    for (const part of this.#parts) for (const place of this.#placesOf(part)) if (place >= 0) size++
    for (const _ of this.#cold()) size++
    return size
  }

  get entries(): readonly SavedEntry[] {
    this.#entries ??= this.#toEntries()
    return this.#entries
  }

  /** Gives a store what was kept, but for keys that were on the disk. */
  load(store: Loaded, { migrate, slotOf }: Loading = {}): void {
    for (const part of this.#parts) {
      const { columns } = part
      const { data } = columns
      if (migrate === undefined && slotOf === undefined) {
        const slots = this.#slotsOf(part)
        if ('rows' in data && store.loadRows?.(slots, columns, data) === true) continue
        eachEntry(columns, slots, (entry) => store.load(entry))
        continue
      }
      const slots = slotOf === undefined ? this.#slotsOf(part) : this.#placesOf(part)
      eachEntry(columns, slots, (entry) => {
        const slot = slotOf?.(entry.slot) ?? entry.slot
        store.load({
          ...entry,
          slot,
          data: migrate === undefined ? entry.data : migrate(entry.data),
        })
      })
    }
  }

  #toEntries(): readonly SavedEntry[] {
    const found: { readonly order: number; readonly entry: SavedEntry }[] = []
    const add = ({ data, name, order, slot, time }: SlotEntry): void => {
      const key = this.#isWhole ? null : (this.#merged.keys.keys[slot] ?? null)
      const entry = {
        key,
        ...(name !== undefined && { name }),
        data,
        ...(time !== undefined && { time }),
      }
      // Those that have no order of their own stand in that of their keys.
      found.push({ order: order ?? slot, entry })
    }
    for (const part of this.#parts) {
      eachEntry(part.columns, this.#placesOf(part), add)
    }
    for (const entry of this.#cold()) add(entry)
    return found.toSorted((a, b) => a.order - b.order).map(({ entry }) => entry)
  }

  /** By entry, the slot of its key; NOBODY for an entry that later changes made untrue. */
  #slotsOf({ columns: { slots }, index }: Part): Int32Array {
    if (this.#isWhole) return new Int32Array(slots.length)
    const { keys, winners } = this.#merged
    const { places } = keys
    return slots.map((slot) =>
      winners[slot] === index && (places[slot] as number) >= 0 ? slot : NOBODY,
    )
  }

  /** The same, and the place of its key. */
  #placesOf(part: Part): Int32Array {
    if (this.#isWhole) return new Int32Array(part.columns.slots.length)
    const { places } = this.#merged.keys
    return this.#slotsOf(part).map((slot) => (slot < 0 ? NOBODY : (places[slot] as number)))
  }
}

/** The same as plain data. */
export function toPlain({ entries, expired, kind, version }: SavedHandle): SavedHandle {
  return { kind, version, ...(expired !== undefined && { expired }), entries: [...entries] }
}

/** Tells of entries whose slot is not NOBODY, in one object again and again. */
function eachEntry(
  columns: EntryColumns,
  slots: Int32Array,
  visit: (entry: SlotEntry) => void,
): void {
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
  for (let from = 0; from < slots.length; from += step) {
    const to = Math.min(slots.length, from + step)
    const items = 'rows' in data ? undefined : data.slice(from, to)
    const some = names?.slice(from, to)
    for (let at = from; at < to; at++) {
      entry.slot = slots[at] as number
      if (entry.slot < 0) continue
      entry.data =
        'rows' in data ? readRow(shape, data.rows, at * data.fields.length) : items?.[at - from]
      entry.name = some?.[at - from]
      entry.time = times?.[at]
      entry.order = orders?.[at]
      visit(entry)
    }
  }
}

const shapeOf = ({ fields, shape }: NumberRows): RowShape =>
  shape ?? { fields: fields.map((name, at) => [name, at] as const) }
