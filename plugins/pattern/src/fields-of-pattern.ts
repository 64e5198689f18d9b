import { compileExpression, type Expression } from '@millrace/expression'
import { noExpressions } from '@millrace/sdk'
import type { PatternParameters } from './pattern-parameters.ts'
import { stepNames } from './plan.ts'

/** All expressions of a pattern, in the order in which they stand. */
function textsOf({ select = {}, steps, timeouts = {} }: PatternParameters): readonly string[] {
  const conditions = steps.flatMap(({ not, where }) => [where, not])
  const texts = [...conditions, ...Object.values(select), ...Object.values(timeouts)]
  return texts.filter((text) => text !== undefined)
}

/**
 * Fields of records that a text reads: its own, and those of the records of steps. `record` stands for all fields of a step's
 * record. Throws EXP_*.
 */
function fieldsOf(
  text: string,
  names: readonly string[],
  of: (expression: Expression) => readonly string[],
): readonly string[] {
  const own = of(compileExpression(text, { ...noExpressions, names }))
  // Without the names those of steps read like fields: small.amount.
  const others = of(compileExpression(text)).flatMap((path) => {
    const name = names.find((step) => path === step || path.startsWith(`${step}.`))
    if (name === undefined) return []
    return [path === name ? 'record' : path.slice(name.length + 1)]
  })
  return [...own, ...others]
}

/** Field paths that a pattern looks at; undefined for all: where results hold whole records. */
export function patternReads(parameters: PatternParameters): readonly string[] | undefined {
  if (parameters.select === undefined) return undefined
  const names = stepNames(parameters)
  try {
    const all = textsOf(parameters).flatMap((text) => fieldsOf(text, names, ({ fields }) => fields))
    return all.includes('record') ? undefined : [...new Set(all)]
  } catch {
    // Functions of the job's own: what they read is known only at create.
    return undefined
  }
}

/** Field paths that a pattern takes for granted. */
export function patternExpects(parameters: PatternParameters): readonly string[] {
  const names = stepNames(parameters)
  const found = textsOf(parameters).flatMap((text) => {
    try {
      return fieldsOf(text, names, ({ expected }) => expected)
    } catch {
      return []
    }
  })
  return [...new Set(found)].filter((path) => path !== 'record')
}
