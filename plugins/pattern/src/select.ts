import { setField } from '@millrace/base'
import { compileExpression } from '@millrace/expression'
import type { ExpressionScope, Key } from '@millrace/sdk'
import type { Rows } from './attempt.ts'
import { type At, showRows } from './condition.ts'

/** The fields that an attempt fills: throws EXP_*. */
export type Select = (fields: Record<string, unknown>, rows: Rows, at: At) => void

/** What fields are made of. */
export interface SelectOptions {
  readonly names: readonly string[]
  readonly isRepeated: readonly boolean[]
  readonly expressions: ExpressionScope
}

/** Compiles named expressions over the steps; without any, each step's records under its name. Throws EXP_*. */
export function compileSelect(
  texts: Readonly<Record<string, string>> | undefined,
  { expressions, isRepeated, names }: SelectOptions,
): Select {
  const places = names.map((_name, place) => place)
  if (texts === undefined) {
    return (fields, rows, at) => {
      showRows(at, rows, places, isRepeated)
      for (const place of places) setField(fields, names[place] as string, at.names[place])
    }
  }
  const all = Object.entries(texts).map(
    ([name, text]) => [name, compileExpression(text, { ...expressions, names })] as const,
  )
  return (fields, rows, at) => {
    showRows(at, rows, places, isRepeated)
    for (const [name, expression] of all) setField(fields, name, expression.evaluate(null, at))
  }
}

/** What every result begins with. */
export function newResult(
  key: Key | undefined,
  matchStart: number,
  matchEnd: number,
): Record<string, unknown> {
  return { ...key, matchStart, matchEnd }
}
