import { compileNode, type Expression } from './compile-expression.ts'
import { EXP_AGGREGATE_CALL } from './errors.ts'
import type { Node } from './syntax/node.ts'
import { checkTypes } from './syntax/check-types.ts'
import { parse } from './syntax/parse.ts'
import { Resolver } from './syntax/resolve.ts'
import type { Scope } from './syntax/scope.ts'

/** An aggregate as written: `quantile(delay, 0.95)`. Whether the name exists is not checked here. */
export interface AggregateCall {
  readonly text: string
  readonly name: string
  /** What is aggregated; absent for a call without arguments, such as `count()`. */
  readonly argument?: Expression
  /** The arguments after the first. */
  readonly constants: readonly unknown[]
  /** Dotted paths that the argument reads. */
  readonly fields: readonly string[]
  /** Those of `fields` that should be there, as in an expression. */
  readonly expected: readonly string[]
}

/** Compiles one aggregate call. Throws EXP_AGGREGATE_CALL and the faults of expressions, with the column. */
export function compileAggregateCall(text: string, scope: Scope = {}): AggregateCall {
  const tree = parse(text)
  if (tree.op !== 'call') {
    const name = tree.op === 'id' ? tree.args : undefined
    throw EXP_AGGREGATE_CALL(
      {
        text,
        problem: 'An aggregate is one call, such as mean(delay)',
        hint:
          name === undefined
            ? 'Name each aggregate on its own and compute with the results in a map stage behind.'
            : `Write ${name}() or ${name}(field).`,
      },
      { column: tree.range.start + 1 },
    )
  }
  const resolver = new Resolver(text, scope)
  const [name, trees] = tree.args
  const [argument, ...rest] = trees.map((each) => resolver.resolve(each))
  const constants = rest.map((node) => constantOf(node, text))
  if (argument === undefined) return { text, name, constants, fields: [], expected: [] }
  checkTypes(text, argument)
  const compiled = compileNode(text, argument)
  const { fields, expected } = compiled
  return { text, name, argument: compiled, constants, fields, expected }
}

function constantOf(node: Node, text: string): unknown {
  if (node.kind === 'constant') return node.value
  throw EXP_AGGREGATE_CALL(
    {
      text,
      problem: 'Only the first argument of an aggregate may read the record',
      hint: 'Write the other arguments as plain numbers, texts or booleans.',
    },
    { column: node.start + 1 },
  )
}
