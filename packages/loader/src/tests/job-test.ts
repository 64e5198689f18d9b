import type { Where } from '@millrace/base'

/** An output of the job that a test looks at: all that reaches a sink, or leaves a stage by one of its outputs. */
export interface Observed {
  /** As it stands in the test: `sink`, `hourly`, `hourly.late`, `deadLetter`. */
  readonly name: string
  readonly id: string
  /** Undefined for sinks. */
  readonly output?: string | undefined
}

/** What is expected of one output since the expectation before. */
export interface Expectation {
  readonly of: Observed
  readonly records: readonly unknown[]
  readonly where: Where
  /** Steps to the list of records from the root of the document. */
  readonly path: readonly (string | number)[]
}

/** One step of a test, in virtual time. */
export type TestStep =
  | {
      readonly kind: 'given'
      readonly source: string
      readonly records: readonly unknown[]
      readonly where: Where
    }
  /** The clock goes on; what becomes due fires. */
  | { readonly kind: 'advance'; readonly ms: number; readonly where: Where }
  /** The clock goes on until every source counts as silent. */
  | { readonly kind: 'idle'; readonly ms: number; readonly where: Where }
  /** The input is over: everything open fires. */
  | { readonly kind: 'end'; readonly where: Where }
  | {
      readonly kind: 'expect'
      readonly expectations: readonly Expectation[]
      readonly where: Where
    }

/** Records in the place of what one output of a stage would give: the n-th for the n-th record that reaches the stage. */
export interface Mock {
  readonly of: Observed
  readonly records: readonly unknown[]
  readonly where: Where
}

/** One entry of `tests:` in a job file, checked against the job. */
export interface JobTest {
  readonly name: string
  readonly where: Where
  /** What the clock says at the start, epoch ms. */
  readonly clockMs: number
  /** `contains`: fields that an expected record does not name may be anything. */
  readonly match: 'contains' | 'equals'
  readonly order: 'given' | 'any'
  readonly mocks: readonly Mock[]
  readonly steps: readonly TestStep[]
}

/** A test as the file names it, before its job is loaded. */
export interface TestHead {
  readonly name: string
  readonly where: Where
}
