import type { ActorRef, ActorSpec, Backoff, Budget, RestartType } from './actor.ts'

/** Who is restarted when one child fails: that one, all, or it and those started after it. `dynamic`: that one; children come and go. */
export type Strategy = 'oneForOne' | 'oneForAll' | 'restForOne' | 'dynamic'

/** When the end of significant children ends their supervisor. */
export type AutoShutdown = 'never' | 'anySignificant' | 'allSignificant'

/** One child as data. An actor's message type is its own affair. */
export type ChildSpec = ActorSpec<never> | SupervisorSpec

/** How to make a supervisor. */
export interface SupervisorSpec {
  /** Unique among its siblings; not empty, without `/`. */
  readonly id: string
  /** Default `oneForOne`. */
  readonly strategy?: Strategy
  /** Restarts granted within `periodMs`; default 3. 0 gives up on the first failure. */
  readonly intensity?: number
  /** Length of the sliding window in ms, both ends included; default 60,000. */
  readonly periodMs?: number
  /** Default `never`. */
  readonly autoShutdown?: AutoShutdown
  /** Started in this order, each after the one before said it runs; stopped in reverse. Not for `dynamic`, whose children are started later. */
  readonly children?: readonly ChildSpec[]
  /** Whether this supervisor is started again; default `permanent` under a supervisor, `temporary` under the system. Giving up counts as a normal end. */
  readonly restart?: RestartType
  /** How long its own restarts wait, counted from when its first children ran; default none: they begin at once. */
  readonly backoff?: Backoff
  /** As for actors; default false. */
  readonly significant?: boolean
  /** How long all its children may take to stop before they are killed; ms, default `Infinity`: each has its own deadline. 0 kills them at once. */
  readonly shutdownMs?: number
  /** Called once in each life, when a child failed and no restart was granted; all children are then stopped in reverse order. */
  onEscalate?(cause: unknown, childId: string): void
}

/** A budget and what counts against it. */
export interface BudgetState extends Budget {
  /** Monotonic times in ms of the attempts within the period, the refused one included. */
  readonly restarts: readonly number[]
}

/** Why a child ended by itself. */
export interface Cause {
  /** Monotonic time in ms. */
  readonly atMs: number
  readonly cause: unknown
  /** Of a supervisor that gave up: which of its children failed. */
  readonly childId?: string
}

interface AnyChildState {
  readonly id: string
  readonly path: string
  /** Name of the lifecycle state, such as `running`, `backingOff` or `stopped`. */
  readonly state: string
  /** 0 before the first start, one more for each start. */
  readonly incarnation: number
  readonly restart: RestartType
  readonly significant: boolean
  /** Present while it waits for a restart: restarts in a row so far, monotonic time of the next. */
  readonly backoff?: { readonly count: number; readonly dueMs: number }
  /** The last five failures, the latest last; those of a supervisor that gave up are the failures of children that spent its budget, or their own. */
  readonly lastCauses: readonly Cause[]
}

/** An actor as it is now. */
export interface ActorState extends AnyChildState {
  readonly kind: 'actor'
  /** Messages in the mailbox. */
  readonly queued: number
  /** Messages put aside by `context.stash`. */
  readonly stashed: number
  /** Only with a budget of its own. */
  readonly budget?: BudgetState
  /** Those it spawned. */
  readonly children: readonly ActorState[]
}

/** A supervisor and its children as they are now. */
export interface SupervisorState extends AnyChildState {
  readonly kind: 'supervisor'
  readonly strategy: Strategy
  readonly budget: BudgetState
  readonly children: readonly ChildState[]
}

export type ChildState = ActorState | SupervisorState

/** A child of a supervisor; `ref` and `supervisor` stay the same while its `state` is not `stopped`. */
export type ChildHandle =
  | {
      readonly kind: 'actor'
      readonly id: string
      readonly state: string
      readonly ref: ActorRef<unknown>
    }
  | {
      readonly kind: 'supervisor'
      readonly id: string
      readonly state: string
      readonly supervisor: Supervisor
    }

/**
 * Starts children one by one, restarts those that fail as its strategy says, stops all in reverse order.
 * What children are started with `start` is forgotten when the supervisor itself is restarted.
 * All but `inspect` and `whichChildren` reject with ACT_STOPPED while it does not run, and with ACT_NO_CHILD for an unknown id.
 */
export interface Supervisor {
  readonly id: string
  readonly path: string
  /** Resolves when the children of the specification run. Rejects with ACT_START, caused by the first child that could not start, and with ACT_STOPPED. */
  started(): Promise<void>
  /**
   * Adds a child and resolves when it runs, or when its `create` returned `ignore`. Under `dynamic` at once, else one after the other.
   * Rejects with the cause if it cannot start (no restart is spent, it is not kept), with ACT_SPEC and ACT_DUPLICATE_ID.
   */
  start<M>(spec: ActorSpec<M>): Promise<ActorRef<M>>
  start(spec: SupervisorSpec): Promise<Supervisor>
  /** Stops a child, also one that waits for its restart. Its specification stays, unless it is temporary or under `dynamic`. */
  terminateChild(id: string): Promise<void>
  /** Starts a stopped child again, with a new ref; spends no restart. Rejects with ACT_CHILD_RUNNING and with the cause if it cannot start. */
  restartChild(id: string): Promise<ChildHandle>
  /** Forgets a stopped child. Rejects with ACT_CHILD_RUNNING. */
  deleteChild(id: string): Promise<void>
  /** In start order, stopped ones included. */
  whichChildren(): readonly ChildHandle[]
  /** Stops the children, the last started first; each has its `shutdownMs`, then it is killed. Under `dynamic` all at once. Resolves when all have ended. */
  stop(): Promise<void>
  /** The whole tree below. */
  inspect(): SupervisorState
}
