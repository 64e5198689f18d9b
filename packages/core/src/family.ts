import type { RestartType } from './actor.ts'
import { ACT_DUPLICATE_ID, ACT_STOPPED } from './errors.ts'
import { actionsOf, nextState } from './lifecycle.ts'
import {
  SupervisorAction,
  SupervisorEvent,
  SupervisorState,
  supervisorTable,
} from './lifecycle.table.ts'
import { RestartBudget } from './restart-budget.ts'

/** Whatever lives in a family. */
export interface Child {
  readonly id: string
  hasEnded(): boolean
  /** Asks for the end and calls `done` when it has come; at once if it has already. */
  stopThen(done: () => void): void
  /** Ends without waiting for anything. */
  kill(): void
}

/** What differs between the families of a supervisor, an actor and the system itself. */
export interface FamilyOptions {
  readonly path: string
  readonly monotonic: () => number
  readonly intensity: number
  readonly periodMs: number
  /** Gets the cause once the budget is spent. */
  readonly onEscalate: (cause: unknown, childId: string) => void
  /** True if the others stop too when the budget is spent. */
  readonly givesUp: boolean
}

/** The children of one parent, in start order: decides on restarts, stops them in reverse. */
export class Family {
  readonly path: string
  readonly #options: FamilyOptions
  readonly #budget: RestartBudget
  readonly #children = new Map<string, Child>()
  readonly #stopWaiters: (() => void)[] = []
  #state: number = SupervisorState.running
  #escalation: { readonly cause: unknown; readonly childId: string } | undefined

  constructor(options: FamilyOptions) {
    this.path = options.path
    this.#options = options
    this.#budget = new RestartBudget(options.intensity, options.periodMs)
  }

  get state(): string {
    return supervisorTable.states[this.#state] ?? ''
  }

  get children(): Iterable<Child> {
    return this.#children.values()
  }

  /** Times on the monotonic clock of the restarts that count against the budget. */
  restarts(): readonly number[] {
    return this.#budget.attempts(this.#options.monotonic())
  }

  /** Takes a child in. Throws ACT_STOPPED and ACT_DUPLICATE_ID. */
  add(child: Child): void {
    if (this.#state !== SupervisorState.running) throw ACT_STOPPED({ path: this.path })
    if (this.#children.has(child.id)) throw ACT_DUPLICATE_ID({ path: this.path, id: child.id })
    this.#children.set(child.id, child)
  }

  remove(child: Child): void {
    this.#children.delete(child.id)
  }

  /** Decides whether a child that ended by itself starts again; a refusal for lack of budget escalates. */
  mayRestart(
    childId: string,
    restart: RestartType,
    end: { crashed: boolean; cause: unknown },
  ): boolean {
    if (this.#state !== SupervisorState.running) return false
    if (restart === 'temporary' || (restart === 'transient' && !end.crashed)) return false
    if (this.#budget.grant(this.#options.monotonic())) return true
    this.escalate(end.cause, childId)
    return false
  }

  /** Hands a failure up that no restart may repair. */
  escalate(cause: unknown, childId: string): void {
    if (!this.#options.givesUp) {
      this.#options.onEscalate(cause, childId)
      return
    }
    this.#escalation ??= { cause, childId }
    this.#send(SupervisorEvent.DENIED)
  }

  /** Stops all children, the last started first, each after the end of the one before. */
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
    for (const child of [...this.#children.values()].toReversed()) child.kill()
    this.#send(SupervisorEvent.STOP)
  }

  #send(event: number): void {
    const from = this.#state
    const next = nextState(supervisorTable, from, event)
    if (next < 0) return
    this.#state = next
    for (const action of actionsOf(supervisorTable, from, event)) this.#perform(action)
  }

  #perform(action: number): void {
    if (action === SupervisorAction.escalate) {
      this.#options.onEscalate(this.#escalation?.cause, this.#escalation?.childId ?? '')
    } else if (action === SupervisorAction.stopChildren) {
      this.#stopNext([...this.#children.values()])
    } else {
      for (const done of this.#stopWaiters.splice(0)) done()
    }
  }

  #stopNext(rest: Child[]): void {
    while (rest.at(-1)?.hasEnded() === true) rest.pop()
    const child = rest.pop()
    if (child === undefined) {
      this.#send(SupervisorEvent.CHILDREN_GONE)
      return
    }
    child.stopThen(() => {
      this.#stopNext(rest)
    })
  }
}
