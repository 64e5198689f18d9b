import { isMillraceError } from '@millrace/base'
import type { Closure } from './closure.ts'
import type { CompilePart } from './compile-part.ts'
import { EXP_FUNCTION } from './errors.ts'
import { checkArgument, checkResult } from './functions/call-checks.ts'
import type { BuiltIn } from './functions/built-in.ts'
import type { Place } from './operators.ts'
import type { Node } from './syntax/node.ts'

/** A call with its checks; one argument, the most frequent form, without a list. */
export function compileCall(compiler: CompilePart, node: Extract<Node, { kind: 'call' }>): Closure {
  const place = compiler.place(node)
  const called = node.function
  const call = called.call as (...values: readonly unknown[]) => unknown
  const [first, second] = node.arguments
  if (called.foreign === true) return compileForeign(compiler, node, place)
  if (first !== undefined && second === undefined) {
    const argument = compiler.compile(first)
    return (record, context) => {
      const value = argument(record, context)
      if (value === null) return null
      checkArgument(called, 0, value, place)
      return checkResult(called, call(value), [value], place)
    }
  }
  const values = node.arguments.map((each) => compiler.compile(each))
  return (record, context) => {
    const given: unknown[] = []
    for (const each of values) {
      const value = each(record, context)
      given.push(value)
    }
    if (given.includes(null)) return null
    for (let index = 0; index < given.length; index++) {
      checkArgument(called, index, given[index], place)
    }
    return checkResult(called, call(...given), given, place)
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
    const given = values.map((each) => each(record, context))
    let result: unknown
    try {
      result = call(...given)
    } catch (error) {
      if (isMillraceError(error)) throw error
      const problem = error instanceof Error ? error.message : String(error)
      throw EXP_FUNCTION(
        { text: place.text, name: called.name, problem },
        { column: place.column },
        error,
      )
    }
    return checkResult(called, result ?? null, given, place)
  }
}
