import { isMillraceError, placed } from '@millrace/base'
import { compileExpression, type Expression } from './compile-expression.ts'
import { EXP_TEMPLATE } from './errors.ts'
import type { EvaluationContext } from './evaluation-context.ts'
import { toText } from './functions/conversions.ts'
import type { Scope } from './syntax/scope.ts'

/** A compiled text with expressions in braces. */
export interface Template {
  readonly text: string
  /** Dotted paths that its expressions read, each once. */
  readonly fields: readonly string[]
  /** Those of `fields` that should be there, as in an expression. */
  readonly expected: readonly string[]
  /** The text for one record: texts as they are, other values as JSON. Throws as expressions do. */
  evaluate(record: unknown, context: EvaluationContext): string
}

/**
 * Compiles `flights-{day(eventTime())}.jsonl`; `{{` and `}}` stand for braces. `compile` makes the expressions: `checkExpression`
 * also finds what would fail for every record. Throws EXP_*, the column counted in the template.
 */
export function compileTemplate(
  text: string,
  scope: Scope = {},
  compile: (text: string, scope: Scope) => Expression = compileExpression,
): Template {
  const parts: (string | Expression)[] = []
  let literal = ''
  let at = 0
  while (at < text.length) {
    const character = text.charAt(at)
    if ((character === '{' || character === '}') && text[at + 1] === character) {
      literal += character
      at += 2
    } else if (character === '{') {
      const end = endOfExpression(text, at + 1)
      parts.push(
        literal,
        compilePart(text.slice(at + 1, end), at + 1, (part) => compile(part, scope)),
      )
      literal = ''
      at = end + 1
    } else if (character === '}') {
      throw EXP_TEMPLATE({ text, problem: 'A } without its {' }, { column: at + 1 })
    } else {
      literal += character
      at++
    }
  }
  parts.push(literal)
  const expressions = parts.filter((part) => typeof part !== 'string')
  return {
    text,
    fields: [...new Set(expressions.flatMap(({ fields }) => fields))],
    expected: [...new Set(expressions.flatMap(({ expected }) => expected))],
    evaluate(record, context) {
      let result = ''
      for (const part of parts) {
        result += typeof part === 'string' ? part : toText(part.evaluate(record, context))
      }
      return result
    },
  }
}

/** Where the expression that starts at `start` meets its closing brace; braces in quotes and pairs of them do not count. */
function endOfExpression(text: string, start: number): number {
  let depth = 0
  let quote = ''
  for (let at = start; at < text.length; at++) {
    const character = text.charAt(at)
    if (quote !== '') {
      if (character === '\\') at++
      else if (character === quote) quote = ''
    } else if (character === '"' || character === "'") quote = character
    else if (character === '{') depth++
    else if (character === '}' && depth-- === 0) return at
  }
  throw EXP_TEMPLATE({ text, problem: 'A { without its }' }, { column: start })
}

/** Compiles one expression; a fault's column becomes that of the template. */
function compilePart(
  part: string,
  offset: number,
  compile: (part: string) => Expression,
): Expression {
  try {
    return compile(part)
  } catch (error) {
    if (!isMillraceError(error)) throw error
    throw placed(error, { ...error.where, column: (error.where.column ?? 1) + offset })
  }
}
