/** A state machine as integers. Rows are states, columns are events. */
export interface LifecycleTable {
  readonly states: readonly string[]
  readonly events: readonly string[]
  readonly actions: readonly string[]
  /** Actions on entering the first state, number 0. */
  readonly initial: readonly number[]
  /** The state after an event; -1 where the event is ignored. */
  readonly next: readonly (readonly number[])[]
  /** What to do on the way, in order. */
  readonly perform: readonly (readonly (readonly number[])[])[]
}

const nothing: readonly number[] = []

/** The state after `event`; -1 when `state` ignores it. */
export function nextState(table: LifecycleTable, state: number, event: number): number {
  return table.next[state]?.[event] ?? -1
}

/** The actions of one transition, in order. */
export function actionsOf(table: LifecycleTable, state: number, event: number): readonly number[] {
  return table.perform[state]?.[event] ?? nothing
}
