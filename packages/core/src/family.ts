import {
  type Child,
  ChildRecord,
  type End,
  isAtRest,
  recordOf,
  type StartOutcome,
} from './child.ts'
import type { RestartType } from './actor.ts'
import { ACT_DUPLICATE_ID, ACT_STOPPED } from './errors.ts'
import { inSequence } from './in-sequence.ts'
import { actionsOf, nextState } from './lifecycle.ts'
import {
  SupervisorAction,
  SupervisorEvent,
  SupervisorState,
  supervisorTable,
} from './lifecycle.table.ts'
import { Restarts } from './restarts.ts'
import type { Services } from './services.ts'
import type { AutoShutdown, Cause, Strategy } from './supervisor-spec.ts'

/** Why a family ended by itself. */
export interface FamilyExit {
  readonly reason: 'startFailed' | 'gaveUp' | 'autoShutdown'
  readonly childId: string
  readonly cause: unknown
  /** Of a family that gave up: the failures that led to it, the last one included. */
  readonly causes?: readonly Cause[]
}

/** What differs between the families of a supervisor, an actor and the system itself. */
export interface FamilyOptions {
  readonly path: string
  readonly services: Services
  readonly strategy: Strategy
  readonly intensity: number
  readonly periodMs: number
  readonly autoShutdown: AutoShutdown
  /** Ended children stay as specifications, and what is asked of the family happens one after the other. */
  readonly isStatic: boolean
  /** Of children whose specification does not say; default `temporary`. */
  readonly restart?: RestartType
  /** True if the others stop too when no restart is granted. */
  readonly givesUp: boolean
  /** Told at once when no restart is granted. */
  readonly onEscalate: (cause: unknown, childId: string) => void
  /** Told when it has ended by itself, after all children. */
  readonly onExit?: (exit: FamilyExit) => void
}

/** Something asked of the family while it is busy. */
export interface Job {
  /** Set for the exit of a child. */
  readonly child?: Child
  run(): void
  /** Called in place of `run` when the family ends first. */
  refuse?(): void
}

/** A sequence under way; it stops going on when another takes its place. */
type Operation = object

/** The children of one parent in start order: starts them, decides on restarts, stops them in reverse. */
export class Family {
  readonly path: string
  readonly services: Services
  readonly defaultRestart: RestartType
  readonly restarts: Restarts
  readonly #options: FamilyOptions
  readonly #children = new Map<string, Child>()
  #state: number = SupervisorState.starting
  #operation: Operation | undefined
  #jobs: Job[] = []
  #stopWaiters: (() => void)[] = []
  #exit: FamilyExit | undefined
  #kept: Set<string> | undefined

  constructor(options: FamilyOptions) {
    this.path = options.path
    this.services = options.services
    this.defaultRestart = options.restart ?? 'temporary'
    this.#options = options
    this.restarts = new Restarts(this, options)
    if (!options.isStatic) this.#state = SupervisorState.running
    if (this.services.tap.isOn) this.#show(this.state, undefined)
  }

