import {
  compileExpression,
  type EvaluationContext,
  type Expression,
  type Scope,
} from '@millrace/expression'
import { ANOMALY_NOT_A_NUMBER } from './errors.ts'

/** Takes the numbers that are judged out of records. */
export class PointReader {
  readonly #expressions: readonly Expression[]
  /** What was read last: one number for each expression, NaN for what is missing. One object again and again. */
  readonly point: Float64Array

  /** Throws EXP_* for a text that is no expression. */
  constructor(texts: readonly string[], scope: Scope) {
    this.#expressions = texts.map((text) => compileExpression(text, scope))
    this.point = new Float64Array(texts.length)
  }

  /** How many numbers are missing of a record. Throws of that record: EXP_*, ANOMALY_NOT_A_NUMBER. */
  read(record: unknown, context: EvaluationContext): number {
    let missing = 0
    for (let index = 0; index < this.#expressions.length; index++) {
      const expression = this.#expressions[index] as Expression
      const value = expression.evaluate(record, context)
      if (value === null) missing++
      else if (typeof value !== 'number' || !Number.isFinite(value)) throw unfit(expression, value)
      this.point[index] = value ?? Number.NaN
    }
    return missing
  }
}

function unfit({ text }: Expression, value: unknown): Error {
  const got =
    typeof value === 'number'
      ? String(value)
      : Array.isArray(value)
        ? 'a list'
        : `of type ${typeof value}`
  return ANOMALY_NOT_A_NUMBER({ of: text, got })
}
