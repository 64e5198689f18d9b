/** State that can put an old entry back. */
export interface Undoable {
  restore(slot: number, name: unknown, old: unknown): void
}

/** Stands for: there was nothing. */
export const ABSENT: unique symbol = Symbol('absent')

/** What the record in hand changed, so that it can be undone. */
export class Journal {
  readonly #stores: Undoable[] = []
  readonly #slots: number[] = []
  readonly #names: unknown[] = []
  readonly #olds: unknown[] = []

  remember(store: Undoable, slot: number, name: unknown, old: unknown): void {
    this.#stores.push(store)
    this.#slots.push(slot)
    this.#names.push(name)
    this.#olds.push(old)
  }

  /** The record succeeded: its changes stay. */
  forget(): void {
    if (this.#stores.length === 0) return
    this.#stores.length = 0
    this.#slots.length = 0
    this.#names.length = 0
    this.#olds.length = 0
  }

  /** Puts everything back, last change first. */
  undo(): void {
    for (let index = this.#stores.length - 1; index >= 0; index--) {
      this.#stores[index]?.restore(
        this.#slots[index] as number,
        this.#names[index],
        this.#olds[index],
      )
    }
    this.forget()
  }
}
