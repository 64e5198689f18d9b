import type { KeyValue, RowShape } from '@millrace/base'
import type { Frozen } from './frozen.ts'
import type { SavedState } from './saved-state.ts'

/** A list that is made piece by piece: ask for each piece once, in order, and be done with it before anything else happens. */
export interface Sliced<T> {
  readonly length: number
  /** So many are best asked for in one go. Default: any number. */
  readonly step?: number | undefined
  slice(from: number, to: number): readonly T[]
}

/** The same few numbers for each entry, side by side. */
export interface NumberRows {
  readonly fields: readonly string[]
  readonly rows: Float64Array
  /** How a row is told as data; absent: an object of the fields. */
  readonly shape?: RowShape | undefined
}

/** Entries of a state handle, column by column. */
export interface EntryColumns {
  readonly slots: Int32Array
  /** Grows in the order of the entries; absent: this is the order of their keys, and for one key that in which they stand. */
  readonly orders?: Float64Array | undefined
  readonly names?: Sliced<unknown> | undefined
  readonly times?: Float64Array | undefined
  readonly data: Sliced<unknown> | NumberRows
}

/** What a state handle keeps for some slots. */
export interface HandleChanges {
  readonly kind: string
  readonly version: number
  readonly expired: number
  /** It keeps nothing else, for any slot: without keys there are no changes. */
  readonly isWhole: boolean
  readonly entries: EntryColumns
}

/** What some slots keep on the disk and not in memory. */
export interface ColdColumns {
  /** In no order. */
  readonly slots: Int32Array
  /** Of the bytes of each. */
  readonly lengths: Int32Array
  readonly bytes: Sliced<Uint8Array>
  /** Whose the parts are that bytes decode to. */
  readonly handles: readonly ColdHandle[]
  readonly decode: (bytes: Uint8Array) => readonly (Frozen | undefined)[]
}

/** A handle that has put keys aside. */
export interface ColdHandle {
  readonly name: string
  readonly kind: string
  readonly version: number
}

/** Timers of some slots. */
export interface TimerColumns {
  readonly slots: Int32Array
  readonly times: Float64Array
  /** Among timers of the same time. */
  readonly orders: Float64Array
  readonly names: Sliced<string>
}

/** Keys of some slots. */
export interface KeyColumns {
  /** Slots that there are, of all keys; 0 for a stage without keys. */
  readonly size: number
  readonly slots: Int32Array
  /** In which the keys were first seen. */
  readonly orders: Float64Array
  /** Each of these slots has a key. Absent: perhaps. */
  readonly areGiven?: boolean | undefined
  /** Values of each key; null for a slot that has none. */
  readonly values: Sliced<readonly KeyValue[] | null>
}

/**
 * What a stage keeps now for slots that were touched since its last checkpoint, and for some that were not: of
 * these nothing was said for long, and what was said then need not be kept.
 */
export interface StageChanges {
  /** From 1, which is all that the stage keeps. */
  readonly number: number
  /** The number of the oldest ones that are still needed, these included. */
  readonly since: number
  readonly watermark: number
  readonly largest: number
  readonly eventTime: number
  readonly isKeyed: boolean
  /** What is said of handles and timers is about these slots, and it is all that there is about them. */
  readonly slots: Int32Array
  readonly keys: KeyColumns
  readonly handles: Readonly<Record<string, HandleChanges>>
  /** What an earlier run has left and no handle has claimed: all of it. */
  readonly unclaimed: SavedState
  readonly timers: { readonly event: TimerColumns; readonly clock: TimerColumns }
  /** Absent: the stage keeps all in memory. What is said here of a slot is said nowhere else. */
  readonly cold?: ColdColumns | undefined
}
