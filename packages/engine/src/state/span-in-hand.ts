import type { Span } from '@millrace/sdk'

/** What a span in hand asks of its state. */
export interface Hands<T> {
  readonly value: (row: number) => T
  readonly wake: (slot: number, row: number, due: number) => void
  readonly release: (slot: number, row: number) => void
}

/** The span that is shown: one object, which stands for the row in hand. */
export class SpanInHand<T> implements Span<T> {
  readonly #hands: Hands<T>
  slot = 0
  row = 0
  start = 0
  end = 0

  constructor(hands: Hands<T>) {
    this.#hands = hands
  }

  get value(): T {
    return this.#hands.value(this.row)
  }

  wake(due: number): void {
    this.#hands.wake(this.slot, this.row, due)
  }

  release(): void {
    this.#hands.release(this.slot, this.row)
  }
}
