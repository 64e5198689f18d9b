import { type ActorSpec, type Behavior, ignore, type RestartType } from './actor.ts'
import type { Alarm } from './alarms.ts'
import { type Child, type ChildRecord, type End, none, type StartListener } from './child.ts'
import type { CellContext } from './context.ts'
import { Delivery, type DeliveryHost } from './delivery.ts'
import { ACT_STOPPED } from './errors.ts'
import type { Family } from './family.ts'
import type { ActorHandle } from './hooks.ts'
import { Inbox } from './inbox.ts'
import { actionsOf, nextState } from './lifecycle.ts'
import { CellAction, CellEvent, CellState, cellTable, MailboxEvent } from './lifecycle.table.ts'
import { deliveryRules, mailboxRules } from './mailbox-rules.ts'
import { Pending } from './pending.ts'
import type { Runnable } from './run-queue.ts'
import type { Services } from './services.ts'
import type { ActorState } from './supervisor-spec.ts'
import { joinCauses, tearDown } from './tear-down.ts'

// Lifecycle work for the next turn, whatever the gate says; what stands first here is done first.
const signal = { stop: 1, halt: 2, start: 4, fail: 8, exit: 16 } as const

/** The incarnations of one actor: its state in the lifecycle table and what that state makes of mailbox, behavior and children. */
export abstract class Life<M> implements Child, Runnable, DeliveryHost {
  readonly restart: RestartType
  record: ChildRecord | undefined
  protected readonly services: Services
  protected readonly owner: Family
  protected readonly inbox: Inbox
  protected readonly delivery: Delivery<M>
  protected children: Family | undefined
  /** How this incarnation ended by itself. */
  protected end: End | undefined
  readonly #spec: ActorSpec<M>
  readonly #pending = new Pending()
  #state = 0
  #isQueued = false
  #signals = 0
  #incarnation: number
  #context: CellContext<M> | undefined
  #isExiting = false
  #isTearingDown = false
  #failure: unknown
  #startListener: StartListener | undefined
  #halted: (() => void) | undefined
  #deadline: Alarm | undefined
  #endListeners: Set<() => void> | undefined

