import type { ActorContext, ActorRef, ActorSpec, ActorTimers } from './actor.ts'
import type { Alarms } from './alarms.ts'
import { ACT_REVOKED } from './errors.ts'
import { type Tick, Timers } from './timers.ts'

/** What a context needs of its cell. */
export interface ContextHost<M> extends ActorRef<M> {
  readonly alarms: Alarms
  adopt<N>(spec: ActorSpec<N>): ActorRef<N>
  watchFor<N>(ref: ActorRef<N>, make: () => M, isCurrent: () => boolean): void
  pushTick(tick: Tick<M>): void
  exit(): void
}

/** The rights of one incarnation; timers and the abort signal are made when first used. */
export class CellContext<M> implements ActorContext<M> {
  readonly incarnation: number
  readonly #host: ContextHost<M>
  #isRevoked = false
  #timers: Timers<M> | undefined
  #abort: AbortController | undefined

  constructor(host: ContextHost<M>, incarnation: number) {
    this.#host = host
    this.incarnation = incarnation
  }

  get self(): ActorRef<M> {
    return this.#host
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController()
      if (this.#isRevoked) this.#abort.abort()
    }
    return this.#abort.signal
  }

  get timers(): ActorTimers<M> {
    this.#timers ??= new Timers<M>(
      this.#host.alarms,
      (tick) => {
        this.#host.pushTick(tick)
      },
      () => {
        this.#check()
      },
    )
    return this.#timers
  }

  spawn<N>(spec: ActorSpec<N>): ActorRef<N> {
    this.#check()
    return this.#host.adopt(spec)
  }

  watch<N>(ref: ActorRef<N>, make: () => M): void {
    this.#check()
    this.#host.watchFor(ref, make, () => !this.#isRevoked)
  }

  stop(): void {
    this.#check()
    this.#host.exit()
  }

  cancelTimers(): void {
    this.#timers?.cancelAll()
  }

  /** Ends the incarnation: timers go, the signal aborts, later calls throw. */
  revoke(): void {
    if (this.#isRevoked) return
    this.#isRevoked = true
    this.cancelTimers()
    this.#abort?.abort()
  }

  #check(): void {
    if (this.#isRevoked) {
      throw ACT_REVOKED({ path: this.#host.path, incarnation: this.incarnation })
    }
  }
}
