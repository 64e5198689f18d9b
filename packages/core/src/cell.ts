import { invariant, type Runtime } from '@millrace/base'

import type { ActorRef, ActorSpec, Behavior, Lane, RestartType } from './actor.ts'
import type { Alarm, Alarms } from './alarms.ts'
import { Asks } from './asks.ts'
import { CellContext, type ContextHost } from './context.ts'
import { ACT_MAILBOX_FULL, ACT_SPEC, ACT_STOPPED } from './errors.ts'
import type { DeadLetterReason, EventStream } from './events.ts'
import { type Child, Family } from './family.ts'
import { actionsOf, nextState } from './lifecycle.ts'
import { CellAction, CellEvent, CellState, cellTable, MailboxEvent } from './lifecycle.table.ts'
import { Mailbox } from './mailbox.ts'
import type { Runnable, RunQueue } from './run-queue.ts'
import { Tick } from './timers.ts'

/** What all cells of a system share. */
export interface Services {
  readonly runtime: Runtime
  readonly queue: RunQueue
  readonly alarms: Alarms
  readonly events: EventStream
}

/** Told once how the first start went. */
export interface StartListener {
  started(): void
  failed(cause: unknown): void
}

/** A watched actor's end, waiting in the system lane for its watcher. */
class Terminated {
  readonly make: () => unknown

  constructor(make: () => unknown) {
    this.make = make
  }
}

const none = Symbol('none')

/** One actor: its mailbox, its state in the lifecycle table, its incarnations. */
export class Cell<M> implements ActorRef<M>, Child, Runnable, ContextHost<M> {
  readonly id: string
  readonly alarms: Alarms
  readonly #services: Services
  readonly #owner: Family
  readonly #spec: ActorSpec<M>
  readonly #restart: RestartType
  readonly #mailbox: Mailbox
  #startListener: StartListener | undefined
  #state: number = CellState.starting
  #isQueued = false
  #incarnation = 0
  #behavior: Behavior<M> | undefined
  #context: CellContext<M> | undefined
  #children: Family | undefined
  /** Lifecycle work for the next turn; runs whatever the gate says. */
  #signals: (() => void)[] | undefined
  /** The promise of `create`, `receive` or `onStop` that is waited for. */
  #pending: Promise<unknown> | undefined
  /** The message an asynchronous handler has in hand. */
  #inHand: unknown = none
  #inHandLane: Lane = 'user'
  #isExiting = false
  #isOverflowing = false
  #isTearingDown = false
  #crashed = false
  #cause: unknown
  #deadline: Alarm | undefined
  #endListeners: Set<() => void> | undefined
  #asks: Asks | undefined