  get state(): string {
    return supervisorTable.states[this.#state] ?? ''
  }

  get isRunning(): boolean {
    return this.#state === SupervisorState.running
  }

  get children(): Iterable<Child> {
    return this.#children.values()
  }

  child(id: string): Child | undefined {
    return this.#children.get(id)
  }

  hasEnded(): boolean {
    return this.#state === SupervisorState.stopped
  }

  /** The children outlive the incarnation that started them: the next one may take them over. */
  keepAll(): void {
    this.#kept = new Set(this.#children.keys())
  }

  /** The child of that id, once, if it was kept and is still there. */
  takeKept(id: string): Child | undefined {
    return this.#kept?.delete(id) === true ? this.#children.get(id) : undefined
  }

  has(child: Child): boolean {
    return this.#children.get(child.id) === child
  }

  /** Starts the first children in order, each after the one before; `up` is told when all run. */
  start(children: readonly Child[], up: () => void): void {
    for (const child of children) this.#children.set(child.id, child)
    const operation = this.enter()
    this.beginAll(children, operation, (failed, cause) => {
      if (failed === undefined) {
        up()
        this.leave(operation, SupervisorEvent.CHILDREN_UP)
        return
      }
      this.#exit = { reason: 'startFailed', childId: failed.id, cause }
      this.#send(SupervisorEvent.START_FAILED)
    })
  }

  /** Those of the first children that have not begun to start never will. */
  cancelStart(): void {
    if (this.#state === SupervisorState.starting) this.#cancelStarts()
  }

  /** Takes a child in. Throws ACT_STOPPED and ACT_DUPLICATE_ID. */
  add(child: Child): void {
    if (this.#isEnding()) throw ACT_STOPPED({ path: this.path })
    if (this.#children.has(child.id)) throw ACT_DUPLICATE_ID({ path: this.path, id: child.id })
    this.#children.set(child.id, child)
  }

  /** Takes a child in and starts it; a failed start ends it and concerns nobody else. */
  spawn(child: Child): void {
    this.add(child)
    child.begin(this.#spawned)
  }

  /** Starts a child that is in, or what takes its place if it has ended. */
  begin(child: Child, done: (outcome: StartOutcome, cause: unknown, child: Child) => void): void {
    const fresh = child.hasEnded() ? child.renew() : child
    if (fresh !== child) this.#children.set(child.id, fresh)
    if (fresh.record !== undefined) this.#cancelDelay(fresh.record)
    fresh.begin((begun, outcome, cause) => {
      if (outcome === 'started') this.#begun(begun)
      done(outcome, cause, begun)
    })
  }

  /** Starts children in order, each after the one before; nothing goes on once the operation is over. */
  beginAll(
    children: readonly Child[],
    operation: Operation,
    done: (failed: Child | undefined, cause: unknown) => void,
  ): void {
    inSequence(
      children,
      (child, next) => {
        // It may have ended for good meanwhile.
        if (!this.#children.has(child.id)) {
          next()
          return
        }
        this.begin(child, (outcome, cause, begun) => {
          if (this.#operation !== operation) return
          if (outcome === 'failed') done(begun, cause)
          else next()
        })
      },
      () => done(undefined, undefined),
    )
  }

  /** Ends the incarnations of children, the last one first, each after the one before. Temporary ones end for good. */
  haltAll(children: readonly Child[], operation: Operation, done: () => void): void {
    inSequence(
      children.toReversed(),
      (child, next) => {
        // Its own exit, if it waits, is part of this.
        this.#jobs = this.#jobs.filter((job) => job.child !== child)
        this.#forgetRestart(child)
        const goOn = (): void => {
          if (this.#operation === operation) next()
        }
        if (child.hasEnded()) goOn()
        else if (child.restart === 'temporary') child.stopThen(goOn)
        else child.halt(goOn)
      },
      done,
    )
  }

  /** Runs a job now or, in a static family, after those before it. */
  enqueue(job: Job): void {
    if (this.#isEnding()) job.refuse?.()
    else if (this.#operation !== undefined && this.#options.isStatic) this.#jobs.push(job)
    else job.run()
  }

  /** Begins something that takes time: in a static family all jobs wait for `leave`. */
  enter(event?: number): Operation {
    const operation: Operation = {}
    this.#operation = operation
    if (event !== undefined) this.#send(event)
    return operation
  }

  /** Ends what `enter` began, unless something else took its place; then what waits has its turn. */
  leave(operation: Operation, event?: number): void {
    if (this.#operation !== operation) return
    this.#operation = undefined
    if (event !== undefined) this.#send(event)
    while (this.#operation === undefined && !this.#isEnding()) {
      const job = this.#jobs.shift()
      if (job === undefined) return
      job.run()
    }
  }

  /** A child went down by itself. */
  exited(child: Child, end: End): void {
    const run = (): void => {
      // It may have been stopped, or started with its group, while this waited.
      if (this.has(child) && child.isDown()) this.restarts.decide(child, end)
    }
    if (this.#options.isStatic) recordOf(child).isPending = true
    if (this.isRunning && !this.restarts.isGrouped) run()
    else this.enqueue({ child, run })
  }

  /** A child has ended for good. */
  ended(child: Child): void {
    this.#forgetRestart(child)
    const isKept = this.#options.isStatic && child.restart !== 'temporary' && !this.#isEnding()
    if (!isKept) this.delete(child)
  }

  delete(child: Child): void {
    if (this.has(child)) this.#children.delete(child.id)
  }

  /** No restart was granted to a child that is down. */
  deny(child: Child, end: End, attempt: number, causes: readonly Cause[]): void {
    const { path, givesUp, onEscalate, services } = this.#options
    services.events.escalated(path, child.id, end, attempt)
    child.stopThen(() => {})
    if (givesUp) this.#exit = { reason: 'gaveUp', childId: child.id, cause: end.cause, causes }
    onEscalate(end.cause, child.id)
    if (givesUp) this.#send(SupervisorEvent.DENIED)
  }

  /** A significant child ended by itself: ends the family if its kind of shutdown says so. */
  shutDownAfter(child: Child): void {
    const { autoShutdown } = this.#options
    if (autoShutdown === 'never' || child.policy.significant !== true) return
    const isLast = autoShutdown === 'anySignificant' || !this.#hasSignificant()
    if (!isLast || !this.isRunning) return
    this.#exit = { reason: 'autoShutdown', childId: child.id, cause: undefined }
    this.#send(SupervisorEvent.SHUT_DOWN)
  }

  /** Stops all children, the last started first, each after the end of the one before; those of a dynamic family at once. */
  stopThen(done: () => void): void {
    if (this.#state === SupervisorState.stopped) {
      done()
      return
    }
    this.#stopWaiters.push(done)
    this.#send(SupervisorEvent.STOP)
  }

  /** Ends all children without waiting for anything. */
  kill(): void {
    // First, so that the end of one child does not start anything.
    this.#send(SupervisorEvent.STOP)
    for (const child of [...this.#children.values()].toReversed()) child.kill()
  }

  #isEnding(): boolean {
    return (
      this.#state === SupervisorState.stopping ||
      this.#state === SupervisorState.givingUp ||
      this.#state === SupervisorState.stopped
    )
  }

  #hasSignificant(): boolean {
    for (const child of this.#children.values()) {
      if (child.policy.significant === true && !isAtRest(child)) return true
    }
    return false
  }

  #forgetRestart({ record }: Child): void {
    if (record === undefined) return
    record.isPending = false
    this.#cancelDelay(record)
  }

  #cancelDelay(record: ChildRecord): void {
    if (record.alarm !== undefined) this.services.alarms.clear(record.alarm)
    record.alarm = undefined
  }

  /** Shared by all that are spawned. */
  readonly #spawned = (child: Child, outcome: StartOutcome): void => {
    if (outcome === 'started') this.#begun(child)
    else if (outcome === 'failed') child.stopThen(() => {})
  }

  #begun(child: Child): void {
    const { events, runtime } = this.services
    if (child.policy.backoff !== undefined) {
      child.record ??= new ChildRecord()
      child.record.begunMs = runtime.monotonic()
    }
    events.begun(child, child.record)
    child.record?.succeeded()
  }

  #send(event: number): void {
    const from = this.#state
    const next = nextState(supervisorTable, from, event)
    if (next < 0) return
    this.#state = next
    if (this.services.tap.isOn) {
      this.#show(supervisorTable.states[from] ?? '', supervisorTable.events[event])
    }
    for (const action of actionsOf(supervisorTable, from, event)) this.#perform(action)
  }

  /** Families of actors and of the system have no lifecycle of their own to show. */
  #show(from: string, event: string | undefined): void {
    if (this.#options.onExit !== undefined) this.services.tap.tell(this, from, event, 'supervisor')
  }

  #perform(action: number): void {
    if (action === SupervisorAction.stopChildren) this.#stopChildren()
    else if (action === SupervisorAction.finish) this.#finish()
  }

  #cancelStarts(): void {
    this.enter()
    for (const child of this.#children.values()) child.cancelStart()
  }

  #stopChildren(): void {
    // A restart that was granted and has not begun is part of what ends.
    this.#cancelStarts()
    for (const job of this.#jobs.splice(0)) job.refuse?.()
    const children = [...this.#children.values()]
    const gone = (): void => this.#send(SupervisorEvent.CHILDREN_GONE)
    if (this.#options.strategy !== 'dynamic') {
      inSequence(children.toReversed(), (child, next) => child.stopThen(next), gone)
      return
    }
    let left = children.length
    for (const child of children) {
      child.stopThen(() => {
        if (--left === 0) gone()
      })
    }
    if (children.length === 0) gone()
  }

  #finish(): void {
    this.#children.clear()
    const waiters = this.#stopWaiters.splice(0)
    for (const done of waiters) done()
    // Whoever asked for the end does not have to be told why it would have come anyway.
    if (waiters.length === 0 && this.#exit !== undefined) this.#options.onExit?.(this.#exit)
  }
}
