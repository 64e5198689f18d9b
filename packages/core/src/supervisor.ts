import type { ActorRef, ActorSpec } from './actor.ts'
import { Cell } from './cell.ts'
import { createFamily } from './create-family.ts'
import type { Child, Family } from './family.ts'
import type { Services } from './services.ts'

/** How to make a supervisor. */
export interface SupervisorSpec {
  /** Unique in the system. */
  readonly id: string
  /** Restarts granted within `periodMs`; default 3. 0 gives up on the first failure. */
  readonly intensity?: number
  /** Length of the sliding window in ms; default 60,000. */
  readonly periodMs?: number
  /** Called once, when a child failed and the budget is spent; all children are then stopped in reverse order. */
  onEscalate(cause: unknown, childId: string): void
}

/** A supervisor and its children as they are now. */
export interface SupervisorState {
  readonly id: string
  /** running, givingUp, stopping or stopped. */
  readonly state: string
  /** Monotonic times in ms of the restarts that count against the budget. */
  readonly restarts: readonly number[]
  readonly children: readonly {
    readonly id: string
    readonly path: string
    readonly state: string
    readonly incarnation: number
    readonly queued: number
  }[]
}

/** Starts children one by one, restarts the one that fails, stops all in reverse order. */
export interface Supervisor {
  readonly id: string
  /** Resolves when the child runs. Rejects with the cause if its first `create` fails (no restart is spent), with ACT_STOPPED or ACT_DUPLICATE_ID if it cannot start. */
  start<M>(spec: ActorSpec<M>): Promise<ActorRef<M>>
  /** Stops the children, the last started first; each has its `shutdownMs`, then it is killed. Resolves when all have ended. */
  stop(): Promise<void>
  inspect(): SupervisorState
}

/** A supervisor as a member of the system's own family. */
export class OneForOne implements Supervisor, Child {
  readonly id: string
  readonly #services: Services
  readonly #parent: Family
  readonly #family: Family

  constructor(services: Services, parent: Family, spec: SupervisorSpec) {
    this.id = spec.id
    this.#services = services
    this.#parent = parent
    this.#family = createFamily(services, {
      path: `${parent.path}/${spec.id}`,
      intensity: spec.intensity,
      periodMs: spec.periodMs,
      givesUp: true,
      // The caller's code runs on its own, so that its failure cannot break a cell in the middle of a transition.
      onEscalate: (cause, childId) =>
        services.runtime.schedule(() => spec.onEscalate(cause, childId)),
    })
    parent.add(this)
  }

  start<M>(spec: ActorSpec<M>): Promise<ActorRef<M>> {
    return new Promise((resolve, reject) => {
      const cell: Cell<M> = new Cell(
        this.#services,
        this.#family,
        spec,
        spec.restart ?? 'permanent',
        {
          started: () => {
            resolve(cell)
          },
          failed: reject,
        },
      )
    })
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.stopThen(resolve)
    })
  }

  hasEnded(): boolean {
    return this.#family.state === 'stopped'
  }

  stopThen(done: () => void): void {
    this.#family.stopThen(() => {
      this.#parent.remove(this)
      done()
    })
  }

  kill(): void {
    this.#family.kill()
    this.#parent.remove(this)
  }

  inspect(): SupervisorState {
    const children = [...this.#family.children].filter((child) => child instanceof Cell)
    return {
      id: this.id,
      state: this.#family.state,
      restarts: this.#family.restarts(),
      children: children.map(({ id, path, state, incarnation, queued }) => ({
        id,
        path,
        state,
        incarnation,
        queued,
      })),
    }
  }
}