  constructor(
    services: Services,
    owner: Family,
    spec: ActorSpec<M>,
    restart: RestartType,
    startListener?: StartListener,
  ) {
    const capacity = spec.mailbox?.capacity ?? Infinity
    if (!(capacity >= 1)) {
      throw ACT_SPEC({ id: spec.id, fault: `mailbox.capacity must be at least 1; got ${capacity}` })
    }
    this.id = spec.id
    this.alarms = services.alarms
    this.#services = services
    this.#owner = owner
    this.#spec = spec
    this.#restart = restart
    this.#mailbox = new Mailbox(capacity, spec.mailbox?.overflow ?? 'fail')
    this.#startListener = startListener
    owner.add(this)
    this.#post(() => {
      // It may have been killed before its first turn.
      if (!this.hasEnded()) for (const action of cellTable.initial) this.#perform(action)
    })
  }

  get path(): string {
    return `${this.#owner.path}/${this.id}`
  }

  get state(): string {
    return cellTable.states[this.#state] ?? ''
  }

  get incarnation(): number {
    return this.#incarnation
  }

  /** Messages that wait in the mailbox. */
  get queued(): number {
    return this.#mailbox.length
  }

  isAlive(): boolean {
    return !this.#mailbox.isClosed
  }

  hasEnded(): boolean {
    return this.#state === CellState.stopped
  }

  tell(message: M, lane: 'user' | 'control' = 'user'): void {
    const mailbox = this.#mailbox
    if (mailbox.isClosed) {
      this.#deadLetter(message, lane, 'stopped', this.#cause)
      return
    }
    if (lane === 'user' && mailbox.isFull && !this.#makeRoom(message)) return
    mailbox.push(message, lane)
    if (!this.#isQueued && mailbox.isOpen) this.#enqueue()
  }

  ask<R>(make: (reply: (value: R) => void) => M, options: { timeoutMs: number }): Promise<R> {
    this.#asks ??= new Asks(this.path, this.alarms)
    return this.#asks.open(make, options.timeoutMs, (message) => {
      this.tell(message)
    })
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.stopThen(resolve)
    })
  }

  stopThen(done: () => void): void {
    if (this.hasEnded()) {
      done()
      return
    }
    this.#onEnd(done)
    this.#post(() => {
      this.#send(CellEvent.STOP)
    })
  }

  kill(): void {
    this.#send(CellEvent.KILL)
  }

  /** A normal end by the actor itself, after the message in hand. */
  exit(): void {
    this.#isExiting = true
    this.#post(() => {
      this.#exitIfAsked()
    })
  }

  /** Crashes the actor from outside, such as a child that may not be restarted again. */
  fail(cause: unknown): void {
    this.#post(() => {
      this.#crash(cause)
    })
  }

  adopt<N>(spec: ActorSpec<N>): ActorRef<N> {
    this.#children ??= new Family({
      path: this.path,
      monotonic: () => this.#services.runtime.monotonic(),
      intensity: 3,
      periodMs: 60_000,
      onEscalate: (cause, childId) => {
        if (this.#services.events.has('escalated')) {
          this.#services.events.emit('escalated', { path: this.path, childId, cause })
        }
        this.fail(cause)
      },
      givesUp: true,
    })
    return new Cell(this.#services, this.#children, spec, spec.restart ?? 'temporary')
  }

  watchFor<N>(ref: ActorRef<N>, make: () => M, isCurrent: () => boolean): void {
    invariant(ref instanceof Cell, 'only an actor of this library can be watched')
    const notify = (): void => {
      if (!isCurrent() || this.#mailbox.isClosed) return
      this.#mailbox.push(new Terminated(make), 'system')
      if (this.#mailbox.isOpen) this.#enqueue()
    }
    if (ref.hasEnded()) notify()
    else ref.#onEnd(notify)
  }

  pushTick(tick: Tick<M>): void {
    if (this.#mailbox.isClosed) return
    this.#mailbox.push(tick, 'control')
    if (this.#mailbox.isOpen) this.#enqueue()
  }

  turn(limit: number): number {
    this.#isQueued = false
    let done = 0
    const signals = this.#signals
    if (signals !== undefined) {
      this.#signals = undefined
      for (const signal of signals) signal()
      done = signals.length
    }
    const mailbox = this.#mailbox
    // A signal that came meanwhile, such as a stop, goes before the next message.
    while (done < limit && mailbox.isOpen && mailbox.length > 0 && this.#signals === undefined) {
      this.#handle(mailbox.take())
      done++
    }
    if (mailbox.isOpen && mailbox.length > 0) this.#enqueue()
    return Math.max(1, done)
  }

  #handle(entry: unknown): void {
    const lane = this.#mailbox.takenFrom
    let message = entry as M
    try {
      if (lane !== 'user') {
        if (entry instanceof Terminated) message = entry.make() as M
        else if (entry instanceof Tick) {
          if (!entry.timers.accept(entry)) return
          message = entry.message as M
        }
      }
      const result = this.#behavior?.receive(message, this.#context as CellContext<M>)
      if (result instanceof Promise) {
        this.#suspend(result, entry, message)
        return
      }
    } catch (error) {
      this.#deadLetter(message, lane, 'failed', error)
      this.#crash(error)
      return
    }
    if (entry instanceof Tick) entry.timers.handled(entry)
  }

  #suspend(result: Promise<void>, entry: unknown, message: M): void {
    this.#inHand = message
    this.#inHandLane = this.#mailbox.takenFrom
    this.#send(CellEvent.SUSPEND)
    this.#wait(
      result,
      () => {
        this.#inHand = none
        if (entry instanceof Tick) entry.timers.handled(entry)
        this.#send(CellEvent.RESUME)
        if (this.#isExiting) this.exit()
      },
      (error) => {
        this.#inHand = none
        this.#deadLetter(message, this.#inHandLane, 'failed', error)
        this.#crash(error)
      },
    )
  }

  /** Waits for a promise of this incarnation; what settles after it was given up is ignored. */
  #wait<T>(promise: Promise<T>, then: (value: T) => void, fail: (error: unknown) => void): void {
    this.#pending = promise
    const settle = (next: () => void): void => {
      if (this.#pending !== promise) return
      this.#pending = undefined
      next()
      if (this.#isTearingDown && this.#pending === undefined) this.#stopChildren()
    }
    promise.then(
      (value) => {
        settle(() => {
          then(value)
        })
      },
      (error: unknown) => {
        settle(() => {
          fail(error)
        })
      },
    )
  }

  #create(): void {
    this.#incarnation++
    this.#context = new CellContext(this, this.#incarnation)
    let made: Behavior<M> | Promise<Behavior<M>>
    try {
      made = this.#spec.create(this.#context)
    } catch (error) {
      this.#crash(error)
      return
    }
    if (made instanceof Promise) {
      this.#wait(
        made,
        (behavior) => {
          this.#begin(behavior)
        },
        (error) => {
          this.#crash(error)
        },
      )
    } else this.#begin(made)
  }

  #begin(behavior: Behavior<M>): void {
    this.#behavior = behavior
    const cause = this.#cause
    if (!this.#send(CellEvent.READY)) return
    this.#crashed = false
    this.#cause = undefined
    const { events } = this.#services
    if (this.#incarnation === 1) {
      if (events.has('started')) events.emit('started', { path: this.path })
    } else if (events.has('restarted')) {
      events.emit('restarted', { path: this.path, incarnation: this.#incarnation, cause })
    }
    this.#startListener?.started()
    this.#startListener = undefined
    if (this.#isExiting) this.exit()
  }

  #exitIfAsked(): void {
    if (this.#isExiting) this.#send(CellEvent.EXITED)
  }

  #crash(cause: unknown): void {
    if (nextState(cellTable, this.#state, CellEvent.FAILED) < 0) return
    this.#crashed = true
    this.#cause = cause
    this.#send(CellEvent.FAILED)
  }

  /** False when the present state ignores the event. */
  #send(event: number): boolean {
    const from = this.#state
    const next = nextState(cellTable, from, event)
    if (next < 0) return false
    this.#state = next
    // An action that may send again is the last of its list.
    for (const action of actionsOf(cellTable, from, event)) this.#perform(action)
    return true
  }

  #perform(action: number): void {
    switch (action) {
      case CellAction.create:
        return this.#create()
      case CellAction.openGate:
        this.#mailbox.move(MailboxEvent.RELEASE)
        if (this.#mailbox.length > 0) this.#enqueue()
        return
      case CellAction.holdGate:
        return this.#mailbox.move(MailboxEvent.HOLD)
      case CellAction.closeGate:
        return this.#mailbox.move(MailboxEvent.CLOSE)
      case CellAction.endIncarnation:
        return this.#endIncarnation()
      case CellAction.askSupervisor:
        return this.#askSupervisor()
      case CellAction.armDeadline:
        return this.#armDeadline()
      case CellAction.tearDown:
        return this.#tearDown()
      default:
        return this.#finish()
    }
  }

  #endIncarnation(): void {
    this.#context?.revoke()
    this.#isExiting = false
    this.#isOverflowing = false
    this.#pending = undefined
    this.#mailbox.clearSystem()
    if (this.#inHand !== none) {
      const message = this.#inHand
      this.#inHand = none
      this.#deadLetter(message, this.#inHandLane, 'killed', this.#cause)
    }
  }

  #askSupervisor(): void {
    const end = { crashed: this.#crashed, cause: this.#cause }
    const isGranted = this.#owner.mayRestart(this.id, this.#restart, end)
    // Told to itself as a signal, so that a stop that is waiting already wins.
    this.#post(() => {
      this.#send(isGranted ? CellEvent.GRANTED : CellEvent.DENIED)
    })
  }

  #armDeadline(): void {
    const shutdownMs = this.#spec.shutdownMs ?? 5000
    if (shutdownMs === Infinity) return
    this.#deadline = this.alarms.set(shutdownMs, () => {
      this.kill()
    })
  }

  /** First the promise in hand settles, then the children stop, then onStop runs. */
  #tearDown(): void {
    this.#context?.cancelTimers()
    if (this.#isTearingDown) return
    this.#isTearingDown = true
    if (this.#pending === undefined) this.#stopChildren()
  }

  #stopChildren(): void {
    const children = this.#children
    if (children === undefined) {
      this.#stopBehavior()
      return
    }
    children.stopThen(() => {
      this.#children = undefined
      if (this.#isTearingDown) this.#stopBehavior()
    })
  }

  #stopBehavior(): void {
    const behavior = this.#behavior
    this.#behavior = undefined
    const done = (): void => {
      this.#isTearingDown = false
      this.#send(CellEvent.TORN_DOWN)
    }
    const failed = (error: unknown): void => {
      this.#cause =
        this.#cause === undefined
          ? error
          : new AggregateError(
              [this.#cause, error],
              'The actor crashed, and then its onStop failed.',
            )
      done()
    }
    try {
      const result = behavior?.onStop?.()
      if (result instanceof Promise) this.#wait(result, done, failed)
      else done()
    } catch (error) {
      failed(error)
    }
  }

  #finish(): void {
    this.#isTearingDown = false
    if (this.#deadline !== undefined) this.alarms.clear(this.#deadline)
    this.#children?.kill()
    this.#behavior = undefined
    const cause = this.#cause
    while (this.#mailbox.length > 0) {
      const message = this.#mailbox.take()
      if (!(message instanceof Tick)) {
        this.#deadLetter(message, this.#mailbox.takenFrom, 'stopped', cause)
      }
    }
    this.#asks?.giveUpAll(cause)
    this.#owner.remove(this)
    const { events } = this.#services
    if (events.has('stopped')) events.emit('stopped', { path: this.path, cause })
    if (this.#startListener !== undefined) {
      this.#startListener.failed(cause ?? ACT_STOPPED({ path: this.path }))
    }
    const listeners = this.#endListeners
    this.#endListeners = undefined
    for (const listener of listeners ?? []) listener()
  }

  /** True if `message` may be queued now; otherwise it is the one that is given up. */
  #makeRoom(message: M): boolean {
    const policy = this.#mailbox.overflow
    const dropped = policy === 'dropOldest' ? this.#mailbox.takeOldestUser() : message
    const { events } = this.#services
    if (events.has('overflow')) {
      events.emit('overflow', { path: this.path, message: dropped, policy })
    }
    this.#asks?.giveUp(dropped, undefined)
    if (policy === 'fail' && !this.#isOverflowing) {
      this.#isOverflowing = true
      this.fail(ACT_MAILBOX_FULL({ path: this.path, capacity: this.#mailbox.capacity }))
    }
    return policy === 'dropOldest'
  }

  #deadLetter(message: unknown, lane: Lane, reason: DeadLetterReason, cause: unknown): void {
    const { events } = this.#services
    if (events.has('deadLetter')) {
      events.emit('deadLetter', { path: this.path, message, lane, reason, cause })
    }
    this.#asks?.giveUp(message, cause)
  }

  #onEnd(listener: () => void): void {
    this.#endListeners ??= new Set()
    this.#endListeners.add(listener)
  }

  #post(signal: () => void): void {
    this.#signals ??= []
    this.#signals.push(signal)
    this.#enqueue()
  }

  #enqueue(): void {
    if (this.#isQueued) return
    this.#isQueued = true
    this.#services.queue.add(this)
  }
}
