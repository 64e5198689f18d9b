// The actor system: cells on one run queue, mailboxes with lanes, supervision, timers, asks, dead letters.
// It knows nothing of streams, and all time and scheduling come in through a Runtime.
// Lifecycles are written as state machines (entry @millrace/core/xstate) and run as integer tables.
// createManualRuntime gives a virtual clock for tests.
// Start with actor.ts and system.ts.
export type {
  ActorContext,
  ActorRef,
  ActorSpec,
  ActorTimers,
  Backoff,
  Behavior,
  Budget,
  Lane,
  MailboxSpec,
  OfferResult,
  Overflow,
  Receiver,
  RestartType,
} from './actor.ts'
export { ignore } from './actor.ts'
export {
  ACT_ASK_DEAD,
  ACT_ASK_LIMIT,
  ACT_ASK_TIMEOUT,
  ACT_CHILD_RUNNING,
  ACT_DUPLICATE_ID,
  ACT_MAILBOX_FULL,
  ACT_NO_CHILD,
  ACT_PHASE_TIMEOUT,
  ACT_PHASES,
  ACT_REVOKED,
  ACT_SPEC,
  ACT_START,
  ACT_STASH,
  ACT_STOPPED,
  ACT_TIMER,
} from './errors.ts'
export type { ActorEventMap, ActorEvents, DeadLetterReason, OverflowPolicy } from './events.ts'
export type { ActorHandle, ActorHooks, ActorRuntime, ReadyQueue } from './hooks.ts'
export { createManualRuntime, type ManualRuntime } from './manual-runtime.ts'
export {
  createPhases,
  type Phases,
  type PhaseSpec,
  type PhasesReport,
  type PhaseTask,
  type TaskReport,
} from './phases.ts'
export {
  createReceptionist,
  defineServiceKey,
  type Receptionist,
  type ServiceKey,
} from './receptionist.ts'
export { createPool, type Pool, type PoolSpec } from './routing/pool.ts'
export { createRouter, type Route, type Router, type RouterSpec } from './routing/router.ts'
export { backoffDelay, resetAfterMs } from './backoff.ts'
export { RestartBudget } from './restart-budget.ts'
export type { Runnable } from './run-queue.ts'
export type {
  ActorState,
  AutoShutdown,
  BudgetState,
  Cause,
  ChildHandle,
  ChildSpec,
  ChildState,
  Strategy,
  Supervisor,
  SupervisorSpec,
  SupervisorState,
} from './supervisor-spec.ts'
export { type ActorSystem, type ActorSystemOptions, createActorSystem } from './system.ts'
export type { MessageCounts } from './message-counts.ts'
export { defineTopic, type Topic, type Topics } from './topics.ts'
