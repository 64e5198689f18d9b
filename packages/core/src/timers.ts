import type { ActorTimers } from './actor.ts'
import type { Alarm, Alarms } from './alarms.ts'

/** A message that a timer put into the mailbox; worth nothing once its timer is gone. */
export class Tick<M = unknown> {
  readonly name: string
  readonly message: M
  readonly periodMs: number | undefined
  readonly timers: Timers<M>
  alarm: Alarm | undefined

  constructor(name: string, message: M, periodMs: number | undefined, timers: Timers<M>) {
    this.name = name
    this.message = message
    this.periodMs = periodMs
    this.timers = timers
  }
}

/** The named timers of one incarnation. */
export class Timers<M> implements ActorTimers<M> {
  readonly #alarms: Alarms
  readonly #deliver: (tick: Tick<M>) => void
  readonly #check: () => void
  readonly #ticks = new Map<string, Tick<M>>()

  /** `deliver` queues a due tick, `check` throws when the incarnation has ended. */
  constructor(alarms: Alarms, deliver: (tick: Tick<M>) => void, check: () => void) {
    this.#alarms = alarms
    this.#deliver = deliver
    this.#check = check
  }

  once(name: string, delayMs: number, message: M): void {
    this.#set(new Tick(name, message, undefined, this), delayMs)
  }

  every(name: string, periodMs: number, message: M): void {
    this.#set(new Tick(name, message, periodMs, this), periodMs)
  }

  cancel(name: string): void {
    const tick = this.#ticks.get(name)
    if (tick?.alarm !== undefined) this.#alarms.clear(tick.alarm)
    this.#ticks.delete(name)
  }

  cancelAll(): void {
    for (const name of this.#ticks.keys()) this.cancel(name)
  }

  /** True if the tick still counts when it is taken from the mailbox; a single one is over then. */
  accept(tick: Tick<M>): boolean {
    if (this.#ticks.get(tick.name) !== tick) return false
    if (tick.periodMs === undefined) this.#ticks.delete(tick.name)
    return true
  }

  /** Arms a repeating timer again, unless its handler canceled or replaced it. */
  handled(tick: Tick<M>): void {
    if (tick.periodMs !== undefined && this.#ticks.get(tick.name) === tick) {
      this.#arm(tick, tick.periodMs)
    }
  }

  #set(tick: Tick<M>, delayMs: number): void {
    this.#check()
    this.cancel(tick.name)
    this.#ticks.set(tick.name, tick)
    this.#arm(tick, delayMs)
  }

  #arm(tick: Tick<M>, delayMs: number): void {
    tick.alarm = this.#alarms.set(delayMs, () => {
      tick.alarm = undefined
      this.#deliver(tick)
    })
  }
}
