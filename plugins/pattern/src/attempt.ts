/** Records by step, in the order of the steps; those of steps not come to are missing. */
export type Rows = readonly (readonly unknown[])[]

/** A match that has begun. Immutable: state holds it. */
export interface Attempt {
  /** Event time of its first record. */
  readonly start: number
  /** Running number of its first record among those of the key. */
  readonly number: number
  /** Running number and event time of its last record so far. */
  readonly last: number
  readonly lastTime: number
  /** The step it is at. */
  readonly step: number
  /** Whether a record that it did not take came behind its last one; false where no step follows directly. */
  readonly isSkipping: boolean
  /** Whether one of those must not come before the next step. */
  readonly isBlocked: boolean
  readonly rows: Rows
}

/** What is half matched for a key. */
export interface Progress {
  /** Records looked at since something was open. */
  readonly count: number
  /** In the order of their beginnings; of the same beginning: those whose earlier steps have more records first. */
  readonly open: readonly Attempt[]
}

/** Nothing is half matched. */
export const nothingOpen: Progress = { count: 0, open: [] }

/** How many records the attempts hold together. */
export function heldBy(open: readonly Attempt[]): number {
  let count = 0
  for (const { rows } of open) for (const own of rows) count += own.length
  return count
}
