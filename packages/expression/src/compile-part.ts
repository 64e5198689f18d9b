import type { Closure, Condition } from './closure.ts'
import type { Place } from './operators.ts'
import type { Node, Variable } from './syntax/node.ts'

/** What the compilers of single nodes ask of the compiler of the whole. */
export interface CompilePart {
  readonly text: string
  readonly cells: Map<Variable, { value: unknown }>
  compile(node: Node): Closure
  condition(node: Node): Condition
  place(node: Node): Place
}
