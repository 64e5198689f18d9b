import { invariant } from '@millrace/base'

import type { ActorRef, ActorSpec, Lane, OfferResult } from './actor.ts'
import type { Alarms } from './alarms.ts'
import { CellContext, type ContextHost } from './context.ts'
import { createFamily } from './create-family.ts'
import type { Family } from './family.ts'
import { inspectCell } from './inspect-child.ts'
import { Incarnations } from './incarnations.ts'
import type { LifecycleTap } from './lifecycle-tap.ts'
import { StandIn } from './stand-in.ts'
import type { ActorState } from './supervisor-spec.ts'
import type { Tick } from './timers.ts'
import type { TopicBoard } from './topics.ts'
import { checkActorSpec } from './validate-spec.ts'
import type { Watch } from './watch.ts'

/** One actor: the address others send to, and what its context may do. */
export class Cell<M> extends Incarnations<M> implements ActorRef<M>, ContextHost<M> {
  constructor(owner: Family, given: ActorSpec<M>, before = 0) {
    super(owner, given, before)
  }

  get alarms(): Alarms {
    return this.services.alarms
  }

  get tap(): LifecycleTap {
    return this.services.tap
  }

  get topics(): TopicBoard {
    return this.services.topics
  }

  /** Messages put aside. */
  get stashed(): number {
    return this.inbox.stashed
  }

  tell(message: M, lane: 'user' | 'control' = 'user'): void {
    const { opened } = this
    if (opened?.takesAll === true && lane === 'user') {
      opened.takeIn(message)
      this.wake()
    } else this.#tellByRules(message, lane)
  }

  offer(message: M): OfferResult | Promise<OfferResult> {
    return this.inbox.offer(message, () => this.wake())
  }

  ask<R>(make: (reply: (value: R) => void) => M, options: { timeoutMs: number }): Promise<R> {
    return this.inbox.ask(make, options.timeoutMs, this)
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.stopThen(resolve)
    })
  }

  adopt<N>(spec: ActorSpec<N>): ActorRef<N> {
    checkActorSpec(spec)
    this.children ??= createFamily(this.services, this.path, (cause) => this.fail(cause))
    const kept = this.children.takeKept(spec.id)
    if (kept instanceof Cell) return kept
    const child = new Cell(this.children, spec)
    this.children.spawn(child)
    return child
  }

  startWatch(watch: Watch): void {
    const { ref } = watch
    const target: unknown = ref instanceof StandIn ? ref.actor : ref
    invariant(target instanceof Cell, 'only an actor of this library can be watched')
    const notify = (): void => {
      if (watch.over === undefined && this.isAlive()) this.#notify(watch, 'system')
    }
    if (target.hasEnded()) notify()
    else watch.release = target.onEnd(notify)
  }

  pushTick(tick: Tick<M>): void {
    if (this.isAlive()) this.#notify(tick, 'control')
  }

  passOn<N>(ref: ActorRef<N>, message: N, lane: 'user' | 'control'): void {
    const target = ref instanceof StandIn ? ref.receiverOf(message) : ref
    if (target instanceof Cell) this.inbox.moveAsk(message, target.inbox)
    // Told to nobody it is a dead letter.
    const receiver = target ?? ref
    receiver.tell(message, lane)
    if (target === undefined) this.inbox.giveUpAsk(message, undefined)
  }

  unhandled(message: M): void {
    this.passToNobody(message, 'user', 'unhandled')
  }

  /** Passes a message on that has no receiver: it counts as sent, and is a dead letter. */
  passToNobody(
    message: unknown,
    lane: Lane,
    reason: 'unhandled' | 'noRoutee',
    cause?: unknown,
  ): void {
    this.services.ledger.sent++
    this.inbox.deadLetter(message, lane, { reason, cause })
  }

  renew(): Cell<M> {
    const cell = new Cell(this.owner, this.given, this.incarnation)
    cell.record = this.record
    return cell
  }

  inspect(): ActorState {
    return inspectCell(this, this.children, this.services.runtime.monotonic())
  }

  protected makeContext(): CellContext<M> {
    return new CellContext(this, this.incarnation)
  }

  #tellByRules(message: M, lane: 'user' | 'control'): void {
    const { inbox } = this
    const acceptance = inbox.accept(message, lane)
    if (acceptance === 'queued') this.wake()
    else if (acceptance === 'closed') inbox.refuse(message, lane, this.end?.cause)
    else if (acceptance === 'overflowed' && inbox.rules.overflow === 'fail') this.overflow()
  }

  #notify(entry: unknown, lane: 'system' | 'control'): void {
    this.inbox.notify(entry, lane)
    this.wake()
  }
}
