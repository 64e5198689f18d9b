import type { Condition } from './closure.ts'
import type { CompilePart } from './compile-part.ts'
import { equal, order } from './operators.ts'
import { isInherited, readField } from './read-field.ts'
import type { ComparisonOperator, Node } from './syntax/node.ts'

type EqualNode = Extract<Node, { kind: 'equal' }>
type CompareNode = Extract<Node, { kind: 'compare' }>

/** `==` and `!=`; a field against a constant, the most frequent form, without calls in between. */
export function compileEquality(compiler: CompilePart, node: EqualNode): Condition {
  const place = compiler.place(node)
  const { negated } = node
  const name = plainField(node.left)
  if (name !== undefined && node.right.kind === 'constant') {
    const constant = node.right.value
    return negated
      ? (record) => {
          const value = readField(record, name)
          return value !== constant && !equal(value, constant, place)
        }
      : (record) => {
          const value = readField(record, name)
          return value === constant || equal(value, constant, place)
        }
  }
  const left = compiler.compile(node.left)
  const right = compiler.compile(node.right)
  return (record, context) =>
    equal(left(record, context), right(record, context), place) !== negated
}

/** `< <= > >=`; a field against a constant number without calls in between. */
export function compileComparison(compiler: CompilePart, node: CompareNode): Condition {
  const { operator } = node
  const place = compiler.place(node)
  const name = plainField(node.left)
  if (
    name !== undefined &&
    node.right.kind === 'constant' &&
    typeof node.right.value === 'number'
  ) {
    const limit = node.right.value
    const slow = (value: unknown): boolean => order(operator, value, limit, place)
    return compareField(operator, name, limit, slow)
  }
  const left = compiler.compile(node.left)
  const right = compiler.compile(node.right)
  return (record, context) => order(operator, left(record, context), right(record, context), place)
}

function compareField(
  operator: ComparisonOperator,
  name: string,
  limit: number,
  slow: (value: unknown) => boolean,
): Condition {
  switch (operator) {
    case '<':
      return (record) => {
        const value = readField(record, name)
        return typeof value === 'number' ? value < limit : slow(value)
      }
    case '<=':
      return (record) => {
        const value = readField(record, name)
        return typeof value === 'number' ? value <= limit : slow(value)
      }
    case '>':
      return (record) => {
        const value = readField(record, name)
        return typeof value === 'number' ? value > limit : slow(value)
      }
    default:
      return (record) => {
        const value = readField(record, name)
        return typeof value === 'number' ? value >= limit : slow(value)
      }
  }
}

/** The name of a field of the record itself that the fast read may be used for. */
function plainField(node: Node): string | undefined {
  if (node.kind !== 'field' || node.object.kind !== 'record') return undefined
  return isInherited(node.name) ? undefined : node.name
}
