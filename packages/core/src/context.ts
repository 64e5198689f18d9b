import type { ActorContext, ActorRef, ActorSpec, ActorTimers, Receiver } from './actor.ts'
import { receiverFault } from './behavior-fault.ts'
import type { Alarms } from './alarms.ts'
import type { Delivery } from './delivery.ts'
import { ACT_REVOKED } from './errors.ts'
import { type Tick, Timers, type TimersHost } from './timers.ts'
import type { Topic, TopicBoard } from './topics.ts'
import { Watch } from './watch.ts'

/** What a context needs of its cell. */
export interface ContextHost<M> extends ActorRef<M> {
  readonly alarms: Alarms
  readonly topics: TopicBoard
  readonly delivery: Delivery<M>
  adopt<N>(spec: ActorSpec<N>): ActorRef<N>
  startWatch(watch: Watch): void
  pushTick(tick: Tick<M>): void
  passOn<N>(ref: ActorRef<N>, message: N, lane: 'user' | 'control'): void
  unhandled(message: M): void
  exit(): void
}

/** The rights of one incarnation; timers, watches, subscriptions and the abort signal are made when first used. */
export class CellContext<M> implements ActorContext<M>, TimersHost<M> {
  readonly incarnation: number
  readonly #host: ContextHost<M>
  #isRevoked = false
  #timers: Timers<M> | undefined
  #watches: Set<Watch> | undefined
  #subscriptions: Map<unknown, () => void> | undefined
  #abort: AbortController | undefined

  constructor(host: ContextHost<M>, incarnation: number) {
    this.#host = host
    this.incarnation = incarnation
  }

  get self(): ActorRef<M> {
    return this.#host
  }

  get path(): string {
    return this.#host.path
  }

  get alarms(): Alarms {
    return this.#host.alarms
  }

  get queued(): number {
    return this.#host.queued
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController()
      if (this.#isRevoked) this.#abort.abort()
    }
    return this.#abort.signal
  }

  get timers(): ActorTimers<M> {
    this.#timers ??= new Timers<M>(this, () => {
      this.#check()
    })
    return this.#timers
  }

  /** The timers if there are any, also when the incarnation is over. */
  get madeTimers(): Timers<M> | undefined {
    return this.#timers
  }

  spawn<N>(spec: ActorSpec<N>): ActorRef<N> {
    this.#check()
    return this.#host.adopt(spec)
  }

  watch<N>(ref: ActorRef<N>, make: () => M): void {
    this.#check()
    const watch = new Watch(ref, make)
    this.#watches ??= new Set()
    this.#watches.add(watch)
    this.#host.startWatch(watch)
  }

  watchWith<N>(ref: ActorRef<N>, message: M): void {
    this.watch(ref, () => message)
  }

  unwatch<N>(ref: ActorRef<N>): void {
    this.#check()
    for (const watch of this.#watches ?? []) {
      if (watch.ref === ref) this.#endWatch(watch)
    }
  }

  forward<N>(ref: ActorRef<N>, message: N, lane: 'user' | 'control' = 'user'): void {
    this.#check()
    this.#host.passOn(ref, message, lane)
  }

  become(receiver: Receiver<M>): void {
    this.#check()
    const fault = receiverFault(this.self.id, receiver)
    if (fault !== undefined) throw fault
    this.#host.delivery.become(receiver)
  }

  stash(): void {
    this.#check()
    this.#host.delivery.stash()
  }

  unstashAll(): void {
    this.#check()
    this.#host.delivery.unstashAll()
  }

  unhandled(message: M): void {
    this.#check()
    this.#host.unhandled(message)
  }

  subscribe<T>(topic: Topic<T>, make: (event: T) => M): void {
    this.unsubscribe(topic)
    this.#subscriptions ??= new Map()
    const { topics } = this.#host
    this.#subscriptions.set(
      topic,
      topics.add(topic, (event) => {
        this.#host.tell(make(event))
      }),
    )
  }

  unsubscribe<T>(topic: Topic<T>): void {
    this.#check()
    this.#subscriptions?.get(topic)?.()
    this.#subscriptions?.delete(topic)
  }

  publish<T>(topic: Topic<T>, event: T): void {
    this.#check()
    this.#host.topics.publish(topic, event)
  }

  stop(): void {
    this.#check()
    this.#host.exit()
  }

  pushTick(tick: Tick<M>): void {
    this.#host.pushTick(tick)
  }

  listenForSilence(): void {
    this.#host.delivery.listen()
  }

  /** A message was handled. */
  heard(): void {
    this.#timers?.heard()
  }

  cancelTimers(): void {
    this.#timers?.end()
  }

  /** Ends the incarnation: timers, watches and subscriptions go, the signal aborts, later calls throw. */
  revoke(): void {
    if (this.#isRevoked) return
    this.#isRevoked = true
    this.cancelTimers()
    for (const watch of this.#watches ?? []) watch.end('ended')
    for (const unsubscribe of this.#subscriptions?.values() ?? []) unsubscribe()
    this.#abort?.abort()
  }

  #endWatch(watch: Watch): void {
    watch.end('canceled')
    this.#watches?.delete(watch)
  }

  #check(): void {
    if (this.#isRevoked) {
      throw ACT_REVOKED({ path: this.#host.path, incarnation: this.incarnation })
    }
  }
}
