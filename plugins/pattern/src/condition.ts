import { compileExpression, type EvaluationContext, type Expression } from '@millrace/expression'
import type { ExpressionScope } from '@millrace/sdk'
import type { Rows } from './attempt.ts'

/** What an expression over the records of steps can know: one object, filled for each. */
export interface At extends EvaluationContext {
  timestamp: number
  key: Readonly<Record<string, unknown>> | undefined
  /** Values of the steps by their places. */
  readonly names: unknown[]
}

const nothing: readonly unknown[] = []

/** Puts the records of some steps where expressions find them: a record or null, or with `times` a list. */
export function showRows(
  at: At,
  rows: Rows,
  places: readonly number[],
  isRepeated: readonly boolean[],
): void {
  for (const place of places) {
    const own = rows[place] ?? nothing
    at.names[place] = isRepeated[place] === true ? own : (own[0] ?? null)
  }
}

/** Which records a step, or an absence, is about. */
export class Condition {
  /** Its bit among those of all conditions. */
  readonly bit: number
  /** Absent: any record. */
  readonly #expression: Expression | undefined
  /** Steps whose records it reads. Where there are none it is known when the record comes in. */
  readonly #places: readonly number[]
  readonly #isRepeated: readonly boolean[]

  constructor(
    text: string | undefined,
    bit: number,
    { names, isRepeated, expressions }: Surroundings,
  ) {
    this.bit = bit
    this.#expression =
      text === undefined ? undefined : compileExpression(text, { ...expressions, names })
    this.#places = this.#expression?.names ?? []
    this.#isRepeated = isRepeated
  }

  /** Whether the record alone decides. */
  get isPlain(): boolean {
    return this.#places.length === 0
  }

  /** Its bit where it may be true for the record, as far as the record alone can tell; else 0. Throws EXP_*. */
  mask(record: unknown, context: EvaluationContext): number {
    const isOpen = this.#expression === undefined || this.#places.length > 0
    return isOpen || this.#expression.test(record, context) ? this.bit : 0
  }

  /** Whether it is true for a record with this mask, after these records of steps. Throws EXP_*. */
  test(record: unknown, mask: number, rows: Rows, at: At): boolean {
    if ((mask & this.bit) === 0) return false
    if (this.#places.length === 0) return true
    showRows(at, rows, this.#places, this.#isRepeated)
    return this.#expression?.test(record, at) === true
  }
}

/** What the conditions of a pattern have in common. */
export interface Surroundings {
  /** Names of the steps, in order. */
  readonly names: readonly string[]
  readonly isRepeated: readonly boolean[]
  readonly expressions: ExpressionScope
}
