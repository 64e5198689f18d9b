import { isMillraceError, messageOf } from '@millrace/base'
import type { Closure } from './closure.ts'
import type { CompilePart } from './compile-part.ts'
import { EXP_FUNCTION } from './errors.ts'
import { badResult, checkArgument, isResult } from './functions/call-checks.ts'
import type { BuiltIn } from './functions/built-in.ts'
import type { Place } from './operators.ts'
import type { Node } from './syntax/node.ts'

/** A call with its checks; one or two arguments, the most frequent forms, without a list for each record. */
export function compileCall(compiler: CompilePart, node: Extract<Node, { kind: 'call' }>): Closure {
  const place = compiler.place(node)
  const called = node.function
  const call = called.call as (...values: readonly unknown[]) => unknown
  const [first, second, third] = node.arguments
  if (called.foreign === true) return compileForeign(compiler, node, place)
  if (first !== undefined && second === undefined) {
    const argument = compiler.compile(first)
    return (record, context) => {
      const value = argument(record, context)
      if (value === null) return null
      checkArgument(called, 0, value, place)
      const result = call(value)
      if (isResult(result)) return result
      throw badResult(called, result, [value], place)
    }
  }
  if (first !== undefined && second !== undefined && third === undefined) {
    const left = compiler.compile(first)
    const right = compiler.compile(second)
    return (record, context) => {
      const a = left(record, context)
      const b = right(record, context)
      if (a === null || b === null) return null
      checkArgument(called, 0, a, place)
      checkArgument(called, 1, b, place)
      const result = call(a, b)
      if (isResult(result)) return result
      throw badResult(called, result, [a, b], place)
    }
  }
  const values = node.arguments.map((each) => compiler.compile(each))
  return (record, context) => {
    const given: unknown[] = []
    for (const each of values) given.push(each(record, context))
    if (given.includes(null)) return null
    for (let index = 0; index < given.length; index++) {
      checkArgument(called, index, given[index], place)
    }
    const result = call(...given)
    if (isResult(result)) return result
    throw badResult(called, result, given, place)
  }
}

/** A plugin's function: gets every value, may throw; its coded errors pass unchanged. */
function compileForeign(
  compiler: CompilePart,
  node: Extract<Node, { kind: 'call' }>,
  place: Place,
): Closure {
  const called: BuiltIn = node.function
  const call = called.call as (...values: readonly unknown[]) => unknown
  const values = node.arguments.map((each) => compiler.compile(each))
  return (record, context) => {
    const given: unknown[] = []
    for (const each of values) given.push(each(record, context))
    let result: unknown
    try {
      result = call(...given) ?? null
    } catch (error) {
      if (isMillraceError(error)) throw error
      const problem = messageOf(error)
      throw EXP_FUNCTION(
        { text: place.text, name: called.name, problem },
        { column: place.column },
        error,
      )
    }
    if (isResult(result)) return result
    throw badResult(called, result, given, place)
  }
}
