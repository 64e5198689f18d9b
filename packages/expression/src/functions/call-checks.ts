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

/** Whether a call gave a result: not for a value it cannot read, nor for a number that is not finite. */
export function isResult(result: unknown): boolean {
  return typeof result === 'number' ? Number.isFinite(result) : result !== undefined
}

/** What is wrong with what a call gave: EXP_VALUE for undefined, EXP_NOT_FINITE for a number that is none. */
export function badResult(
  called: BuiltIn,
  result: unknown,
  given: readonly unknown[],
  place: Place,
): Error {
  if (typeof result === 'number') return notFinite(`${called.name}()`, result, place)
  const got = given.map((value) => describe(value)).join(', ')
  return EXP_VALUE({ text: place.text, name: called.name, got }, { column: place.column })
}
