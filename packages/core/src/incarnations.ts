import { type ActorSpec, type Behavior, ignore, type RestartType } from './actor.ts'
import { behaviorFault } from './behavior-fault.ts'
import { type Child, type ChildRecord, type End, none, type StartListener } from './child.ts'
import type { CellContext } from './context.ts'
import type { Delivery, DeliveryHost } from './delivery.ts'
import { Ending, joinCauses } from './ending.ts'
import { ACT_MAILBOX_FULL, ACT_STOPPED } from './errors.ts'
import type { Family } from './family.ts'
import type { Inbox } from './inbox.ts'
import { givenSpec, instrument } from './instrumented-spec.ts'
import { CellAction, CellEvent, CellState, MailboxEvent } from './lifecycle.table.ts'
import { LifecycleRunner, mark, signal } from './lifecycle-runner.ts'
import { Mailroom } from './mailroom.ts'
import type { Services } from './services.ts'
import type { ActorState } from './supervisor-spec.ts'

/** The incarnations of one actor: its state in the lifecycle table and what that state makes of mailroom, behavior and children. */
export abstract class Incarnations<M> extends LifecycleRunner implements Child, DeliveryHost {
  record: ChildRecord | undefined
  protected readonly owner: Family
  protected children: Family | undefined
  readonly #spec: ActorSpec<M>
  #incarnation: number
  #context: CellContext<M> | undefined
  #behavior: Behavior<M> | undefined
  #mailroom: Mailroom<M> | undefined
  /** That of the mailroom, one step nearer and without a getter: read for every message. */
  protected opened: Inbox | undefined
  #startListener: StartListener | undefined
  #ending: Ending | undefined

