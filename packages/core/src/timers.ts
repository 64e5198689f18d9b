import type { ActorTimers } from './actor.ts'
import type { Alarm, Alarms } from './alarms.ts'
import { ACT_TIMER } from './errors.ts'

/** How a timer goes on: not at all, after its handler, by the clock, or once nothing was handled for a while. */
type TimerKind = 'once' | 'every' | 'everyAtRate' | 'afterSilence'

/**
 * Why the message of a timer or the notice of a watch is not handled though it was queued: it was taken back or replaced, its
 * incarnation ended, or there was no silence after all, and its timer waits again.
 */
export type Staleness = 'canceled' | 'ended' | 'postponed'

/** A message that a timer put into the mailbox; worth nothing once its timer is gone. */
export class Tick<M = unknown> {
  readonly name: string
  readonly message: M
  readonly kind: TimerKind
  readonly periodMs: number
  readonly timers: Timers<M>
  alarm: Alarm | undefined
  isQueued = false
  /** Monotonic time it was due, or, waiting for silence, the time it was set. */
  dueMs = 0

  constructor(name: string, message: M, kind: TimerKind, periodMs: number, timers: Timers<M>) {
    this.name = name
    this.message = message
    this.kind = kind
    this.periodMs = periodMs
    this.timers = timers
  }
}

/** What timers need of their actor. */
export interface TimersHost<M> {
  readonly path: string
  readonly alarms: Alarms
  /** Messages that wait. */
  readonly queued: number
  pushTick(tick: Tick<M>): void
  /** From now on `heard` is called after each message. */
  listenForSilence(): void
}

/** The named timers of one incarnation. */
export class Timers<M> implements ActorTimers<M> {
  readonly #host: TimersHost<M>
  readonly #check: () => void
  readonly #ticks = new Map<string, Tick<M>>()
  #heardMs = 0
  #hasEnded = false

  /** `check` throws when the incarnation has ended. */
  constructor(host: TimersHost<M>, check: () => void) {
    this.#host = host
    this.#check = check
  }

  once(name: string, delayMs: number, message: M): void {
    this.#set(new Tick(name, message, 'once', delayMs, this))
  }

  every(name: string, periodMs: number, message: M): void {
    this.#set(new Tick(name, message, 'every', periodMs, this))
  }

  everyAtRate(name: string, periodMs: number, message: M): void {
    this.#set(new Tick(name, message, 'everyAtRate', periodMs, this))
  }

  afterSilence(name: string, silenceMs: number, message: M): void {
    this.#set(new Tick(name, message, 'afterSilence', silenceMs, this))
    this.#host.listenForSilence()
  }

  cancel(name: string): void {
    const tick = this.#ticks.get(name)
    if (tick !== undefined) this.#disarm(tick)
    this.#ticks.delete(name)
  }

  /** Nothing fires any more; what is held stays known until it is given up. */
  end(): void {
    this.#hasEnded = true
    for (const tick of this.#ticks.values()) this.#disarm(tick)
  }

  /** The messages that were still to come, when the actor has ended for good. */
  held(): Iterable<Tick<M>> {
    return this.#ticks.values()
  }

  /** False if a queued tick came to nothing before the actor ended; otherwise it is not held any more. */
  giveUp(tick: Tick): boolean {
    return this.#ticks.get(tick.name) === tick && this.#ticks.delete(tick.name)
  }

  /** Undefined if the tick still counts when it is taken from the mailbox, else why not; a single one is over then. */
  accept(tick: Tick<M>): Staleness | undefined {
    tick.isQueued = false
    if (this.#hasEnded) return 'ended'
    if (this.#ticks.get(tick.name) !== tick) return 'canceled'
    if (tick.kind === 'once') this.#ticks.delete(tick.name)
    const leftMs = tick.kind === 'afterSilence' ? this.#silenceLeftMs(tick) : 0
    if (leftMs <= 0) return undefined
    this.#arm(tick, leftMs)
    return 'postponed'
  }

  /** Arms a repeating timer again, unless its handler canceled or replaced it. */
  handled(tick: Tick<M>): void {
    if (tick.kind !== 'every' && tick.kind !== 'afterSilence') return
    if (!this.#hasEnded && this.#ticks.get(tick.name) === tick) this.#arm(tick, tick.periodMs)
  }

  /** A message was handled. */
  heard(): void {
    this.#heardMs = this.#host.alarms.nowMs()
  }

  #set(tick: Tick<M>): void {
    this.#check()
    const { name, periodMs, kind } = tick
    if (!(kind === 'everyAtRate' || kind === 'afterSilence' ? periodMs > 0 : periodMs >= 0)) {
      throw ACT_TIMER({ path: this.#host.path, name, ms: periodMs })
    }
    this.cancel(name)
    this.#ticks.set(name, tick)
    tick.dueMs = this.#host.alarms.nowMs() + (kind === 'everyAtRate' ? periodMs : 0)
    this.#arm(tick, periodMs)
  }

  #arm(tick: Tick<M>, delayMs: number): void {
    tick.alarm = this.#host.alarms.set(delayMs, () => {
      tick.alarm = undefined
      this.#fire(tick)
    })
  }

  #disarm(tick: Tick<M>): void {
    if (tick.alarm !== undefined) this.#host.alarms.clear(tick.alarm)
    tick.alarm = undefined
  }

  #fire(tick: Tick<M>): void {
    if (tick.kind === 'everyAtRate') {
      const nowMs = this.#host.alarms.nowMs()
      // At least one: sums of fractions may make an alarm a trifle early.
      const periods = Math.max(1, Math.floor((nowMs - tick.dueMs) / tick.periodMs) + 1)
      tick.dueMs += periods * tick.periodMs
      this.#arm(tick, tick.dueMs - nowMs)
      if (tick.isQueued) return
    } else if (tick.kind === 'afterSilence') {
      const leftMs = this.#silenceLeftMs(tick)
      if (leftMs > 0) {
        this.#arm(tick, leftMs)
        return
      }
    }
    tick.isQueued = true
    this.#host.pushTick(tick)
  }

  /** How much longer nothing may be handled until it was silent for long enough. */
  #silenceLeftMs(tick: Tick<M>): number {
    if (this.#host.queued > 0) return tick.periodMs
    const sinceMs = Math.max(tick.dueMs, this.#heardMs)
    return sinceMs + tick.periodMs - this.#host.alarms.nowMs()
  }
}
