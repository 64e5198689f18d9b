import type { BuiltIn } from '../functions/built-in.ts'

export type ComparisonOperator = '<' | '<=' | '>' | '>='
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%'
export type MacroName = 'all' | 'exists' | 'existsOne' | 'filter' | 'map'

/** The variable of a macro; compared by identity, so that inner ones shadow outer ones. */
export interface Variable {
  readonly name: string
}

/** One node of a checked expression: names are resolved, arities right. `start` counts from 0 in the text. */
export type Node = { readonly start: number } & (
  | { readonly kind: 'constant'; readonly value: string | number | boolean | null }
  | { readonly kind: 'record' }
  | { readonly kind: 'variable'; readonly variable: Variable }
  /** One of the scope's names, by its place among them. */
  | { readonly kind: 'name'; readonly place: number }
  | { readonly kind: 'field'; readonly object: Node; readonly name: string }
  | { readonly kind: 'index'; readonly object: Node; readonly index: Node }
  | { readonly kind: 'not'; readonly operand: Node }
  | { readonly kind: 'negate'; readonly operand: Node }
  | { readonly kind: 'and' | 'or'; readonly left: Node; readonly right: Node }
  | {
      readonly kind: 'equal'
      readonly negated: boolean
      readonly left: Node
      readonly right: Node
    }
  | {
      readonly kind: 'compare'
      readonly operator: ComparisonOperator
      readonly left: Node
      readonly right: Node
    }
  | {
      readonly kind: 'arithmetic'
      readonly operator: ArithmeticOperator
      readonly left: Node
      readonly right: Node
    }
  | { readonly kind: 'in'; readonly left: Node; readonly right: Node }
  | { readonly kind: 'choose'; readonly condition: Node; readonly yes: Node; readonly no: Node }
  | { readonly kind: 'list'; readonly items: readonly Node[] }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [key: Node, value: Node])[] }
  | {
      readonly kind: 'macro'
      readonly name: MacroName
      readonly over: Node
      readonly variable: Variable
      readonly condition: Node | undefined
      readonly result: Node | undefined
    }
  | { readonly kind: 'call'; readonly function: BuiltIn; readonly arguments: readonly Node[] }
  | { readonly kind: 'coalesce'; readonly arguments: readonly Node[] }
  | { readonly kind: 'has'; readonly operand: Node }
  | { readonly kind: 'eventTime' }
  | { readonly kind: 'key'; readonly name: string }
)
