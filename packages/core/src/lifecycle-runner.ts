import { actionsOf, nextState } from './lifecycle.ts'
import { CellEvent, CellState, cellTable } from './lifecycle.table.ts'
import type { Runnable } from './run-queue.ts'
import type { Services } from './services.ts'

/** Lifecycle work for the next turn, whatever the gate says; what stands first here is done first. */
export const signal = { stop: 1, halt: 2, start: 4, fail: 8, exit: 16 } as const
const anySignal = 31

/** What is so, in the same number as the signals: most actors are idle, and there may be very many. */
export const mark = { exiting: 32, overflowed: 64 } as const

/** Runs the lifecycle table of one cell, and the cell in its turn. */
export abstract class LifecycleRunner implements Runnable {
  /** Signals that wait, and marks. */
  protected bits = 0
  #state = 0
  #isQueued = false

  abstract readonly path: string
  abstract readonly id: string
  protected abstract readonly services: Services
  protected abstract perform(action: number): void
  /** Does what one signal asks for. */
  protected abstract heed(bit: number): void
  /** Handles up to `limit` messages and returns how many. */
  protected abstract handle(limit: number): number
  protected abstract readonly isReady: boolean

  get state(): string {
    return cellTable.states[this.#state] ?? ''
  }

  get hasSignals(): boolean {
    return (this.bits & anySignal) !== 0
  }

  isAlive(): boolean {
    return this.#state !== CellState.stopping && this.#state !== CellState.stopped
  }

  hasEnded(): boolean {
    return this.#state === CellState.stopped
  }

  cancelStart(): void {
    if (this.isIdle) this.bits &= ~signal.start
  }

  kill(): void {
    this.send(CellEvent.KILL)
  }

  suspended(): void {
    this.send(CellEvent.SUSPEND)
  }

  turn(limit: number): number {
    this.#isQueued = false
    let done = 0
    if (this.hasSignals) {
      const signals = this.bits
      this.bits &= ~anySignal
      for (let bit = 1; bit < anySignal; bit <<= 1) if ((signals & bit) !== 0) this.heed(bit)
      done = 1
    }
    if (done < limit) done += this.handle(limit - done)
    if (this.isReady) this.enqueue()
    return Math.max(1, done)
  }

  protected isIn(state: number): boolean {
    return this.#state === state
  }

  /** True between incarnations. */
  protected get isIdle(): boolean {
    return this.#state === CellState.down || this.#state === CellState.backingOff
  }

  protected heeds(event: number): boolean {
    return nextState(cellTable, this.#state, event) >= 0
  }

  /** False when the present state ignores the event. */
  protected send(event: number): boolean {
    const from = this.#state
    const next = nextState(cellTable, from, event)
    if (next < 0) return false
    this.#state = next
    const { tap } = this.services
    if (tap.isOn) tap.tell(this, cellTable.states[from] ?? '', cellTable.events[event])
    // An action that may send again is the last of its list.
    for (const action of actionsOf(cellTable, from, event)) this.perform(action)
    return true
  }

  protected post(bit: number): void {
    this.bits |= bit
    this.enqueue()
  }

  /** There may be something to handle. */
  protected wake(): void {
    if (!this.#isQueued && this.isReady) this.enqueue()
  }

  protected enqueue(): void {
    if (this.#isQueued) return
    this.#isQueued = true
    this.services.queue.add(this)
  }
}
