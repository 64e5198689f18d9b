import {
  type ActorContext,
  type ActorHandle,
  type ActorSpec,
  type Behavior,
  ignore,
  type Lane,
  type OfferResult,
  type Receiver,
} from '@millrace/core'

import { TST_INJECTED } from '../errors.ts'
import type { FaultKind } from './faults.ts'
import { type Confined, type RunAs, runnerFor, runsAs } from './real-world.ts'
import type { Surroundings } from './surroundings.ts'

const SLOW_MS_MAX = 1000

type Made<M> = Awaited<ReturnType<ActorSpec<M>['create']>>
type Become = (receiver: unknown) => void
type Offer = (message: unknown) => OfferResult | Promise<OfferResult>
type Tell = (message: unknown, lane: Lane | undefined) => void

/** A handler of one message, or of a batch. */
interface Served<V, M> {
  receive(value: V, context: ActorContext<M>): void | Promise<void>
}

/** An actor of a simulation: what it is made of, with faults put in. */
export class SimulatedActor implements Confined {
  readonly path: string
  readonly ordinal: number
  /** True if no fault strikes it. */
  readonly isSpared: boolean
  turns = 0
  /** True while its handler is on the stack: then an effect may be the place of a crash. */
  isHandling = false
  readonly #world: Surroundings
  readonly #handle: ActorHandle<unknown> | undefined
  readonly #deliver: Tell | undefined
  readonly #offer: Offer | undefined
  readonly #runAs: RunAs

  constructor(
    world: Surroundings,
    parts: {
      readonly path: string
      readonly ordinal: number
      readonly isSpared: boolean
      readonly handle?: ActorHandle<unknown>
    },
  ) {
    this.#world = world
    this.path = parts.path
    this.ordinal = parts.ordinal
    this.isSpared = parts.isSpared
    this.#runAs = runnerFor(this)
    this.#handle = parts.handle
    if (parts.handle === undefined) return
    // The members of the class, before those of this simulation stand in front of them.
    this.#deliver = Reflect.get(parts.handle, 'tell') as Tell
    this.#offer = Reflect.get(parts.handle, 'offer')
  }

  /** True while a message it sends may be the last thing it does. */
  get mayCrash(): boolean {
    return !this.isSpared && (this.isHandling || runsAs(this))
  }

  /** Queues a message, whatever links say. */
  deliver(message: unknown, lane: Lane | undefined): void {
    this.#deliver?.call(this.#handle, message, lane)
  }

  offer(message: unknown): OfferResult | Promise<OfferResult> {
    const result = this.#offer?.call(this.#handle, message) ?? 'stopped'
    if (result instanceof Promise) this.#world.opened(result)
    return result
  }

  crash(): void {
    this.#handle?.fail(this.injected('crash'))
  }

  kill(): void {
    this.#handle?.kill()
  }

  touched(error: Error): void {
    this.#world.violated(error)
  }

  buggify(name: string, odds: number): boolean {
    if (this.isSpared && this.ordinal > 0) return false
    const isBug = this.#world.faults.bug(name, odds)
    if (isBug) this.#world.trace.fault(`buggify ${name}`, this.path)
    return isBug
  }

  injected(fault: string): Error {
    const { stackTraceLimit } = Error
    // Where in the simulation it was made tells nothing, and finding out costs as much as twenty turns.
    Error.stackTraceLimit = 0
    const error = TST_INJECTED({ fault, path: this.path })
    Error.stackTraceLimit = stackTraceLimit
    return error
  }

  create<M>(spec: ActorSpec<M>, context: ActorContext<M>): ReturnType<ActorSpec<M>['create']> {
    if (this.#strikes('factory') !== undefined) throw this.injected('crashInFactory')
    const become = Reflect.get(context, 'become') as Become
    context.become = (receiver) => become.call(context, this.#wrap(receiver))
    const made = this.#runAs(() => spec.create(context))
    if (!(made instanceof Promise)) return this.#toBehavior(made)
    this.#world.opened(made)
    return made.then((behavior) => this.#toBehavior(behavior))
  }

  #toBehavior<M>(behavior: Made<M>): Made<M> {
    if (behavior === ignore) return behavior
    return { ...this.#wrap(behavior), onStop: () => this.#onStop(behavior) }
  }

  #wrap<M>(receiver: Receiver<M>): Receiver<M> {
    const { receiveBatch } = receiver
    const receive: Receiver<M>['receive'] = (message, context) => {
      this.#world.trace.received(this.path, message)
      return this.#serve(receiver, message, context)
    }
    if (receiveBatch === undefined) return { receive }
    const inBatches: Served<readonly M[], M> = {
      receive: (messages, context) => receiver.receiveBatch?.(messages, context),
    }
    return {
      receive,
      receiveBatch: (messages, context) => {
        for (const message of messages) this.#world.trace.received(this.path, message)
        return this.#serve(inBatches, messages, context)
      },
    }
  }

  #serve<V, M>(served: Served<V, M>, value: V, context: ActorContext<M>): void | Promise<void> {
    const world = this.#world
    const fault = this.#strikes('handler')
    const isAfter = fault === 'crashInHandler' && world.faults.amount(1) === 1
    if (fault === 'crashInHandler' && !isAfter) throw this.injected('crashInHandler')
    const result = this.#call(served, value, context)
    if (isAfter && !(result instanceof Promise)) throw this.injected('crashInHandler')
    if (result instanceof Promise) world.opened(result)
    if (fault === undefined) return result
    if (fault === 'neverSettles') return new Promise(() => undefined)
    const then = isAfter
      ? Promise.resolve(result).then(() => {
          throw this.injected('crashInHandler')
        })
      : world.sleep(1 + world.faults.amount(SLOW_MS_MAX - 1)).then(() => result)
    world.opened(then)
    return then
  }

  #call<V, M>(served: Served<V, M>, value: V, context: ActorContext<M>): void | Promise<void> {
    this.isHandling = true
    try {
      return this.#runAs(() => served.receive(value, context))
    } finally {
      this.isHandling = false
    }
  }

  #onStop<M>(behavior: Behavior<M>): void | Promise<void> {
    const world = this.#world
    const fault = this.#strikes('stop')
    if (fault === 'crashInStop') throw this.injected('crashInStop')
    const result = this.#runAs(() => behavior.onStop?.())
    if (result instanceof Promise) world.opened(result)
    if (fault === undefined) return result
    // Killed on a turn of its own, with onStop still under way.
    world.add({
      path: this.path,
      turn: () => {
        this.kill()
        return 1
      },
    })
    return new Promise(() => undefined)
  }

  #strikes(point: 'handler' | 'factory' | 'stop'): FaultKind | undefined {
    if (this.isSpared) return undefined
    const fault = this.#world.faults.draw(point)
    if (fault !== undefined) this.#world.trace.fault(fault, this.path)
    return fault
  }
}
