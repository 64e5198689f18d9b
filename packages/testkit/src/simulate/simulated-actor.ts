import type { ActorContext, ActorHandle, ActorSpec, Behavior, Lane } from '@millrace/core'

import { TST_INJECTED } from '../errors.ts'
import type { FaultKind } from './faults.ts'
import { type Confined, scope } from './real-world.ts'
import type { Surroundings } from './surroundings.ts'

const AsyncFunction = (async () => undefined).constructor
const SLOW_MS_MAX = 1000

type Tell = (message: unknown, lane: Lane | undefined) => void

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
  #isAsync = false

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
    this.#handle = parts.handle
    // The member of the class, before one of this simulation stands in front of it.
    if (parts.handle !== undefined) this.#deliver = Reflect.get(parts.handle, 'tell') as Tell
  }

  /** True while a message it sends may be the last thing it does. */
  get mayCrash(): boolean {
    return !this.isSpared && (this.isHandling || scope.getStore() === this)
  }

  /** Queues a message, whatever links say. */
  deliver(message: unknown, lane: Lane | undefined): void {
    this.#deliver?.call(this.#handle, message, lane)
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

  injected(fault: string): Error {
    return TST_INJECTED({ fault, path: this.path })
  }

  create<M>(spec: ActorSpec<M>, context: ActorContext<M>): Behavior<M> | Promise<Behavior<M>> {
    if (this.#strikes('factory') !== undefined) throw this.injected('crashInFactory')
    const made =
      spec.create instanceof AsyncFunction
        ? scope.run(this, () => spec.create(context))
        : spec.create(context)
    if (!(made instanceof Promise)) return this.#wrap(made)
    this.#world.opened(made)
    return made.then((behavior) => this.#wrap(behavior))
  }

  #wrap<M>(behavior: Behavior<M>): Behavior<M> {
    if (behavior.receive instanceof AsyncFunction) this.#isAsync = true
    return {
      receive: (message, context) => this.#receive(behavior, message, context),
      onStop: () => this.#onStop(behavior),
    }
  }

  #receive<M>(behavior: Behavior<M>, message: M, context: ActorContext<M>): void | Promise<void> {
    const world = this.#world
    world.trace.received(this.path, message)
    const fault = this.#strikes('handler')
    const isAfter = fault === 'crashInHandler' && world.faults.amount(1) === 1
    if (fault === 'crashInHandler' && !isAfter) throw this.injected('crashInHandler')
    const result = this.#call(behavior, message, context)
    if (isAfter && !(result instanceof Promise)) throw this.injected('crashInHandler')
    if (result instanceof Promise) {
      this.#isAsync = true
      world.opened(result)
    }
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

  #call<M>(behavior: Behavior<M>, message: M, context: ActorContext<M>): void | Promise<void> {
    this.isHandling = true
    try {
      return this.#isAsync
        ? scope.run(this, () => behavior.receive(message, context))
        : behavior.receive(message, context)
    } finally {
      this.isHandling = false
    }
  }

  #onStop<M>(behavior: Behavior<M>): void | Promise<void> {
    const world = this.#world
    const fault = this.#strikes('stop')
    if (fault === 'crashInStop') throw this.injected('crashInStop')
    const result = scope.run(this, () => behavior.onStop?.())
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
