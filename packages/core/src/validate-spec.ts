import type { ActorSpec, Backoff, Budget } from './actor.ts'
import { ACT_SPEC } from './errors.ts'
import type { ChildSpec, SupervisorSpec } from './supervisor-spec.ts'

/** True for a supervisor, false for an actor. */
export function isSupervisorSpec(spec: ChildSpec | ActorSpec<never>): spec is SupervisorSpec {
  return !('create' in spec)
}

/** Throws ACT_SPEC with all faults of a specification and of those below it; a significant child of the system or an actor is one too. */
export function validateSpec(spec: ChildSpec, parent?: SupervisorSpec): void {
  const faults = [...faultsOf(spec, '', parent)]
  if (faults.length > 0) throw ACT_SPEC({ id: spec.id, fault: faults.join('; ') })
}

/** `validateSpec` for an actor that is spawned: what has no optional member is looked at no further. */
export function checkActorSpec(spec: ActorSpec<never>): void {
  const { backoff, budget, id, mailbox, redeliver, shutdownMs, significant } = spec
  const optional = backoff ?? budget ?? mailbox ?? redeliver ?? shutdownMs ?? significant
  if (optional !== undefined || id === '' || id.includes('/')) validateSpec(spec)
}

function* faultsOf(spec: ChildSpec, at: string, parent?: SupervisorSpec): Generator<string> {
  const { id, significant, restart = 'permanent', shutdownMs = 0 } = spec
  if (id === '' || id.includes('/')) yield `${at}id must not be empty or contain "/"; got "${id}"`
  if (!(shutdownMs >= 0)) yield `${at}shutdownMs must be 0 or more; got ${shutdownMs}`
  if (significant === true) {
    if (restart === 'permanent') yield `${at}a permanent child cannot be significant`
    if ((parent?.autoShutdown ?? 'never') === 'never') {
      yield `${at}significant needs a parent with autoShutdown anySignificant or allSignificant`
    }
  }
  if (isSupervisorSpec(spec)) yield* supervisorFaults(spec, at)
  else yield* actorFaults(spec, at)
}

function* actorFaults(spec: ActorSpec<never>, at: string): Generator<string> {
  const { capacity = Infinity, batch = 1 } = spec.mailbox ?? {}
  if (!(capacity >= 1)) yield `${at}mailbox.capacity must be at least 1; got ${capacity}`
  if (!(Number.isInteger(batch) && batch >= 1)) {
    yield `${at}mailbox.batch must be an integer of at least 1; got ${batch}`
  }
  const { redeliver = 0 } = spec
  if (!(redeliver >= 0)) yield `${at}redeliver must be at least 0; got ${redeliver}`
  if (spec.budget !== undefined) yield* budgetFaults(spec.budget, `${at}budget.`)
  if (spec.backoff !== undefined) yield* backoffFaults(spec.backoff, `${at}backoff.`)
}

function* supervisorFaults(spec: SupervisorSpec, at: string): Generator<string> {
  const { intensity = 3, periodMs = 60_000, children = [] } = spec
  yield* budgetFaults({ intensity, periodMs }, at)
  if (spec.strategy === 'dynamic' && children.length > 0) {
    yield `${at}a dynamic supervisor takes no children in its specification; start them later`
  }
  const ids = new Set<string>()
  for (const child of children) {
    if (ids.has(child.id)) yield `${at}two children have the id "${child.id}"`
    ids.add(child.id)
    yield* faultsOf(child, `${at}${child.id}: `, spec)
  }
}

function* budgetFaults(budget: Budget, at: string): Generator<string> {
  const { intensity, periodMs } = budget
  if (!(intensity >= 0) || (intensity !== Infinity && !Number.isInteger(intensity))) {
    yield `${at}intensity must be a whole number of at least 0; got ${intensity}`
  }
  if (!(periodMs > 0)) yield `${at}periodMs must be more than 0; got ${periodMs}`
}

function* backoffFaults(backoff: Backoff, at: string): Generator<string> {
  const { minMs, maxMs, factor = 2, jitter = 0, resetAfterMs = 0 } = backoff
  if (!(minMs >= 0)) yield `${at}minMs must be 0 or more; got ${minMs}`
  if (!(maxMs >= minMs && maxMs < Infinity)) {
    yield `${at}maxMs must be finite and at least minMs; got ${maxMs}`
  }
  if (!(factor >= 1)) yield `${at}factor must be at least 1; got ${factor}`
  if (!(jitter >= 0)) yield `${at}jitter must be 0 or more; got ${jitter}`
  if (!(resetAfterMs >= 0)) yield `${at}resetAfterMs must be 0 or more; got ${resetAfterMs}`
}
