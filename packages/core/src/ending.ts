import type { Behavior } from './actor.ts'
import type { Alarm, Alarms } from './alarms.ts'
import type { End } from './child.ts'
import type { Family } from './family.ts'
import type { Pending } from './pending.ts'

/** What must end before an incarnation is over. */
export interface TearDownParts<M> {
  readonly pending: Pending
  readonly children: () => Family | undefined
  readonly behavior: () => Behavior<M> | undefined
}

/** How an actor ends and who waits for it; most actors are far from it and do without. */
export class Ending {
  /** How the incarnation ended by itself. */
  end: End | undefined
  /** What is to crash it at its next turn. */
  failure: unknown
  #halted: (() => void) | undefined
  #listeners: Set<() => void> | undefined
  #alarms: Alarms
  #deadline: Alarm | undefined
  #tearDown: object | undefined

  constructor(alarms: Alarms) {
    this.#alarms = alarms
  }

  /** True until what runs has come to its end, or was cut short. */
  get isTearingDown(): boolean {
    return this.#tearDown !== undefined
  }

  /** `listener` is told when the actor has ended; returns what takes it away again. */
  listen(listener: () => void): () => void {
    this.#listeners ??= new Set()
    this.#listeners.add(listener)
    return () => this.#listeners?.delete(listener)
  }

  /** `done` is told when the incarnation is down. */
  haltThen(done: () => void): void {
    this.#halted = done
  }

  /** Who is to be told that the incarnation is down, once. */
  takeHalted(): (() => void) | undefined {
    const halted = this.#halted
    this.#halted = undefined
    return halted
  }

  /** Tells all who wait for the end of the actor. */
  tell(): void {
    const listeners = this.#listeners
    this.#listeners = undefined
    for (const listener of listeners ?? []) listener()
  }

  /** Lets the promise in hand settle, then stops the children, then runs `onStop`, then calls `done` with what onStop threw. */
  tearDown<M>(parts: TearDownParts<M>, done: (failure?: unknown) => void): void {
    const own = {}
    this.#tearDown = own
    const stopBehavior = (): void => {
      if (this.#tearDown !== own) return
      let result: void | Promise<void>
      try {
        result = parts.behavior()?.onStop?.()
      } catch (error) {
        done(error)
        return
      }
      if (result instanceof Promise) parts.pending.wait(result, () => done(), done)
      else done()
    }
    parts.pending.whenIdle(() => {
      const children = parts.children()
      if (children === undefined) stopBehavior()
      else children.stopThen(stopBehavior)
    })
  }

  /** Calls `late` unless the deadline is cleared before; `Infinity` has none. */
  within(ms: number, late: () => void): void {
    if (ms !== Infinity) this.#deadline = this.#alarms.set(ms, late)
  }

  clearDeadline(): void {
    if (this.#deadline !== undefined) this.#alarms.clear(this.#deadline)
    this.#deadline = undefined
  }

  /** What was to be torn down is, or does not matter any more. */
  tornDown(): void {
    this.#tearDown = undefined
  }
}

/** Why an incarnation ended, if its `onStop` failed on top. */
export function joinCauses(crash: unknown, stopFailure: unknown): unknown {
  if (crash === undefined) return stopFailure
  return new AggregateError([crash, stopFailure], 'The actor crashed, and then its onStop failed.')
}
