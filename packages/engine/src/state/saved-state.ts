import type { KeyValue } from '@millrace/base'

/** One entry of a state handle, apart from its key. */
export interface SlotEntry {
  readonly slot: number
  /** Of a map: the name of the entry. */
  readonly name?: unknown
  readonly data: unknown
  /** Of state by time: that. Of state with a time to live: when it was written. Epoch ms. */
  readonly time?: number | undefined
  /** Its place among those of all keys; absent: the last one so far. */
  readonly order?: number | undefined
  /** Nobody else has its data; absent: somebody may. */
  readonly isOwn?: boolean | undefined
}

/** One entry of a state handle, as a snapshot holds it. */
export interface SavedEntry extends Omit<SlotEntry, 'slot' | 'order' | 'isOwn'> {
  /** Values of the key in the order of `by`; null where the state follows none. */
  readonly key: readonly KeyValue[] | null
}

/** What one state handle keeps. */
export interface SavedHandle {
  /** Such as `map`. */
  readonly kind: string
  readonly version: number
  readonly entries: readonly SavedEntry[]
  /** Entries let go because their time was past; absent where that is none. */
  readonly expired?: number | undefined
}

/** What all state handles of a stage keep, by name with namespaces: plain data, but for what users put into it. */
export type SavedState = Readonly<Record<string, SavedHandle>>

/** A timer that is set. */
export interface SavedTimer {
  /** Values of the key in the order of `by`; null without `by`. */
  readonly key: readonly KeyValue[] | null
  readonly at: number
  readonly name: string
}

/** All that a stage keeps between two records: plain data, but for what users put into its state. */
export interface StageSnapshot {
  readonly watermark: number
  /** Largest event time seen. */
  readonly largest: number
  /** What event time has come to for state that has a time to live. */
  readonly eventTime: number
  /** Keys in the order in which the stage first saw them, which is that of its results; empty without `by`. */
  readonly keys: readonly (readonly KeyValue[])[]
  readonly state: SavedState
  /** In the order in which they will fire. */
  readonly timers: { readonly event: readonly SavedTimer[]; readonly clock: readonly SavedTimer[] }
}

/** Keys and the slots that they had. */
export interface PlacedKeys {
  /** In the order in which they were first seen. */
  readonly keys: readonly (readonly KeyValue[])[]
  /** By slot, the place of its key; negative where it has none. */
  readonly places: Int32Array
  /** By slot, the number of its key among those that were ever seen. */
  readonly orders: Float64Array
  /** Tells of each key, in no order. */
  each(visit: (values: readonly KeyValue[], slot: number) => void): void
}

/** How keys and their slots are told from each other. */
export interface Slots {
  /** Values of a slot's key; null for the slot of a stage without keys. */
  values(slot: number): readonly KeyValue[] | null
  /** The slot of a key, given where it has none. */
  slotOf(values: readonly KeyValue[] | null): number
  /** Whether these keys have the slots that they had. */
  arePutBack(keys: PlacedKeys): boolean
}