  /** Nothing runs until `begin`. `before` counts the incarnations of earlier cells with this specification. */
  constructor(
    services: Services,
    owner: Family,
    given: ActorSpec<M>,
    restart: RestartType,
    before: number,
  ) {
    const { hooks } = services
    const handle = this as unknown as ActorHandle<M>
    const spec = hooks?.instrument(given, handle, `${owner.path}/${given.id}`) ?? given
    this.restart = restart
    this.services = services
    this.owner = owner
    this.#spec = spec
    this.#incarnation = before
    this.inbox = new Inbox(services, this, mailboxRules(spec))
    this.delivery = new Delivery(this, this.inbox, this.#pending, deliveryRules(spec))
    if (services.tap.isOn) services.tap.tell(this, this.state, undefined)
  }

  get id(): string {
    return this.#spec.id
  }

  get path(): string {
    return `${this.owner.path}/${this.#spec.id}`
  }

  get policy(): ActorSpec<M> {
    return this.#spec
  }

  get state(): string {
    return cellTable.states[this.#state] ?? ''
  }

  get incarnation(): number {
    return this.#incarnation
  }

  get hasSignals(): boolean {
    return this.#signals !== 0
  }

  abstract inspect(): ActorState
  abstract renew(): Life<M>
  protected abstract makeContext(): CellContext<M>

  isDown(): boolean {
    return this.#isIdle && this.#startListener === undefined
  }

  hasEnded(): boolean {
    return this.#state === CellState.stopped
  }

  begin(listener: StartListener): void {
    this.#startListener = listener
    this.#post(signal.start)
  }

  backOff(): void {
    this.#send(CellEvent.BACK_OFF)
  }

  halt(done: () => void): void {
    if (!this.#isIdle) {
      this.#halted = done
      this.#post(signal.halt)
      return
    }
    this.#send(CellEvent.HALT)
    this.#signals &= ~signal.start
    this.#startFailed(ACT_STOPPED({ path: this.path }))
    done()
  }

  stopThen(done: () => void): void {
    if (this.hasEnded()) return done()
    this.onEnd(done)
    // Nothing of it runs, so its end need not wait for a turn.
    if (this.#isIdle) this.#send(CellEvent.STOP)
    else this.#post(signal.stop)
  }

  kill(): void {
    this.#send(CellEvent.KILL)
  }

  /** A normal end by the actor itself, after the message in hand. */
  exit(): void {
    this.#isExiting = true
    this.#post(signal.exit)
  }

  /** Crashes the actor from outside, such as a child that may not be restarted again. */
  fail(cause: unknown): void {
    this.#failure = cause
    this.#post(signal.fail)
  }

  crashed(cause: unknown, message: unknown = none): void {
    if (nextState(cellTable, this.#state, CellEvent.FAILED) < 0) return
    this.end = this.#ending(true, cause, message)
    this.#send(CellEvent.FAILED)
  }

  suspended(): void {
    this.#send(CellEvent.SUSPEND)
  }

  resumed(): void {
    this.#send(CellEvent.RESUME)
    if (this.#isExiting) this.exit()
  }

  turn(limit: number): number {
    this.#isQueued = false
    let done = 0
    if (this.#signals !== 0) {
      this.#heed()
      done = 1
    }
    if (done < limit) done += this.delivery.run(limit - done)
    const { inbox } = this
    if (inbox.isOpen && inbox.length > 0) this.#enqueue()
    return Math.max(1, done)
  }

  /** There may be something to handle. */
  protected wake(): void {
    if (!this.#isQueued && this.inbox.isOpen) this.#enqueue()
  }

  /** Returns what takes the listener away again. */
  protected onEnd(listener: () => void): () => void {
    this.#endListeners ??= new Set()
    this.#endListeners.add(listener)
    return () => this.#endListeners?.delete(listener)
  }

  /** True between incarnations. */
  get #isIdle(): boolean {
    return this.#state === CellState.down || this.#state === CellState.backingOff
  }

  #heed(): void {
    const signals = this.#signals
    this.#signals = 0
    if ((signals & signal.stop) !== 0) {
      this.#send(this.#spec.shutdownMs === 0 ? CellEvent.KILL : CellEvent.STOP)
    }
    if ((signals & signal.halt) !== 0) this.#send(CellEvent.HALT)
    if ((signals & signal.start) !== 0) this.#send(CellEvent.START)
    if ((signals & signal.fail) !== 0) this.crashed(this.#failure)
    if ((signals & signal.exit) !== 0 && this.#isExiting && this.#state === CellState.running) {
      this.end = this.#ending(false, undefined, none)
      this.#send(CellEvent.EXITED)
    }
  }

  #create(): void {
    this.#incarnation++
    this.end = undefined
    const context = this.makeContext()
    this.#context = context
    let made: ReturnType<ActorSpec<M>['create']>
    try {
      made = this.#spec.create(context)
    } catch (error) {
      this.crashed(error)
      return
    }
    if (made instanceof Promise) {
      this.#pending.wait(
        made,
        (behavior) => this.#run(behavior, context),
        (error) => this.crashed(error),
      )
    } else this.#run(made, context)
  }

  #run(behavior: Behavior<M> | typeof ignore, context: CellContext<M>): void {
    if (behavior === ignore) {
      const listener = this.#startListener
      this.#startListener = undefined
      this.onEnd(() => listener?.(this, 'ignored', undefined))
      this.#send(CellEvent.IGNORED)
      return
    }
    this.delivery.begin(behavior, context)
    if (!this.#send(CellEvent.READY)) return
    const listener = this.#startListener
    this.#startListener = undefined
    listener?.(this, 'started', undefined)
    if (this.#isExiting) this.exit()
  }

  /** False when the present state ignores the event. */
  #send(event: number): boolean {
    const from = this.#state
    const next = nextState(cellTable, from, event)
    if (next < 0) return false
    this.#state = next
    const { tap } = this.services
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
        this.inbox.move(MailboxEvent.RELEASE)
        if (this.inbox.length > 0) this.#enqueue()
        return
      case CellAction.holdGate:
        return this.inbox.move(MailboxEvent.HOLD)
      case CellAction.closeGate:
        return this.inbox.move(MailboxEvent.CLOSE)
      case CellAction.endIncarnation:
        return this.#endIncarnation()
      case CellAction.tearDown:
        return this.#tearDown()
      case CellAction.abandon:
        return this.#abandon()
      case CellAction.report:
        return this.#report()
      default:
        return this.#finish()
    }
  }

  #endIncarnation(): void {
    this.#context?.revoke()
    // What was to end this incarnation must not end the next one.
    this.#signals &= ~(signal.fail | signal.exit)
    this.#isExiting = false
    this.#isTearingDown = false
    this.#pending.giveUp()
    this.delivery.end(this.end?.cause)
  }

  /** Lets what runs come to an end; the time it has begins again when a stop overtakes a restart. */
  #tearDown(): void {
    this.#context?.cancelTimers()
    this.#clearDeadline()
    const { shutdownMs = 5000 } = this.#spec
    if (shutdownMs === 0 && this.#state === CellState.halting) {
      this.#send(CellEvent.TIMEOUT)
      return
    }
    if (!this.#isTearingDown) {
      this.#isTearingDown = true
      tearDown(
        {
          pending: this.#pending,
          children: () => (this.#keepsChildren() ? undefined : this.children),
          behavior: () => this.delivery.behavior,
          isCurrent: () => this.#isTearingDown,
        },
        (failure) => this.#tornDown(failure),
      )
    }
    if (!this.#isTearingDown || shutdownMs === Infinity) return
    this.#deadline = this.services.alarms.set(shutdownMs, () => this.#send(CellEvent.TIMEOUT))
  }

  #tornDown(failure: unknown): void {
    if (this.#state === CellState.stopping && this.children?.hasEnded() === false) {
      // They were to be kept, but a stop has overtaken the restart.
      this.children.stopThen(() => this.#tornDown(failure))
      return
    }
    this.#isTearingDown = false
    this.#leaveBehavior()
    if (failure !== undefined) {
      const { isCrash = false, cause, message = none } = this.end ?? {}
      this.end = this.#ending(isCrash, joinCauses(cause, failure), message)
    }
    this.#send(CellEvent.TORN_DOWN)
  }

  /** The time to tear down is over. */
  #abandon(): void {
    this.#isTearingDown = false
    this.#pending.giveUp()
    if (!this.#keepsChildren()) this.children?.kill()
    this.#leaveBehavior()
  }

  #leaveBehavior(): void {
    if (this.#keepsChildren()) this.children?.keepAll()
    else this.children = undefined
    this.delivery.release()
  }

  #keepsChildren(): boolean {
    if (this.#spec.keepChildren !== true || this.#state === CellState.stopping) return false
    return this.children?.isRunning === true
  }

  #report(): void {
    this.#clearDeadline()
    const halted = this.#halted
    this.#halted = undefined
    const end = this.end ?? this.#ending(false, undefined, none)
    if (this.#startListener !== undefined) this.#startFailed(end.cause)
    else if (halted === undefined) this.owner.exited(this, end)
    halted?.()
  }

  #startFailed(cause: unknown): void {
    const listener = this.#startListener
    this.#startListener = undefined
    listener?.(this, 'failed', cause ?? ACT_STOPPED({ path: this.path }))
  }

  #finish(): void {
    this.#clearDeadline()
    this.children?.kill()
    this.delivery.release()
    const cause = this.end?.cause
    this.inbox.drain(cause, this.#context?.madeTimers)
    this.owner.ended(this)
    this.services.events.ended(this, cause)
    this.#startFailed(cause)
    this.#halted?.()
    const listeners = this.#endListeners
    this.#endListeners = undefined
    for (const listener of listeners ?? []) listener()
  }

  #ending(isCrash: boolean, cause: unknown, message: unknown): End {
    return { isCrash, cause, message, atMs: this.services.runtime.monotonic() }
  }

  #clearDeadline(): void {
    if (this.#deadline !== undefined) this.services.alarms.clear(this.#deadline)
    this.#deadline = undefined
  }

  #post(bit: number): void {
    this.#signals |= bit
    this.#enqueue()
  }

  #enqueue(): void {
    if (this.#isQueued) return
    this.#isQueued = true
    this.services.queue.add(this)
  }
}
