import { invariant } from '@millrace/base'

import type { ActorRef, ActorSpec, Behavior, OfferResult, RestartType } from './actor.ts'
import type { Alarm, Alarms } from './alarms.ts'
import { createFamily } from './create-family.ts'
import { CellContext, type ContextHost } from './context.ts'
import { Delivery, type DeliveryHost } from './delivery.ts'
import { ACT_MAILBOX_FULL, ACT_STOPPED } from './errors.ts'
import type { Child, Family } from './family.ts'
import { Inbox } from './inbox.ts'
import { actionsOf, nextState } from './lifecycle.ts'
import { CellAction, CellEvent, CellState, cellTable, MailboxEvent } from './lifecycle.table.ts'
import type { LifecycleTap } from './lifecycle-tap.ts'
import { deliveryRules, mailboxRules } from './mailbox-rules.ts'
import { Pending } from './pending.ts'
import type { Runnable } from './run-queue.ts'
import type { Services } from './services.ts'
import { StandIn } from './stand-in.ts'
import { tearDown } from './tear-down.ts'
import type { Tick } from './timers.ts'
import type { TopicBoard } from './topics.ts'
import type { Watch } from './watch.ts'

/** Told once how the first start went. */
export interface StartListener {
  started(): void
  failed(cause: unknown): void
}

/** One actor: its mailbox, its state in the lifecycle table, its incarnations. */
export class Cell<M> implements ActorRef<M>, Child, Runnable, ContextHost<M>, DeliveryHost {
  readonly id: string
  readonly alarms: Alarms
  readonly #services: Services
  readonly #owner: Family
  readonly #spec: ActorSpec<M>
  readonly #restart: RestartType
  readonly #mailbox: Inbox
  readonly #pending = new Pending()
  readonly #delivery: Delivery<M>
  #startListener: StartListener | undefined
  #state: number = CellState.starting
  #isQueued = false
  #incarnation = 0
  #context: CellContext<M> | undefined
  #children: Family | undefined
  /** Lifecycle work for the next turn; runs whatever the gate says. */
  #signals: (() => void)[] | undefined
  #isExiting = false
  #isOverflowing = false
  #isTearingDown = false
  #crashed = false
  #cause: unknown
  #deadline: Alarm | undefined
  #endListeners: Set<() => void> | undefined

