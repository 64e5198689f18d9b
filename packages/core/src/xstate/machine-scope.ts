import {
  type ActorLogic,
  type AnyActor,
  type AnyActorRef,
  type AnyActorScope,
  createActor,
  type EventObject,
  type ExecutableActionObject,
  type Snapshot,
} from 'xstate'

import type { ActorTimers } from '../actor.ts'

/** An event of a machine, or of one of its children, whose delay is over. */
export class DueEvent {
  readonly target: AnyActorRef
  readonly event: EventObject
  /** Takes its name off the list of timers. */
  readonly forget: () => void

  constructor(target: AnyActorRef, event: EventObject, forget: () => void) {
    this.target = target
    this.event = event
    this.forget = forget
  }
}

/** What the scope of a machine needs of its actor. */
export interface MachineScopeHost {
  readonly path: string
  readonly timers: ActorTimers<DueEvent>
  /** An event that children, or the machine itself, send to the machine. */
  send(event: EventObject): void
  emit(event: EventObject): void
  log(...args: unknown[]): void
}

type Logic = ActorLogic<Snapshot<undefined>, EventObject>

/**
 * What a machine acts through in one incarnation: its own XState system, whose root stands for the actor and whose delays are
 * the actor's timers. Actions are collected while the machine computes its next state, and run by the actor afterwards.
 * XState's exported `transition` does that too, but makes an actor for every call, which takes twice as long, and its children
 * never run.
 */
export class MachineScope {
  readonly scope: AnyActorScope
  readonly root: AnyActor
  #actions: ExecutableActionObject[] = []
  readonly #deferred: (() => void)[] = []
  readonly #host: MachineScopeHost
  #unnamed = 0
  /** Names of the timers of the machine and its children, by session, so that they end with them. */
  readonly #timersOf = new Map<string, Set<string>>()

  constructor(host: MachineScopeHost) {
    this.#host = host
    let made: AnyActorScope | undefined
    const active: Snapshot<undefined> = { status: 'active', output: undefined, error: undefined }
    const logic: Logic = {
      getInitialSnapshot: (scope) => {
        made = scope
        return active
      },
      transition: (snapshot, event) => {
        host.send(event)
        return snapshot
      },
      getPersistedSnapshot: (snapshot) => snapshot,
    }
    this.root = createActor(logic, {
      id: host.path,
      logger: (...args: unknown[]) => {
        host.log(...args)
      },
    }).start()
    this.root.system.scheduler = {
      schedule: (source, target, event, ms, id) => {
        this.#schedule(source, target, event, { ms, id })
      },
      cancel: (source, id) => {
        this.#host.timers.cancel(`${source.sessionId} ${id}`)
      },
      cancelAll: (source) => {
        this.#cancelAll(source.sessionId)
      },
    }
    this.scope = {
      ...(made as AnyActorScope),
      defer: (task) => {
        this.#deferred.push(task)
      },
      emit: (event: EventObject) => {
        host.emit(event)
      },
      actionExecutor: (action) => {
        this.#actions.push(action)
      },
    }
  }

  /** Runs the actions collected by the last transition, calls `settled`, then starts and stops children and sets timers. */
  perform(settled: () => void): void {
    const actions = this.#actions
    this.#actions = []
    for (const action of actions) action.exec?.(action.info, action.params)
    settled()
    for (let task = this.#deferred.shift(); task !== undefined; task = this.#deferred.shift()) {
      task()
    }
  }

  /** Ends the children; their promises are aborted and what they still send goes nowhere. */
  end(children: Readonly<Record<string, AnyActorRef | undefined>>): void {
    for (const child of Object.values(children)) {
      if (child !== undefined) this.scope.stopChild(child)
    }
    // Nobody sent these events, so they are no dead letters.
    for (const session of this.#timersOf.keys()) this.#cancelAll(session)
    this.root.stop()
  }

  #cancelAll(session: string): void {
    for (const name of this.#timersOf.get(session) ?? []) this.#host.timers.cancel(name)
    this.#timersOf.delete(session)
  }

  #schedule(
    source: AnyActorRef,
    target: AnyActorRef,
    event: EventObject,
    delay: { readonly ms: number; readonly id: string | undefined },
  ): void {
    const name = `${source.sessionId} ${delay.id ?? `#${++this.#unnamed}`}`
    const names = this.#timersOf.get(source.sessionId) ?? new Set()
    this.#timersOf.set(source.sessionId, names.add(name))
    const due = new DueEvent(target, event, () => names.delete(name))
    this.#host.timers.once(name, delay.ms, due)
  }
}
