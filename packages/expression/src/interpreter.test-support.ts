// The oracle of the compiler: walks the tree, slowly, with rules of its own.
// It shares the functions (tested by themselves) and nothing else with the compiler.
import type { EvaluationContext } from './evaluation-context.ts'
import type { Node, Variable } from './syntax/node.ts'

/** The interpreter's refusal; only the code is compared with the compiler's. */
export class Refusal extends Error {
  readonly code: string
  constructor(code: string) {
    super(code)
    this.code = code
  }
}

interface Frame {
  readonly record: unknown
  readonly context: EvaluationContext
  readonly variables: ReadonlyMap<Variable, unknown>
}

/** The value of a tree for one record; throws a Refusal with the code that the compiler must give. */
export function interpret(node: Node, record: unknown, context: EvaluationContext): unknown {
  return walk(node, { record, context, variables: new Map() })
}

function walk(node: Node, frame: Frame): unknown {
  switch (node.kind) {
    case 'constant':
      return node.value
    case 'record':
      return clean(frame.record)
    case 'variable':
      return clean(frame.variables.get(node.variable))
    case 'name':
      return clean(frame.context.names?.[node.place])
    case 'field':
      return own(walk(node.object, frame), node.name)
    case 'index':
      return index(walk(node.object, frame), walk(node.index, frame))
    case 'not':
      return !truth(walk(node.operand, frame))
    case 'and':
      return truth(walk(node.left, frame)) ? truth(walk(node.right, frame)) : false
    case 'or':
      return truth(walk(node.left, frame)) ? true : truth(walk(node.right, frame))
    case 'negate':
      return negate(walk(node.operand, frame))
    case 'equal':
      return equality(walk(node.left, frame), walk(node.right, frame)) !== node.negated
    case 'compare':
      return compare(node.operator, walk(node.left, frame), walk(node.right, frame))
    case 'arithmetic':
      return arithmetic(node.operator, walk(node.left, frame), walk(node.right, frame))
    case 'in':
      return member(walk(node.left, frame), walk(node.right, frame))
    case 'choose':
      return walk(truth(walk(node.condition, frame)) ? node.yes : node.no, frame)
    case 'list':
      return node.items.map((each) => walk(each, frame))
    case 'map':
      return Object.fromEntries(
        node.entries.map(([key, value]) => {
          const name = walk(key, frame)
          if (type(name) !== 'text') throw new Refusal('EXP_TYPE')
          return [name as string, walk(value, frame)]
        }),
      )
    case 'macro':
      return macro(node, frame)
    case 'call':
      return call(node, frame)
    case 'coalesce':
      return node.arguments.reduce<unknown>((found, each) => found ?? walk(each, frame), null)
    case 'has':
      return walk(node.operand, frame) !== null
    case 'eventTime':
      return frame.context.timestamp
    default:
      return own(frame.context.key, node.name)
  }
}

type Type = 'nothing' | 'number' | 'text' | 'truth' | 'list' | 'map' | 'strange'

function type(value: unknown): Type {
  if (value === undefined || value === null) return 'nothing'
  if (Array.isArray(value)) return 'list'
  const types: Record<string, Type> = {
    number: 'number',
    string: 'text',
    boolean: 'truth',
    object: 'map',
  }
  return types[typeof value] ?? 'strange'
}

function clean(value: unknown): unknown {
  return value === undefined ? null : value
}

function own(object: unknown, name: string): unknown {
  if (type(object) !== 'map') return null
  return clean(Object.getOwnPropertyDescriptor(object, name)?.value)
}

function index(object: unknown, at: unknown): unknown {
  if (type(at) === 'nothing') return null
  if (type(object) === 'map') {
    if (type(at) !== 'text') throw new Refusal('EXP_TYPE')
    return own(object, at as string)
  }
  if (type(object) !== 'list') return null
  if (type(at) !== 'number') throw new Refusal('EXP_TYPE')
  const items = object as readonly unknown[]
  return items.find((_, position) => position === at) ?? null
}

function truth(value: unknown): boolean {
  if (type(value) === 'nothing') return false
  if (type(value) !== 'truth') throw new Refusal('EXP_CONDITION')
  return value === true
}

function negate(value: unknown): unknown {
  if (type(value) === 'nothing') return null
  if (type(value) !== 'number') throw new Refusal('EXP_TYPE')
  return -(value as number)
}

