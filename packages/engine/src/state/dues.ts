import { NumberColumn } from './number-column.ts'
import { TimerTable } from './timer-table.ts'

/** Whole numbers by the time at which each is to be looked at again. */
export class Dues {
  readonly #times = new NumberColumn()
  readonly #table = new TimerTable()
  readonly #isFirst: () => void

  /** `isFirst` is told when the earliest time is one that was planned now. */
  constructor(isFirst: () => void) {
    this.#isFirst = isFirst
  }

  /** The earliest time; Infinity where there is none. */
  get first(): number {
    return this.#table.first
  }

  isDue(now: number): boolean {
    return this.#table.isDue(now)
  }

  /** Sees to it that `item` comes up no later than at `at`. */
  plan(item: number, at: number): void {
    const due = this.#times.get(item)
    if (due <= at) return
    if (due > at) this.#table.delete(item, 0, due)
    this.#times.set(item, at)
    this.#table.add(item, 0, at)
    if (this.#table.first === at) this.#isFirst()
  }

  /** Takes the item out that is due first. */
  take(): number {
    this.#table.take()
    const { slot } = this.#table.taken
    this.#times.delete(slot)
    return slot
  }

  /** The item needs no look any more. */
  cancel(item: number): void {
    const due = this.#times.get(item)
    if (Number.isNaN(due)) return
    this.#table.delete(item, 0, due)
    this.#times.delete(item)
  }
}
