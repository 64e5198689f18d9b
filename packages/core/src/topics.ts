import type { Runtime } from '@millrace/base'

declare const eventOf: unique symbol

/** The name of a kind of application events and their type. Two topics of one name are two topics. */
export interface Topic<T> {
  readonly name: string
  readonly [eventOf]?: (event: T) => void
}

/** Names a kind of events; export the topic, so that those who publish and those who subscribe share it. */
export function defineTopic<T>(name: string): Topic<T> {
  return { name }
}

/** Application events of a system, from anyone to the actors that subscribed (`context.subscribe`). */
export interface Topics {
  /** Sends `event` to all subscribers, in the order they subscribed; returns how many there are. Never throws. */
  publish<T>(topic: Topic<T>, event: T): number
}

type Listener = (event: never) => void

/** Who gets which events. */
export class TopicBoard implements Topics {
  readonly #runtime: Runtime
  readonly #listeners = new Map<unknown, Set<Listener>>()

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  /** Returns what takes the listener away again. */
  add<T>(topic: Topic<T>, listener: (event: T) => void): () => void {
    const listeners = this.#listeners.get(topic) ?? new Set()
    this.#listeners.set(topic, listeners.add(listener))
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0 && this.#listeners.get(topic) === listeners) {
        this.#listeners.delete(topic)
      }
    }
  }

  publish<T>(topic: Topic<T>, event: T): number {
    const listeners = this.#listeners.get(topic) as ReadonlySet<(event: T) => void> | undefined
    if (listeners === undefined) return 0
    // Subscriptions that this causes are for the next event.
    for (const listener of Array.from(listeners)) {
      try {
        listener(event)
      } catch (error) {
        // The subscriber's own code: its failure is no affair of the publisher.
        this.#runtime.schedule(() => {
          throw error
        })
      }
    }
    return listeners.size
  }
}
