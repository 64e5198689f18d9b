/** What becomes of a record by the tests of a prefilter; `unsure`: they cannot tell, and somebody must ask it. */
export type Verdict = 'wanted' | 'unwanted' | 'unsure'

/**
 * Compares a field of a record with a constant, and says where to go on. Null equals null and nothing else; a field that is not there
 * is null. Any other value of another type than the constant leaves it `unsure`.
 */
export interface FieldTest {
  /** A name, no path. */
  readonly field: string
  /** Texts are compared with `==` only. */
  readonly operator: '==' | '<' | '<=' | '>' | '>='
  readonly value: string | number | boolean | null
  /** Where it holds: the place of a later test, or what becomes of the record. */
  readonly yes: number | Verdict
  /** Where it does not. */
  readonly no: number | Verdict
}

/** How the event time of a record stands in a field: the number there by `factor` and through `divisor`, in whole ms, rounded down. */
export interface NumberTime {
  /** A name, no path. */
  readonly field: string
  readonly factor: number
  readonly divisor: number
}

/** By what a source may tell of a record without asking, where it has its fields at hand before there is a record. */
export interface RecordTests {
  /** The first one is where to begin. */
  readonly tests: readonly FieldTest[]
  /**
   * A record must also have a time from `from` up to `to`, both of them times that it may have, or it is `unsure` whatever the tests say. Absent:
   * times are of no interest.
   */
  readonly time?: (NumberTime & { readonly from: number; readonly to: number }) | undefined
}
