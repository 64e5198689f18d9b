import type { Child } from './child.ts'
import type { Family } from './family.ts'
import type { ActorState, ChildState } from './supervisor-spec.ts'

type Shared = Pick<
  ActorState,
  'id' | 'path' | 'state' | 'incarnation' | 'restart' | 'significant' | 'lastCauses' | 'backoff'
>

/** What actors and supervisors have in common. */
export function inspectShared(child: Child & { readonly state: string }): Shared {
  const { id, path, state, incarnation, restart, record } = child
  const alarm = record?.alarm
  return {
    id,
    path,
    state,
    incarnation,
    restart,
    significant: child.policy.significant === true,
    lastCauses: [...(record?.lastCauses ?? [])],
    ...(record === undefined || alarm === undefined
      ? {}
      : { backoff: { count: record.delays, dueMs: alarm.dueMs } }),
  }
}

/** An actor and those it spawned, as data. */
export function inspectCell(
  cell: Child & { readonly state: string; readonly queued: number; readonly stashed: number },
  children: Family | undefined,
  nowMs: number,
): ActorState {
  const budget = cell.record?.budget
  return {
    kind: 'actor',
    ...inspectShared(cell),
    queued: cell.queued,
    stashed: cell.stashed,
    ...(budget === undefined ? {} : { budget: budget.state(nowMs) }),
    children: inspectChildren(children).filter((child) => child.kind === 'actor'),
  }
}

/** The children of a family, as data. */
export function inspectChildren(family: Family | undefined): ChildState[] {
  return [...(family?.children ?? [])].map((child) => child.inspect())
}
