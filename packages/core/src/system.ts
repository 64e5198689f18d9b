import type { Runtime } from '@millrace/base'

import type { ActorRef, ActorSpec } from './actor.ts'
import { Alarms } from './alarms.ts'
import { Cell } from './cell.ts'
import { Deadlines } from './deadlines.ts'
import { type ActorEvents, EventStream } from './events.ts'
import { Family } from './family.ts'
import type { ActorRuntime } from './hooks.ts'
import { LifecycleTap, registerTap } from './lifecycle-tap.ts'
import { inspectChildren } from './inspect-child.ts'
import { type MessageCounts, MessageLedger } from './message-counts.ts'
import { RunQueue } from './run-queue.ts'
import type { Services } from './services.ts'
import { SupervisorNode } from './supervisor.ts'
import type { ChildState, Supervisor, SupervisorSpec } from './supervisor-spec.ts'
import { checkActorSpec, checkSupervisorSpec } from './validate-spec.ts'
import { TopicBoard, type Topics } from './topics.ts'

/** What a system is made of. */
export interface ActorSystemOptions {
  /** The only door to clocks, timers and scheduling; its `schedule` must let the event loop have a turn. */
  readonly runtime: ActorRuntime
  /** First part of every path; default `millrace`. */
  readonly name?: string
  /** How long cells run before the event loop has its turn, in ms; default 2. */
  readonly turnBudgetMs?: number
}

/** Actors that share one run queue, one event stream and one end. */
export interface ActorSystem {
  readonly name: string
  /** What it was made on. */
  readonly runtime: Runtime
  /**
   * Starts an actor; `create` runs on its first turn, messages may be sent at once. It is `temporary` unless its spec says
   * otherwise, and then restarts at most 3 times in 60 s together with the other actors spawned here.
   * Throws ACT_SPEC, ACT_DUPLICATE_ID and ACT_STOPPED.
   */
  spawn<M>(spec: ActorSpec<M>): ActorRef<M>
  /**
   * Makes a supervisor and starts the children of its specification. It is `temporary` unless its spec says otherwise.
   * Throws ACT_SPEC with all faults of the tree, ACT_DUPLICATE_ID and ACT_STOPPED; then nothing was started.
   */
  supervise(spec: SupervisorSpec): Supervisor
  readonly events: ActorEvents
  /** Application events for whoever subscribed to their topic. */
  readonly stream: Topics
  /** What became of all messages so far. */
  messages(): MessageCounts
  /** All actors and supervisors as they are now, in start order. */
  inspect(): readonly ChildState[]
  /** Stops everything in reverse start order. Nothing can be started any more. */
  stop(): Promise<void>
}

/** Makes an actor system on a runtime. Nothing runs until something is started. */
export function createActorSystem(options: ActorSystemOptions): ActorSystem {
  const { runtime } = options
  const name = options.name ?? 'millrace'
  const events = new EventStream(runtime)
  const alarms = new Alarms(runtime)
  const services: Services = {
    runtime,
    queue: runtime.hooks?.queue ?? new RunQueue(runtime, options.turnBudgetMs ?? 2),
    alarms,
    deadlines: new Deadlines(alarms),
    events,
    ledger: new MessageLedger(),
    topics: new TopicBoard(runtime),
    tap: new LifecycleTap(runtime),
    hooks: runtime.hooks,
  }
  const family = new Family({
    path: name,
    services,
    strategy: 'oneForOne',
    intensity: 3,
    periodMs: 60_000,
    autoShutdown: 'never',
    isStatic: false,
    givesUp: false,
    onEscalate() {},
  })
  const system: ActorSystem = {
    name,
    runtime,
    events: events.emitter,
    stream: services.topics,
    messages: () => services.ledger.snapshot(),
    spawn<M>(spec: ActorSpec<M>): ActorRef<M> {
      checkActorSpec(spec)
      const cell = new Cell(family, spec)
      family.spawn(cell)
      return cell
    },
    supervise(spec) {
      checkSupervisorSpec(spec)
      const node = new SupervisorNode(family, spec)
      family.spawn(node)
      return node
    },
    inspect: () => inspectChildren(family),
    stop: () =>
      new Promise((resolve) => {
        family.stopThen(resolve)
      }),
  }
  registerTap(system, services.tap)
  return system
}
