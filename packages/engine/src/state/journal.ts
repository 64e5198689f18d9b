/** State that can put an old entry back. */
export interface Undoable {
  restore(slot: number, name: unknown, old: unknown): void
}

/** Stands for: there was nothing. */
export const ABSENT: unique symbol = Symbol('absent')

/** Changes of one record for which there is always room. */
const KEPT_MAX = 64

/** What the record in hand changed, so that it can be undone. */
export class Journal {
  readonly #stores: Undoable[] = []
  readonly #slots: number[] = []
  readonly #names: unknown[] = []
  readonly #olds: unknown[] = []
  #count = 0

  /** Changes that can be undone. */
  get size(): number {
    return this.#count
  }

  remember(store: Undoable, slot: number, name: unknown, old: unknown): void {
    const at = this.#count++
    this.#stores[at] = store
    this.#slots[at] = slot
    this.#names[at] = name
    this.#olds[at] = old
  }

  /** The record succeeded: its changes stay. */
  forget(): void {
    const count = this.#count
    if (count === 0) return
    this.#count = 0
    if (count > KEPT_MAX) {
      this.#stores.length = 0
      this.#slots.length = 0
      this.#names.length = 0
      this.#olds.length = 0
      return
    }
    // The lists stay as they are: to cut them would give their memory back, for each record anew.
    for (let at = 0; at < count; at++) {
      this.#names[at] = undefined
      this.#olds[at] = undefined
    }
  }

  /** Puts everything back, last change first. */
  undo(): void {
    for (let at = this.#count - 1; at >= 0; at--) {
      const slot = this.#slots[at] as number
      this.#stores[at]?.restore(slot, this.#names[at], this.#olds[at])
    }
    this.forget()
  }
}
