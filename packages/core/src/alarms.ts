import { type Runtime, type TimerEntry, TimerHeap } from '@millrace/base'

/** A task waiting for its time. */
export type Alarm = TimerEntry<() => void>

/** All timers of a system on one heap and one timer of the runtime, so that thousands cost no more than their entries. */
export class Alarms {
  readonly #runtime: Runtime
  readonly #heap = new TimerHeap<() => void>()
  #disarm: (() => void) | undefined
  #armedForMs = Infinity
  #isLooking = false

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  /** The monotonic clock. */
  nowMs(): number {
    return this.#runtime.monotonic()
  }

  /** Runs `task` after `delayMs`; tasks only queue work and must not throw. */
  set(delayMs: number, task: () => void): Alarm {
    return this.setAt(this.#runtime.monotonic() + delayMs, task)
  }

  /** Like `set`, at a time of the monotonic clock. */
  setAt(dueMs: number, task: () => void): Alarm {
    const alarm = this.#heap.add(dueMs, task)
    if (alarm.dueMs < this.#armedForMs) this.#arm()
    return alarm
  }

  clear(alarm: Alarm): void {
    this.#heap.remove(alarm)
    if (this.#heap.size > 0 || this.#isLooking) return
    // A waiting runtime timer would keep the process alive for nothing. It is taken away a little later, because one
    // question after the other would set it and take it away each time.
    this.#isLooking = true
    this.#runtime.schedule(this.#look)
  }

  readonly #look = (): void => {
    this.#isLooking = false
    if (this.#heap.size === 0) this.#arm()
  }

  #arm(): void {
    this.#disarm?.()
    this.#disarm = undefined
    const first = this.#heap.peek()
    this.#armedForMs = first?.dueMs ?? Infinity
    if (first === undefined) return
    const delayMs = Math.max(0, first.dueMs - this.#runtime.monotonic())
    this.#disarm = this.#runtime.timer(delayMs, this.#ring)
  }

  readonly #ring = (): void => {
    const nowMs = this.#runtime.monotonic()
    for (let first = this.#heap.peek(); first !== undefined; first = this.#heap.peek()) {
      if (first.dueMs > nowMs) break
      this.#heap.pop()
      first.value()
    }
    this.#arm()
  }
}
