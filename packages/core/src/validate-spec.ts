import type { ActorSpec, Backoff, Budget, MailboxSpec } from './actor.ts'
import { ACT_SPEC } from './errors.ts'
import { choiceFaults, shown, unknownKeyFaults } from './known-names.ts'
import type { ChildSpec, SupervisorSpec } from './supervisor-spec.ts'

const restartTypes = ['permanent', 'transient', 'temporary']
const strategies = ['oneForOne', 'oneForAll', 'restForOne', 'dynamic']
const shutdowns = ['never', 'anySignificant', 'allSignificant']
const overflows = ['dropOldest', 'dropNewest', 'fail']

// As records, so that the compiler misses none.
const shared = { id: 1, restart: 1, significant: 1, shutdownMs: 1, backoff: 1 } as const
const actorKeys = keysOf<ActorSpec<never>>({
  ...shared,
  create: 1,
  mailbox: 1,
  redeliver: 1,
  budget: 1,
  keepChildren: 1,
})
// What has "create" is an actor, so it is known here as what may be missing.
const supervisorKeys = keysOf<SupervisorSpec & Pick<ActorSpec<never>, 'create'>>({
  ...shared,
  create: 1,
  strategy: 1,
  intensity: 1,
  periodMs: 1,
  autoShutdown: 1,
  children: 1,
  onEscalate: 1,
})
const mailboxKeys = keysOf<MailboxSpec<never>>({ capacity: 1, overflow: 1, priority: 1, batch: 1 })
const budgetKeys = keysOf<Budget>({ intensity: 1, periodMs: 1 })
const backoffKeys = keysOf<Backoff>({ minMs: 1, maxMs: 1, factor: 1, jitter: 1, resetAfterMs: 1 })

function keysOf<T>(keys: Record<keyof T, 1>): readonly string[] {
  return Object.keys(keys)
}

/** True for a supervisor, false for an actor. */
export function isSupervisorSpec(spec: ChildSpec | ActorSpec<never>): spec is SupervisorSpec {
  return !('create' in spec)
}

/** Throws ACT_SPEC with all faults of a specification and of those below it; `parent` is that of the supervisor it is for. */
export function checkChildSpec(spec: ChildSpec, parent?: SupervisorSpec): void {
  refuse(spec, [...faultsOf(spec, '', parent)])
}

/** The same for what must be a supervisor; a significant one is a fault, because nothing above could end with it. */
export function checkSupervisorSpec(spec: SupervisorSpec): void {
  const isActor = isObject(spec) && !isSupervisorSpec(spec)
  refuse(
    spec,
    isActor ? ['"create" makes it an actor: spawn starts actors'] : [...faultsOf(spec, '')],
  )
}

/** The same for what must be an actor; what has no member but the most common ones is looked at no further: that would be felt. */
export function checkActorSpec(spec: ActorSpec<never>): void {
  if (!isObject(spec)) throw ACT_SPEC({ id: '', fault: notAnObject(spec) })
  const { id, keepChildren, restart } = spec
  let expected = 2
  if (restart !== undefined) expected++
  if (keepChildren !== undefined) expected++
  // Counting tells whether there are others, known or not.
  let members = 0
  for (const _ in spec) members++
  const isUnknown = restart !== undefined && !restartTypes.includes(restart)
  if (members === expected && isId(id) && !isUnknown && typeof spec.create === 'function') return
  const foreign = isSupervisorSpec(spec) ? Object.keys(spec).find(isSupervisorKey) : undefined
  refuse(
    spec,
    foreign === undefined
      ? [...sharedFaults(spec, ''), ...actorFaults(spec, '')]
      : [`"${foreign}" makes it a supervisor: supervise starts supervisors`],
  )
}

function isSupervisorKey(key: string): boolean {
  return supervisorKeys.includes(key) && !actorKeys.includes(key)
}

function isId(id: unknown): boolean {
  return typeof id === 'string' && id !== '' && !id.includes('/')
}

