import type { Runtime } from '@millrace/base'

import type { ActorRef, ActorSpec } from './actor.ts'
import type { Runnable } from './run-queue.ts'

/** Where ready cells wait for their turn. */
export interface ReadyQueue {
  /** Queues work; the caller sees to it that nothing is queued twice. */
  add(runnable: Runnable): void
}

/** An actor as a simulation sees it. */
export interface ActorHandle<M> extends ActorRef<M> {
  /** starting, running, suspended, stopping, stopped and so on: the states of the lifecycle. */
  readonly state: string
  /** 1 for the first start, one more for each restart. */
  readonly incarnation: number
  /** Crashes the actor from outside, on its next turn. */
  fail(cause: unknown): void
  /** Ends the actor without waiting for anything. */
  kill(): void
}

/** What a simulation puts in place of parts of a system. */
export interface ActorHooks {
  readonly queue: ReadyQueue
  /** Called once for each actor before it exists: what it returns is run in place of `spec`. `handle` may be used once the first turn is queued. */
  instrument<M>(spec: ActorSpec<M>, handle: ActorHandle<M>, path: string): ActorSpec<M>
}

/** A runtime that may bring hooks: so everything that takes a runtime can be simulated as it is. */
export interface ActorRuntime extends Runtime {
  readonly hooks?: ActorHooks
}
