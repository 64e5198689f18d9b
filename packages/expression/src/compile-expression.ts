import { Compiler } from './compiler.ts'
import type { EvaluationContext } from './evaluation-context.ts'
import { expectedOf, fieldsOf, namesOf } from './fields.ts'
import type { Node } from './syntax/node.ts'
import { checkTypes } from './syntax/check-types.ts'
import { resolve } from './syntax/resolve.ts'
import type { Scope } from './syntax/scope.ts'

/** A compiled expression. It keeps nothing between records and reads neither clock nor environment. */
export interface Expression {
  readonly text: string
  /** Dotted paths of the record it reads, such as `customer.name`; `record` when it reads the whole. */
  readonly fields: readonly string[]
  /** Those of `fields` that should be there: not `record`, and none that it asks for with `has`, `coalesce` or against null. */
  readonly expected: readonly string[]
  /** Which of the scope's `names` it reads, by their places. */
  readonly names: readonly number[]
  /** The value for one record; null, never undefined. Throws EXP_* for a record it cannot be computed for. */
  evaluate(record: unknown, context: EvaluationContext): unknown
  /** The truth for one record; null is false. Throws EXP_CONDITION for a value that is no boolean. */
  test(record: unknown, context: EvaluationContext): boolean
}

/**
 * Compiles an expression to closures. Throws EXP_* for every fault that shows without a record; `where.column` is the place
 * in the text, from 1.
 */
export function compileExpression(text: string, scope: Scope = {}): Expression {
  return compileNode(text, resolve(text, scope))
}

/**
 * The same, and throws too what every record would end in: operands and conditions of a wrong type whatever the record holds
 * (`filter: 5`), and constant parts that cannot be computed (`5 / 0`). For checks before a run.
 */
export function checkExpression(
  text: string,
  scope: Scope = {},
  options: { readonly isCondition?: boolean } = {},
): Expression {
  const node = resolve(text, scope)
  checkTypes(text, node, options.isCondition)
  return compileNode(text, node)
}

/** The same for a tree that is part of a larger text. */
export function compileNode(text: string, node: Node): Expression {
  const compiler = new Compiler(text)
  return {
    text,
    fields: fieldsOf(node),
    expected: expectedOf(node),
    names: namesOf(node),
    evaluate: compiler.compile(node),
    test: compiler.condition(node),
  }
}