  constructor(
    services: Services,
    owner: Family,
    given: ActorSpec<M>,
    restart: RestartType,
    startListener?: StartListener,
  ) {
    const { hooks } = services
    const spec = hooks?.instrument(given, this, `${owner.path}/${given.id}`) ?? given
    this.id = spec.id
    this.alarms = services.alarms
    this.#services = services
    this.#owner = owner
    this.#spec = spec
    this.#restart = restart
    this.#mailbox = new Inbox(services, this, mailboxRules(spec))
    this.#delivery = new Delivery(this, this.#mailbox, this.#pending, deliveryRules(spec))
    this.#startListener = startListener
    owner.add(this)
    if (services.tap.isOn) services.tap.tell(this, this.state, undefined)
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

  get topics(): TopicBoard {
    return this.#services.topics
  }

  get tap(): LifecycleTap {
    return this.#services.tap
  }

  get incarnation(): number {
    return this.#incarnation
  }

  /** Messages that wait in the mailbox. */
  get queued(): number {
    return this.#mailbox.length
  }

  get hasSignals(): boolean {
    return this.#signals !== undefined
  }

  isAlive(): boolean {
    return !this.#mailbox.isClosed
  }

  hasEnded(): boolean {
    return this.#state === CellState.stopped
  }

  tell(message: M, lane: 'user' | 'control' = 'user'): void {
    const mailbox = this.#mailbox
    const acceptance = mailbox.accept(message, lane, this.#cause)
    if (acceptance === 'queued') this.#wake()
    else if (acceptance === 'overflowed' && mailbox.rules.overflow === 'fail') this.#overflow()
  }

  offer(message: M): OfferResult | Promise<OfferResult> {
    return this.#mailbox.offer(message, () => this.#wake())
  }

  ask<R>(make: (reply: (value: R) => void) => M, options: { timeoutMs: number }): Promise<R> {
    return this.#mailbox.ask(make, options.timeoutMs, this)
  }

  stop(): Promise<void> {
    return new Promise((resolve) => this.stopThen(resolve))
  }

  stopThen(done: () => void): void {
    if (this.hasEnded()) return done()
    this.#onEnd(done)
    this.#post(() => this.#send(CellEvent.STOP))
  }

  kill(): void {
    this.#send(CellEvent.KILL)
  }

  /** A normal end by the actor itself, after the message in hand. */
  exit(): void {
    this.#isExiting = true
    this.#post(() => this.#isExiting && this.#send(CellEvent.EXITED))
  }

  /** Crashes the actor from outside, such as a child that may not be restarted again. */
  fail(cause: unknown): void {
    this.#post(() => this.#crash(cause))
  }

  crashed(cause: unknown): void {
    this.#crash(cause)
  }

  suspended(): void {
    this.#send(CellEvent.SUSPEND)
  }

  resumed(): void {
    this.#send(CellEvent.RESUME)
    if (this.#isExiting) this.exit()
  }

  adopt<N>(spec: ActorSpec<N>): ActorRef<N> {
    this.#children ??= createFamily(this.#services, {
      path: this.path,
      givesUp: true,
      onEscalate: (cause) => this.fail(cause),
    })
    return new Cell(this.#services, this.#children, spec, spec.restart ?? 'temporary')
  }

  startWatch(watch: Watch): void {
    const { ref } = watch
    const target: unknown = ref instanceof StandIn ? ref.actor : ref
    invariant(target instanceof Cell, 'only an actor of this library can be watched')
    const notify = (): void => {
      if (watch.over === undefined && !this.#mailbox.isClosed) this.#notify(watch, 'system')
    }
    if (target.hasEnded()) notify()
    else watch.release = target.#onEnd(notify)
  }

  pushTick(tick: Tick<M>): void {
    if (!this.#mailbox.isClosed) this.#notify(tick, 'control')
  }

  passOn<N>(ref: ActorRef<N>, message: N, lane: 'user' | 'control'): void {
    const target = ref instanceof StandIn ? ref.receiverOf(message) : ref
    if (target instanceof Cell) this.#mailbox.moveAsk(message, target.#mailbox)
    // Told to nobody it is a dead letter.
    const receiver = target ?? ref
    receiver.tell(message, lane)
    if (target === undefined) this.#mailbox.giveUpAsk(message, undefined)
  }

  unhandled(message: M): void {
    const { events } = this.#services
    if (events.has('unhandled')) events.emit('unhandled', { path: this.path, message })
    this.#mailbox.giveUpAsk(message, undefined)
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
    if (done < limit) done += this.#delivery.run(limit - done)
    if (mailbox.isOpen && mailbox.length > 0) this.#enqueue()
    return Math.max(1, done)
  }

  #create(): void {
    this.#incarnation++
    this.#context = new CellContext(this, this.#delivery, this.#incarnation)
    let made: Behavior<M> | Promise<Behavior<M>>
    try {
      made = this.#spec.create(this.#context)
    } catch (error) {
      this.#crash(error)
      return
    }
    if (made instanceof Promise) {
      this.#pending.wait(
        made,
        (behavior) => this.#begin(behavior),
        (error) => this.#crash(error),
      )
    } else this.#begin(made)
  }

  #begin(behavior: Behavior<M>): void {
    this.#delivery.begin(behavior, this.#context as CellContext<M>)
    const cause = this.#cause
    if (!this.#send(CellEvent.READY)) return
    this.#crashed = false
    this.#cause = undefined
    this.#services.events.begun(this, this.#incarnation, cause)
    this.#startListener?.started()
    this.#startListener = undefined
    if (this.#isExiting) this.exit()
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
    const { tap } = this.#services
    if (tap.isOn) tap.tell(this, cellTable.states[from] ?? '', cellTable.events[event])
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
    this.#pending.giveUp()
    this.#isTearingDown = false
    this.#delivery.end(this.#cause)
  }

  #askSupervisor(): void {
    const end = { crashed: this.#crashed, cause: this.#cause }
    const isGranted = this.#owner.mayRestart(this.id, this.#restart, end)
    // Told to itself as a signal, so that a stop that is waiting already wins.
    this.#post(() => this.#send(isGranted ? CellEvent.GRANTED : CellEvent.DENIED))
  }

  #armDeadline(): void {
    const shutdownMs = this.#spec.shutdownMs ?? 5000
    if (shutdownMs === Infinity) return
    this.#deadline = this.alarms.set(shutdownMs, () => this.kill())
  }

  #tearDown(): void {
    this.#context?.cancelTimers()
    // A stop may come while a restart tears down already.
    if (this.#isTearingDown) return
    this.#isTearingDown = true
    tearDown(
      {
        pending: this.#pending,
        children: () => this.#children,
        behavior: () => this.#delivery.behavior,
        isCurrent: () => this.#isTearingDown,
      },
      (failure) => {
        this.#isTearingDown = false
        this.#children = undefined
        this.#delivery.release()
        if (failure !== undefined) this.#cause = joinCauses(this.#cause, failure)
        this.#send(CellEvent.TORN_DOWN)
      },
    )
  }

  #finish(): void {
    if (this.#deadline !== undefined) this.alarms.clear(this.#deadline)
    this.#children?.kill()
    this.#delivery.release()
    const cause = this.#cause
    this.#mailbox.drain(cause, this.#context?.madeTimers)
    this.#owner.remove(this)
    this.#services.events.ended(this, cause)
    this.#startListener?.failed(cause ?? ACT_STOPPED({ path: this.path }))
    const listeners = this.#endListeners
    this.#endListeners = undefined
    for (const listener of listeners ?? []) listener()
  }

  /** Returns what takes the listener away again. */
  #onEnd(listener: () => void): () => void {
    this.#endListeners ??= new Set()
    this.#endListeners.add(listener)
    return () => this.#endListeners?.delete(listener)
  }

  #overflow(): void {
    if (this.#isOverflowing) return
    this.#isOverflowing = true
    this.fail(ACT_MAILBOX_FULL({ path: this.path, capacity: this.#mailbox.rules.capacity }))
  }

  #notify(entry: unknown, lane: 'system' | 'control'): void {
    this.#mailbox.notify(entry, lane)
    this.#wake()
  }

  #wake(): void {
    if (!this.#isQueued && this.#mailbox.isOpen) this.#enqueue()
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

function joinCauses(crash: unknown, stopFailure: unknown): unknown {
  if (crash === undefined) return stopFailure
  return new AggregateError([crash, stopFailure], 'The actor crashed, and then its onStop failed.')
}
