import type { Runtime } from '@millrace/base'

/** What a tap shows of a cell, or of the family of a supervisor. */
export interface Tapped {
  readonly path: string
  /** Name of the state in its table. */
  readonly state: string
}

/** Whose table it is that a lifecycle follows. */
export type LifecycleKind = 'actor' | 'supervisor'

/** Told after a state has changed and before the actions run; `event` is undefined for what is new. */
export type LifecycleListener = (
  one: Tapped,
  from: string,
  event: string | undefined,
  kind: LifecycleKind,
) => void

/** Who watches the lifecycles of a system's cells; while nobody does, a cell asks `isOn` and nothing else. */
export class LifecycleTap {
  isOn = false
  readonly #runtime: Runtime
  readonly #listeners = new Set<LifecycleListener>()

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  /** Returns what takes the listener away again. */
  add(listener: LifecycleListener): () => void {
    this.#listeners.add(listener)
    this.isOn = true
    return () => {
      this.#listeners.delete(listener)
      this.isOn = this.#listeners.size > 0
    }
  }

  tell(one: Tapped, from: string, event: string | undefined, kind: LifecycleKind = 'actor'): void {
    for (const listener of this.#listeners) this.guard(() => listener(one, from, event, kind))
  }

  /** Runs foreign code: what it throws is reported through the runtime and disturbs nobody. */
  guard(task: () => void): void {
    try {
      task()
    } catch (error) {
      this.#runtime.schedule(() => {
        throw error
      })
    }
  }
}

// On the system itself: a WeakMap carries short-lived systems, such as those of simulations, through many collections.
const tapKey = Symbol('tap')

/** Lets `tapOf` find the tap of an actor system. */
export function registerTap(system: object, tap: LifecycleTap): void {
  Object.defineProperty(system, tapKey, { value: tap })
}

/** The tap of an actor system; undefined if it is none of this library. */
export function tapOf(system: object): LifecycleTap | undefined {
  return Reflect.get(system, tapKey) as LifecycleTap | undefined
}
