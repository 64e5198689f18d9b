import { EXP_CONDITION, EXP_NOT_FINITE, EXP_TYPE } from './errors.ts'
import { describe, kindOf } from './kind-of.ts'
import type { ArithmeticOperator, ComparisonOperator } from './syntax/node.ts'

/** Where in which text an operator stands; only read when an error is made. */
export interface Place {
  readonly text: string
  readonly column: number
}

/** Equality of any two values: lists and maps by content; different types within them are merely unequal. */
export function sameValue(left: unknown, right: unknown): boolean {
  if (left === right) return true
  if (typeof left !== 'object' || typeof right !== 'object') {
    return (left ?? null) === (right ?? null)
  }
  if (left === null || right === null) return false
  if (Array.isArray(left)) {
    return (
      Array.isArray(right) &&
      left.length === right.length &&
      left.every((item, index) => sameValue(item, right[index]))
    )
  }
  if (Array.isArray(right)) return false
  const names = Object.keys(left)
  return (
    names.length === Object.keys(right).length &&
    names.every((name) => {
      return Object.hasOwn(right, name) && sameValue(ownValue(left, name), ownValue(right, name))
    })
  )
}

/** `==`: null equals null only; two values of different types are an error of the record. */
export function equal(left: unknown, right: unknown, place: Place): boolean {
  if (left === right) return true
  if (left === null || right === null) return false
  if (typeof left === typeof right && typeof left !== 'object') return false
  if (kindOf(left) === kindOf(right)) return sameValue(left, right)
  throw differentTypes('== and !=', left, right, place)
}

/** `< <= > >=` when it is not two numbers: null is never in order, texts by code unit. */
export function order(
  operator: ComparisonOperator,
  left: unknown,
  right: unknown,
  place: Place,
): boolean {
  if (left === null || right === null) return false
  const ordered =
    typeof left === typeof right && (typeof left === 'number' || typeof left === 'string')
  if (!ordered) throw differentTypes(operator, left, right, place)
  const first = left as number
  const second = right as number
  switch (operator) {
    case '<':
      return first < second
    case '<=':
      return first <= second
    case '>':
      return first > second
    default:
      return first >= second
  }
}

/** `+ - * / %` on doubles; `+` also joins two texts or two lists; null on either side gives null. */
export function calculate(
  operator: ArithmeticOperator,
  left: unknown,
  right: unknown,
  place: Place,
): unknown {
  if (typeof left === 'number' && typeof right === 'number') {
    const result = calculateNumbers(operator, left, right)
    if (Number.isFinite(result)) return result
    throw notFinite(`${left} ${operator} ${right}`, result, place)
  }
  if (left === null || right === null) return null
  if (operator === '+') {
    if (typeof left === 'string' && typeof right === 'string') return left + right
    if (Array.isArray(left) && Array.isArray(right)) return [...left, ...right] as unknown[]
  }
  const expected =
    operator === '+' ? '"+" takes two numbers, texts or lists' : `"${operator}" takes two numbers`
  throw EXP_TYPE(
    { text: place.text, expected, got: `${describe(left)} and ${describe(right)}` },
    { column: place.column },
  )
}

function calculateNumbers(operator: ArithmeticOperator, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    case '/':
      return left / right
    default:
      return left % right
  }
}

/** The truth of a value that is not a boolean: false for null, an error for everything else. */
export function conditionOf(value: unknown, place: Place): boolean {
  if (typeof value === 'boolean') return value
  if (value === null) return false
  throw EXP_CONDITION({ text: place.text, got: describe(value) }, { column: place.column })
}

/** `x in list`, `'name' in map`; false when the right side is null. */
export function contains(left: unknown, right: unknown, place: Place): boolean {
  if (right === null) return false
  if (Array.isArray(right)) return right.some((item) => sameValue(item ?? null, left))
  if (typeof right === 'object') {
    if (left === null) return false
    if (typeof left === 'string') return Object.hasOwn(right, left)
  }
  throw EXP_TYPE(
    {
      text: place.text,
      expected: '"in" looks for a value in a list or for a name in a map',
      got: `${describe(left)} and ${describe(right)}`,
    },
    { column: place.column },
  )
}

/** `list[0]`, `map['name']`; null for what is not there and for the parts of plain values. */
export function item(object: unknown, index: unknown, place: Place): unknown {
  if (typeof object !== 'object' || object === null || index === null) return null
  if (Array.isArray(object)) {
    if (typeof index === 'number') return (object[index] as unknown) ?? null
  } else if (typeof index === 'string') {
    return ownValue(object, index)
  }
  const expected = Array.isArray(object)
    ? 'The index of a list is a number'
    : 'The index of a map is a text'
  throw EXP_TYPE({ text: place.text, expected, got: describe(index) }, { column: place.column })
}

/** An own property of a map, null when it is missing; never from the prototype chain. */
export function ownValue(object: object, name: string): unknown {
  return Object.hasOwn(object, name) ? ((object as Record<string, unknown>)[name] ?? null) : null
}

export function notFinite(what: string, got: number, place: Place): Error {
  return EXP_NOT_FINITE({ text: place.text, what, got: String(got) }, { column: place.column })
}

function differentTypes(operator: string, left: unknown, right: unknown, place: Place): Error {
  const expected =
    operator === '== and !='
      ? 'Values of different types are not compared'
      : `"${operator}" orders two numbers or two texts`
  return EXP_TYPE(
    { text: place.text, expected, got: `${describe(left)} and ${describe(right)}` },
    { column: place.column },
  )
}