function refuse(spec: ChildSpec, faults: readonly string[]): void {
  if (faults.length === 0) return
  throw ACT_SPEC({ id: isObject(spec) ? spec.id : '', fault: faults.join('; ') })
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

function notAnObject(spec: unknown): string {
  return `it must be an object; got ${shown(spec)}`
}

/** Not of texts and null, which compare as numbers do. */
function isAtLeast(value: unknown, least: number): value is number {
  return typeof value === 'number' && value >= least
}

function* faultsOf(spec: ChildSpec, at: string, parent?: SupervisorSpec): Generator<string> {
  if (!isObject(spec)) {
    yield `${at}${notAnObject(spec)}`
    return
  }
  yield* sharedFaults(spec, at, parent)
  if (isSupervisorSpec(spec)) yield* supervisorFaults(spec, at)
  else yield* actorFaults(spec, at)
}

function* sharedFaults(spec: ChildSpec, at: string, parent?: SupervisorSpec): Generator<string> {
  const { id, significant, restart = 'permanent', shutdownMs = 0 } = spec
  if (!isId(id)) yield `${at}id must not be empty or contain "/"; got ${shown(id)}`
  yield* choiceFaults(`${at}restart`, restart, restartTypes)
  if (!isAtLeast(shutdownMs, 0)) yield `${at}shutdownMs must be 0 or more; got ${shown(shutdownMs)}`
  if (significant === true) {
    if (restart === 'permanent') yield `${at}a permanent child cannot be significant`
    if ((parent?.autoShutdown ?? 'never') === 'never') {
      yield `${at}significant needs a parent with autoShutdown anySignificant or allSignificant`
    }
  }
  if (spec.backoff !== undefined && !isObject(spec.backoff)) {
    yield `${at}backoff: ${notAnObject(spec.backoff)}`
  } else if (spec.backoff !== undefined) {
    yield* unknownKeyFaults(spec.backoff, `${at}backoff: `, backoffKeys)
    yield* backoffFaults(spec.backoff, `${at}backoff.`)
  }
}

function* actorFaults(spec: ActorSpec<never>, at: string): Generator<string> {
  yield* unknownKeyFaults(spec, at, actorKeys)
  if (typeof spec.create !== 'function') {
    yield `${at}create must be a function that makes the behavior; got ${typeof spec.create}`
  }
  const { mailbox = {}, redeliver = 0 } = spec
  if (isObject(mailbox)) yield* mailboxFaults(mailbox, at)
  else yield `${at}mailbox: ${notAnObject(mailbox)}`
  if (!isAtLeast(redeliver, 0)) yield `${at}redeliver must be at least 0; got ${shown(redeliver)}`
  if (spec.budget !== undefined && !isObject(spec.budget)) {
    yield `${at}budget: ${notAnObject(spec.budget)}`
  } else if (spec.budget !== undefined) {
    yield* unknownKeyFaults(spec.budget, `${at}budget: `, budgetKeys)
    yield* budgetFaults(spec.budget, `${at}budget.`)
  }
}

function* mailboxFaults(mailbox: MailboxSpec<never>, at: string): Generator<string> {
  yield* unknownKeyFaults(mailbox, `${at}mailbox: `, mailboxKeys)
  const { capacity = Infinity, overflow = 'fail', batch = 1 } = mailbox
  const priority: unknown = Reflect.get(mailbox, 'priority')
  if (!isAtLeast(capacity, 1) || (capacity !== Infinity && !Number.isInteger(capacity))) {
    yield `${at}mailbox.capacity must be a whole number of at least 1; got ${shown(capacity)}`
  }
  yield* choiceFaults(`${at}mailbox.overflow`, overflow, overflows)
  if (!(Number.isInteger(batch) && batch >= 1)) {
    yield `${at}mailbox.batch must be an integer of at least 1; got ${batch}`
  }
  if (priority !== undefined && typeof priority !== 'function') {
    yield `${at}mailbox.priority must be a function; got ${shown(priority)}`
  }
}

function* supervisorFaults(spec: SupervisorSpec, at: string): Generator<string> {
  const { intensity = 3, periodMs = 60_000, children = [] } = spec
  yield* unknownKeyFaults(spec, at, supervisorKeys)
  yield* choiceFaults(`${at}strategy`, spec.strategy ?? 'oneForOne', strategies)
  yield* choiceFaults(`${at}autoShutdown`, spec.autoShutdown ?? 'never', shutdowns)
  yield* budgetFaults({ intensity, periodMs }, at)
  if (spec.strategy === 'dynamic' && children.length > 0) {
    yield `${at}a dynamic supervisor takes no children in its specification; start them later`
  }
  if (!Array.isArray(children)) {
    yield `${at}children must be a list; got ${shown(children)}`
    return
  }
  const ids = new Set<string>()
  for (const child of children as readonly ChildSpec[]) {
    if (!isObject(child)) {
      yield `${at}children: ${notAnObject(child)}`
      continue
    }
    if (ids.has(child.id)) yield `${at}two children have the id "${child.id}"`
    ids.add(child.id)
    yield* faultsOf(child, `${at}${child.id}: `, spec)
  }
}

function* budgetFaults(budget: Budget, at: string): Generator<string> {
  const { intensity, periodMs } = budget
  if (!isAtLeast(intensity, 0) || (intensity !== Infinity && !Number.isInteger(intensity))) {
    yield `${at}intensity must be a whole number of at least 0; got ${shown(intensity)}`
  }
  if (!(isAtLeast(periodMs, 0) && periodMs > 0)) {
    yield `${at}periodMs must be more than 0; got ${shown(periodMs)}`
  }
}

function* backoffFaults(backoff: Backoff, at: string): Generator<string> {
  const { minMs, maxMs, factor = 2, jitter = 0, resetAfterMs = 0 } = backoff
  if (!isAtLeast(minMs, 0)) yield `${at}minMs must be 0 or more; got ${shown(minMs)}`
  if (!(isAtLeast(maxMs, minMs) && maxMs < Infinity)) {
    yield `${at}maxMs must be finite and at least minMs; got ${shown(maxMs)}`
  }
  if (!isAtLeast(factor, 1)) yield `${at}factor must be at least 1; got ${shown(factor)}`
  if (!isAtLeast(jitter, 0)) yield `${at}jitter must be 0 or more; got ${shown(jitter)}`
  if (!isAtLeast(resetAfterMs, 0))
    yield `${at}resetAfterMs must be 0 or more; got ${shown(resetAfterMs)}`
}