  /** Nothing runs until `begin`. `before` counts the incarnations of earlier cells with this specification. */
  constructor(owner: Family, given: ActorSpec<M>, before: number) {
    super()
    const { hooks, tap } = owner.services
    this.owner = owner
    this.#spec = hooks === undefined ? given : instrument(hooks, given, this, owner.path)
    this.#incarnation = before
    if (tap.isOn) tap.tell(this, this.state, undefined)
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

  get restart(): RestartType {
    return this.#spec.restart ?? this.owner.defaultRestart
  }

  get incarnation(): number {
    return this.#incarnation
  }

  get delivery(): Delivery<M> {
    return this.mailroom.delivery
  }

  protected get services(): Services {
    return this.owner.services
  }

  protected get inbox(): Inbox {
    return this.opened ?? this.mailroom.inbox
  }

  protected get mailroom(): Mailroom<M> {
    this.#mailroom ??= this.#openMailroom()
    return this.#mailroom
  }

  protected get given(): ActorSpec<M> {
    return givenSpec(this.#spec)
  }

  /** How this incarnation ended by itself. */
  protected get end(): End | undefined {
    return this.#ending?.end
  }

  /** Messages that wait in the mailbox. */
  get queued(): number {
    return this.#mailroom?.inbox.length ?? 0
  }

  abstract inspect(): ActorState
  abstract renew(): Incarnations<M>
  protected abstract makeContext(): CellContext<M>

  isDown(): boolean {
    return this.isIdle && this.#startListener === undefined
  }

  begin(listener: StartListener): void {
    this.#startListener = listener
    this.post(signal.start)
  }

  backOff(): void {
    this.send(CellEvent.BACK_OFF)
  }

  halt(done: () => void): void {
    if (!this.isIdle) {
      this.#toEnd.haltThen(done)
      this.post(signal.halt)
      return
    }
    this.send(CellEvent.HALT)
    this.bits &= ~signal.start
    this.#startFailed(ACT_STOPPED({ path: this.path }))
    done()
  }

  stopThen(done: () => void): void {
    if (this.hasEnded()) return done()
    this.onEnd(done)
    // Nothing of it runs, so its end need not wait for a turn.
    if (this.isIdle) this.send(CellEvent.STOP)
    else this.post(signal.stop)
  }

  /** A normal end by the actor itself, after the message in hand. */
  exit(): void {
    this.bits |= mark.exiting
    this.post(signal.exit)
  }

  /** Crashes the actor from outside, such as a child that may not be restarted again. */
  fail(cause: unknown): void {
    this.#toEnd.failure = cause
    this.post(signal.fail)
  }

  crashed(cause: unknown, message: unknown = none): void {
    if (!this.heeds(CellEvent.FAILED)) return
    this.#endedBy(true, cause, message)
    this.send(CellEvent.FAILED)
  }

  resumed(): void {
    this.send(CellEvent.RESUME)
    if ((this.bits & mark.exiting) !== 0) this.exit()
  }

  protected get isReady(): boolean {
    return this.opened?.isOpen === true && this.opened.length > 0
  }

  protected handle(limit: number): number {
    return this.#mailroom?.delivery.run(limit) ?? 0
  }

  /** The mailbox is full and its rule is to fail: once for each incarnation. */
  protected overflow(): void {
    if ((this.bits & mark.overflowed) !== 0) return
    this.bits |= mark.overflowed
    this.fail(ACT_MAILBOX_FULL({ path: this.path, capacity: this.inbox.rules.capacity }))
  }

  /** Returns what takes the listener away again. */
  protected onEnd(listener: () => void): () => void {
    return this.#toEnd.listen(listener)
  }

  get #toEnd(): Ending {
    this.#ending ??= new Ending(this.services.alarms)
    return this.#ending
  }

  protected heed(bit: number): void {
    if (bit === signal.stop) {
      this.send(this.#spec.shutdownMs === 0 ? CellEvent.KILL : CellEvent.STOP)
    } else if (bit === signal.halt) this.send(CellEvent.HALT)
    else if (bit === signal.start) this.send(CellEvent.START)
    else if (bit === signal.fail) this.crashed(this.#ending?.failure)
    else if ((this.bits & mark.exiting) !== 0 && this.isIn(CellState.running)) {
      this.#endedBy(false, undefined, none)
      this.send(CellEvent.EXITED)
    }
  }

  #create(): void {
    this.#incarnation++
    if (this.#ending !== undefined) this.#ending.end = undefined
    const context = this.makeContext()
    this.#context = context
    let made: ReturnType<ActorSpec<M>['create']>
    try {
      made = this.#spec.create(context)
    } catch (error) {
      return this.crashed(error)
    }
    if (made instanceof Promise) {
      this.mailroom.pending.wait(
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
      this.send(CellEvent.IGNORED)
      return
    }
    const fault = behaviorFault(this.id, behavior)
    if (fault !== undefined) return this.crashed(fault)
    this.#behavior = behavior
    this.#mailroom?.delivery.begin(behavior, context)
    if (!this.send(CellEvent.READY)) return
    const listener = this.#startListener
    this.#startListener = undefined
    listener?.(this, 'started', undefined)
    if ((this.bits & mark.exiting) !== 0) this.exit()
  }

  protected perform(action: number): void {
    switch (action) {
      case CellAction.create:
        return this.#create()
      case CellAction.openGate:
        this.#mailroom?.inbox.move(MailboxEvent.RELEASE)
        return this.wake()
      case CellAction.holdGate:
        return this.#mailroom?.inbox.move(MailboxEvent.HOLD)
      case CellAction.closeGate:
        return this.#mailroom?.inbox.move(MailboxEvent.CLOSE)
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
    this.bits &= signal.stop | signal.halt | signal.start
    this.#ending?.tornDown()
    this.#mailroom?.pending.giveUp()
    this.#mailroom?.delivery.end(this.end?.cause)
  }

  /** Lets what runs come to an end; the time it has begins again when a stop overtakes a restart. */
  #tearDown(): void {
    this.#context?.cancelTimers()
    this.#ending?.clearDeadline()
    const { shutdownMs = 5000 } = this.#spec
    if (shutdownMs === 0 && this.isIn(CellState.halting)) {
      this.send(CellEvent.TIMEOUT)
      return
    }
    const hasMore = this.#mailroom !== undefined || this.children !== undefined
    if (!hasMore && this.#behavior?.onStop === undefined) {
      this.#tornDown(undefined)
      return
    }
    const ending = this.#toEnd
    if (!ending.isTearingDown) {
      const parts = {
        pending: this.mailroom.pending,
        children: () => (this.#keepsChildren() ? undefined : this.children),
        behavior: () => this.#behavior,
      }
      ending.tearDown(parts, (failure) => this.#tornDown(failure))
    }
    if (ending.isTearingDown) ending.within(shutdownMs, () => this.send(CellEvent.TIMEOUT))
  }

  #tornDown(failure: unknown): void {
    if (this.isIn(CellState.stopping) && this.children?.hasEnded() === false) {
      // They were to be kept, but a stop has overtaken the restart.
      this.children.stopThen(() => this.#tornDown(failure))
      return
    }
    this.#ending?.tornDown()
    this.#leaveBehavior()
    if (failure !== undefined) {
      const { isCrash = false, cause, message = none } = this.end ?? {}
      this.#endedBy(isCrash, joinCauses(cause, failure), message)
    }
    this.send(CellEvent.TORN_DOWN)
  }

  /** The time to tear down is over. */
  #abandon(): void {
    this.#ending?.tornDown()
    this.#mailroom?.pending.giveUp()
    if (!this.#keepsChildren()) this.children?.kill()
    this.#leaveBehavior()
  }

  #leaveBehavior(): void {
    if (this.#keepsChildren()) this.children?.keepAll()
    else this.children = undefined
    this.#forgetBehavior()
  }

  #keepsChildren(): boolean {
    if (this.#spec.keepChildren !== true || this.isIn(CellState.stopping)) return false
    return this.children?.isRunning === true
  }

  #report(): void {
    this.#ending?.clearDeadline()
    const halted = this.#ending?.takeHalted()
    const end = this.end ?? this.#endOf(false, undefined, none)
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
    this.#ending?.clearDeadline()
    this.children?.kill()
    this.#forgetBehavior()
    const cause = this.end?.cause
    const timers = this.#context?.madeTimers
    if (this.#mailroom !== undefined || timers !== undefined) this.inbox.drain(cause, timers)
    this.owner.ended(this)
    this.services.events.ended(this, cause)
    this.#startFailed(cause)
    this.#ending?.takeHalted()?.()
    this.#ending?.tell()
  }

  #endedBy(isCrash: boolean, cause: unknown, message: unknown): void {
    this.#toEnd.end = this.#endOf(isCrash, cause, message)
  }

  #endOf(isCrash: boolean, cause: unknown, message: unknown): End {
    return { isCrash, cause, message, atMs: this.services.runtime.monotonic() }
  }

  #forgetBehavior(): void {
    this.#behavior = undefined
    this.#mailroom?.delivery.release()
  }

  #openMailroom(): Mailroom<M> {
    const mailroom = new Mailroom(this, this.services, this.#spec)
    this.opened = mailroom.inbox
    if (this.isIn(CellState.running)) mailroom.inbox.move(MailboxEvent.RELEASE)
    else if (!this.isAlive()) mailroom.inbox.move(MailboxEvent.CLOSE)
    if (this.#behavior !== undefined) {
      mailroom.delivery.begin(this.#behavior, this.#context as CellContext<M>)
    }
    return mailroom
  }
}
