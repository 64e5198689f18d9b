import { EXP_TYPE, EXP_VALUE } from '../errors.ts'
import { describe } from '../kind-of.ts'
import { notFinite, type Place } from '../operators.ts'
import type { BuiltIn } from './built-in.ts'
import { expectationOf, hasKind } from './parameter-check.ts'

/** Throws EXP_TYPE when an argument that is not null has the wrong type. */
export function checkArgument(
  called: BuiltIn,
  position: number,
  value: unknown,
  place: Place,
): void {
  const { parameters } = called
  const parameter = parameters[Math.min(position, parameters.length - 1)]
  if (parameter === undefined || hasKind(parameter.kind, value)) return
  const expected = `${called.name}() takes ${expectationOf(parameter.kind)} as ${parameter.name}`
  throw EXP_TYPE({ text: place.text, expected, got: describe(value) }, { column: place.column })
}

/** The result of a call; throws EXP_VALUE for undefined and EXP_NOT_FINITE for numbers that are none. */
export function checkResult(
  called: BuiltIn,
  result: unknown,
  given: readonly unknown[],
  place: Place,
): unknown {
  if (typeof result === 'number' && !Number.isFinite(result)) {
    throw notFinite(`${called.name}()`, result, place)
  }
  if (result !== undefined) return result
  const got = given.map((value) => describe(value)).join(', ')
  throw EXP_VALUE({ text: place.text, name: called.name, got }, { column: place.column })
}
