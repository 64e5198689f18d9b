import type { Backoff, Budget, RestartType } from './actor.ts'
import type { Alarm } from './alarms.ts'
import type { RestartBudget } from './restart-budget.ts'
import type { Cause, ChildState } from './supervisor-spec.ts'

/** How an incarnation ended by itself: normally (a supervisor that gave up too), or by a crash. */
export interface End {
  readonly isCrash: boolean
  readonly cause: unknown
  /** The message in hand; `none` without one. */
  readonly message: unknown
  /** Monotonic time in ms. */
  readonly atMs: number
  /** Of a supervisor that gave up: the failures that led to it, the last one included. */
  readonly causes?: readonly Cause[]
}

/** There was no message: unlike undefined, which may be one. */
export const none: unique symbol = Symbol('none')

/** How a start went: `ignored` has ended already, `failed` waits for its parent to stop or start it. */
export type StartOutcome = 'started' | 'ignored' | 'failed'
export type StartListener = (child: Child, outcome: StartOutcome, cause: unknown) => void

/** What a parent reads of a specification. */
export interface ChildPolicy {
  readonly backoff?: Backoff
  readonly budget?: Budget
  readonly significant?: boolean
}

/** Whatever lives in a family: an actor or a supervisor. */
export interface Child {
  readonly id: string
  readonly path: string
  readonly restart: RestartType
  readonly policy: ChildPolicy
  readonly incarnation: number
  /** What its parent remembers of it; made when there is something to remember. */
  record: ChildRecord | undefined
  /** Between two incarnations: one has ended, and none is being started. */
  isDown(): boolean
  /** For good: nothing but `renew` helps. */
  hasEnded(): boolean
  /** Starts an incarnation, only when it is down; the listener is called once. */
  begin(listener: StartListener): void
  /** Nothing of a start that is asked for begins from here on; the end, which is to follow, tells the listener. */
  cancelStart(): void
  /** Shows that a restart waits. */
  backOff(): void
  /** Ends the incarnation and calls `done` once it is down; at once if it is. */
  halt(done: () => void): void
  /** Asks for the end and calls `done` when it has come; at once if it has already. */
  stopThen(done: () => void): void
  /** Ends without waiting for anything. */
  kill(): void
  /** After the end: a child of the same specification, down, that counts its incarnations on. */
  renew(): Child
  inspect(): ChildState
}

const causesMax = 5

/** Adds to a list of causes and keeps the last five. */
export function keepLast(list: Cause[], more: readonly Cause[]): void {
  list.push(...more)
  list.splice(0, list.length - causesMax)
}

/** What a parent remembers of a child over its incarnations. */
export class ChildRecord {
  budget: RestartBudget | undefined
  /** Starts tried since it ran last. */
  attempt = 0
  /** Its end is not decided upon yet, or a restart is to come. */
  isPending = false
  /** Delays in a row, see `Backoff`. */
  delays = 0
  begunMs = 0
  /** Rings when the delay of a restart is over. */
  alarm: Alarm | undefined
  /** Why it is started again. */
  end: End | undefined
  readonly lastCauses: Cause[] = []

  /** The child runs again. */
  succeeded(): void {
    this.attempt = 0
    this.isPending = false
    this.end = undefined
  }

  note(end: End): void {
    this.end = end
    const { atMs, cause, causes = [{ atMs, cause }] } = end
    keepLast(this.lastCauses, causes)
  }
}

/** Nothing of it runs, and nothing will unless it is asked for. */
export function isAtRest(child: Child): boolean {
  return child.hasEnded() || (child.isDown() && child.record?.isPending !== true)
}

export function recordOf(child: Child): ChildRecord {
  child.record ??= new ChildRecord()
  return child.record
}