function deepEqual(left: unknown, right: unknown): boolean {
  if (type(left) !== type(right)) return false
  if (type(left) === 'list' || type(left) === 'map') {
    const names = Object.keys(left as object)
    const others = Object.keys(right as object)
    if (names.toSorted().join('\n') !== others.toSorted().join('\n')) return false
    return names.every((name) =>
      deepEqual((left as Record<string, unknown>)[name], (right as Record<string, unknown>)[name]),
    )
  }
  return clean(left) === clean(right)
}

function equality(left: unknown, right: unknown): boolean {
  const types = new Set([type(left), type(right)])
  if (types.size === 2 && !types.has('nothing')) throw new Refusal('EXP_TYPE')
  return deepEqual(left, right)
}

function compare(operator: string, left: unknown, right: unknown): boolean {
  const types = new Set([type(left), type(right)])
  if (types.has('nothing')) return false
  if (types.size > 1 || !(types.has('number') || types.has('text'))) throw new Refusal('EXP_TYPE')
  const [a, b] = [left as number, right as number]
  if (operator === '<') return a < b
  if (operator === '>') return b < a
  return operator === '<=' ? !(b < a) : !(a < b)
}

function arithmetic(operator: string, left: unknown, right: unknown): unknown {
  const types = [type(left), type(right)]
  if (types.includes('nothing')) return null
  if (types.every((each) => each === 'number')) {
    const [a, b] = [left as number, right as number]
    const all: Record<string, number> = {
      '+': a + b,
      '-': a - b,
      '*': a * b,
      '/': a / b,
      '%': a % b,
    }
    return finite(all[operator])
  }
  if (operator === '+' && types[0] === types[1]) {
    if (types[0] === 'text') return (left as string).concat(right as string)
    if (types[0] === 'list') return (left as unknown[]).concat(right as unknown[])
  }
  throw new Refusal('EXP_TYPE')
}

function finite(value: unknown): unknown {
  if (type(value) !== 'number' || (value as number) - (value as number) === 0) return value
  throw new Refusal('EXP_NOT_FINITE')
}

function member(left: unknown, right: unknown): boolean {
  if (type(right) === 'nothing') return false
  if (type(right) === 'list') return (right as unknown[]).some((each) => deepEqual(each, left))
  if (type(right) === 'map' && type(left) === 'nothing') return false
  if (type(right) !== 'map' || type(left) !== 'text') throw new Refusal('EXP_TYPE')
  return Object.keys(right as object).includes(left as string)
}

function macro(node: Extract<Node, { kind: 'macro' }>, frame: Frame): unknown {
  const over = walk(node.over, frame)
  if (type(over) === 'nothing') return null
  if (type(over) !== 'list' && type(over) !== 'map') throw new Refusal('EXP_TYPE')
  const items = type(over) === 'list' ? (over as unknown[]) : Object.keys(over as object)
  const kept: unknown[] = []
  for (const item of items) {
    const inner = { ...frame, variables: new Map([...frame.variables, [node.variable, item]]) }
    const holds = node.condition === undefined || truth(walk(node.condition, inner))
    if (node.name === 'all' && !holds) return false
    if (node.name === 'exists' && holds) return true
    if (holds) kept.push(node.result === undefined ? clean(item) : walk(node.result, inner))
  }
  if (node.name === 'all' || node.name === 'exists') return node.name === 'all'
  return node.name === 'existsOne' ? kept.length === 1 : kept
}

function call(node: Extract<Node, { kind: 'call' }>, frame: Frame): unknown {
  const { parameters } = node.function
  const values = node.arguments.map((each) => walk(each, frame))
  if (values.some((each) => type(each) === 'nothing')) return null
  values.forEach((value, position) => {
    const wanted = (parameters[position] ?? parameters.at(-1))?.kind ?? 'any'
    const names: Record<string, Type> = { number: 'number', boolean: 'truth', list: 'list' }
    if (wanted !== 'any' && type(value) !== (names[wanted] ?? 'text')) throw new Refusal('EXP_TYPE')
  })
  const run = node.function.call as (...values: readonly unknown[]) => unknown
  const result = run(...values)
  if (result === undefined) throw new Refusal('EXP_VALUE')
  return finite(result)
}
