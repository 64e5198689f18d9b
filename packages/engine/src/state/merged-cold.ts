import { entriesOf, type Frozen } from './frozen.ts'
import type { Merged } from './merged-handle.ts'
import type { SlotEntry } from './saved-state.ts'
import type { ColdColumns, ColdHandle, StageChanges } from './stage-changes.ts'

/** Keys that are read in one go. */
const READ_KEYS = 100

/** What one key kept on the disk. */
export interface ColdKey {
  readonly place: number
  /** The slot that it had. */
  readonly slot: number
  readonly parts: readonly { readonly handle: ColdHandle; readonly frozen: Frozen }[]
}

/** What keys kept on the disk, as changes have it: decoded key by key, so that nobody needs room for all of them. */
export class MergedCold {
  readonly #list: readonly (ColdColumns | undefined)[]
  readonly #merged: Merged

  constructor(list: readonly StageChanges[], merged: Merged) {
    this.#list = list.map(({ cold }) => cold)
    this.#merged = merged
  }

  /** In no order. */
  *keys(): Iterable<ColdKey> {
    for (const [index, columns] of this.#list.entries()) {
      if (columns !== undefined) yield* this.#keysOf(columns, index)
    }
  }

  /** Entries of one handle: their slots are the places of their keys. */
  *entries(name: string): Iterable<SlotEntry> {
    for (const { parts, place } of this.keys()) {
      for (const { frozen, handle } of parts) {
        if (handle.name === name) yield* entriesOf(place, frozen)
      }
    }
  }

  *#keysOf({ bytes, decode, handles, slots }: ColdColumns, index: number): Iterable<ColdKey> {
    const { keys, winners } = this.#merged
    const { places } = keys
    for (let from = 0; from < slots.length; from += READ_KEYS) {
      const piece = bytes.slice(from, from + READ_KEYS)
      for (const [at, one] of piece.entries()) {
        const slot = slots[from + at] as number
        if (winners[slot] !== index) continue
        const parts = decode(one).flatMap((frozen, part) => {
          const handle = handles[part]
          return frozen === undefined || handle === undefined ? [] : { handle, frozen }
        })
        yield { place: places[slot] as number, slot, parts }
      }
    }
  }
}
