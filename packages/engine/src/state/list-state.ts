import type { ListState } from '@millrace/sdk'
import type { CurrentKey } from './current-key.ts'
import { type Journal, type Undoable } from './journal.ts'
import { toEntryColumns } from './entry-columns.ts'
import type { Frozen } from './frozen.ts'
import type { SpillableStore } from './spillable-store.ts'
import type { SlotEntry } from './saved-state.ts'
import type { EntryColumns } from './stage-changes.ts'

interface Items<T> {
  values: T[]
  /** Handed out: a later change copies first, so that nobody sees it change. */
  shared: boolean
}

/** Marks the undo of one `add`. */
const ADDED = 'added'
const NOTHING: readonly never[] = Object.freeze([])
/** In the place of items that are put aside. */
const ASIDE: Items<never> = Object.freeze({ values: [], shared: true })

/** A list of immutable values per key. */
export class HeapList<T> implements ListState<T>, Undoable, SpillableStore {
  readonly #name: string
  readonly #current: CurrentKey
  readonly #journal: Journal
  readonly #lists = new Map<number, Items<T>>()
  size = 0

  constructor(name: string, current: CurrentKey, journal: Journal) {
    this.#name = name
    this.#current = current
    this.#journal = journal
  }

  add(value: T): void {
    const slot = this.#current.require(this.#name)
    this.#push(slot, value)
    this.#journal.remember(this, slot, ADDED, undefined)
  }

  values(): readonly T[] {
    const items = this.#lists.get(this.#current.require(this.#name))
    if (items === undefined) return NOTHING
    items.shared = true
    return items.values
  }

  /** The items of a slot, for a look. */
  peek(slot: number): readonly T[] {
    return this.#lists.get(slot)?.values ?? NOTHING
  }

  /** Lets go of the first `count` items of a slot. Cannot be undone: for between records. */
  dropFirst(slot: number, count: number): void {
    const items = this.#lists.get(slot)
    if (items === undefined) return
    own(items).splice(0, count)
    this.size -= count
    if (items.values.length === 0) this.#lists.delete(slot)
  }

  clear(): void {
    const slot = this.#current.require(this.#name)
    const items = this.#lists.get(slot)
    if (items === undefined) return
    this.#journal.remember(this, slot, undefined, items)
    this.size -= items.values.length
    this.#lists.delete(slot)
  }

  holds(slot: number): boolean {
    return this.#lists.has(slot)
  }

  save(): Iterable<SlotEntry> {
    return this.#entriesOf(this.#current.pass(this.#lists.keys()))
  }

  freeze(slot: number): Frozen {
    const { values } = this.#lists.get(slot) as Items<T>
    this.#lists.set(slot, ASIDE)
    return [values]
  }

  thaw(slot: number, [values]: Frozen): void {
    this.#lists.set(slot, { values: values as T[], shared: false })
  }

  capture(slots: Int32Array): EntryColumns {
    return toEntryColumns(this.#entriesOf(slots))
  }

  load({ data, slot }: SlotEntry): void {
    this.#push(slot, data as T)
  }

  restore(slot: number, name: unknown, old: unknown): void {
    if (name === ADDED) {
      const items = this.#lists.get(slot)
      if (items === undefined) return
      own(items).pop()
      this.size--
      if (items.values.length === 0) this.#lists.delete(slot)
    } else {
      this.size += (old as Items<T>).values.length
      this.#lists.set(slot, old as Items<T>)
    }
  }

  *#entriesOf(slots: Iterable<number>): Iterable<SlotEntry> {
    for (const slot of slots) for (const data of this.peek(slot)) yield { slot, data }
  }

  #push(slot: number, value: T): void {
    let items = this.#lists.get(slot)
    if (items === undefined) this.#lists.set(slot, (items = { values: [], shared: false }))
    own(items).push(value)
    this.size++
  }
}

function own<T>(items: Items<T>): T[] {
  if (items.shared) {
    items.values = [...items.values]
    items.shared = false
  }
  return items.values
}
