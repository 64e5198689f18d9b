import { Compiler } from '../compiler.ts'
import { EXP_CONDITION, EXP_TYPE } from '../errors.ts'
import { expectationOf } from '../functions/parameter-check.ts'
import { describe, kindOf } from '../kind-of.ts'
import type { Node } from './node.ts'

/** What is known of a value before any record: its type, how messages show it, and whether it is the same for all records. */
interface Known {
  /** Undefined: any. A value of a known type may still be null. */
  readonly kind?: string | undefined
  readonly shown?: string | undefined
  readonly constant?: boolean
}

const anything: Known = {}
const number: Known = { kind: 'number' }
const boolean: Known = { kind: 'boolean' }

const functionsByResult: Readonly<Record<string, string>> = {
  number:
    'number double int floor ceil round trunc abs sign sqrt exp log log10 pow size indexOf hash duration ' +
    'time bucket year month dayOfMonth dayOfWeek hourOfDay minute',
  string: 'string join replace substring lower upper trim day formatTime',
  boolean: 'bool contains matches startsWith endsWith',
  list: 'split',
}
// What a built-in function gives, where that is always the same; null for a null argument.
const results: ReadonlyMap<string, string> = new Map(
  Object.entries(functionsByResult).flatMap(([kind, names]) =>
    names.split(' ').map((name): [string, string] => [name, kind]),
  ),
)

/**
 * Throws the error that every record would end in: an operator, function or condition whose operands have the wrong types
 * whatever the record holds, and constant parts that cannot be computed. `isCondition`: only the truth of the whole counts.
 * Returns the type that every value has which is not null; undefined where it depends on the record.
 */
export function checkTypes(text: string, node: Node, isCondition = false): string | undefined {
  const checker = new TypeChecker(text)
  return (isCondition ? checker.condition(node) : checker.check(node)).kind
}

class TypeChecker {
  readonly #text: string
  readonly #compiler: Compiler

  constructor(text: string) {
    this.#text = text
    this.#compiler = new Compiler(text)
  }

  /** Null, true and false are conditions. */
  condition(node: Node): Known {
    const known = this.check(node)
    const { kind, shown = kind } = known
    if (kind === undefined || kind === 'boolean' || kind === 'null') return known
    throw EXP_CONDITION({ text: this.#text, got: shown ?? kind }, { column: node.start + 1 })
  }

  check(node: Node): Known {
    if (node.kind === 'constant') return constant(node.value)
    const found = this.#inner(node)
    if (found.constant !== true) return found
    // No record changes it: what it throws now it throws for each.
    return constant(this.#compiler.compile(node)(null, { timestamp: 0 }))
  }

  #inner(node: Node): Known {
    switch (node.kind) {
      case 'index':
        return fixed(anything, this.check(node.object), this.check(node.index))
      case 'field':
        return fixed(anything, this.check(node.object))
      case 'negate':
        return this.#negate(node)
      case 'arithmetic':
        return this.#arithmetic(node)
      case 'compare':
      case 'equal':
        return this.#comparison(node)
      case 'and':
      case 'or':
        return fixed(boolean, this.condition(node.left), this.condition(node.right))
      case 'not':
        return fixed(boolean, this.condition(node.operand))
      case 'has':
        return fixed(boolean, this.check(node.operand))
      case 'in':
        return this.#contains(node)
      case 'choose': {
        const parts = [this.condition(node.condition), this.check(node.yes), this.check(node.no)]
        const [, yes, no] = parts
        return fixed(yes?.kind === no?.kind ? { kind: yes?.kind } : anything, ...parts)
      }
      case 'list':
        return fixed({ kind: 'list' }, ...node.items.map((item) => this.check(item)))
      case 'map':
        return fixed({ kind: 'map' }, ...node.entries.flat().map((part) => this.check(part)))
      case 'coalesce':
        return fixed(anything, ...node.arguments.map((each) => this.check(each)))
      case 'call':
        return this.#call(node)
      case 'macro':
        return this.#macro(node)
      case 'eventTime':
        return number
      default:
        return anything
    }
  }

  #negate(node: Extract<Node, { kind: 'negate' }>): Known {
    const operand = this.check(node.operand)
    if (isNot(operand, 'number')) {
      throw this.#wrong('The minus sign takes a number', node, operand)
    }
    return fixed(number, operand)
  }

  #arithmetic(node: Extract<Node, { kind: 'arithmetic' }>): Known {
    const { operator } = node
    const left = this.check(node.left)
    const right = this.check(node.right)
    const joins = operator === '+'
    const takes = joins ? ['number', 'string', 'list'] : ['number']
    const isWrong = [left, right].some((side) => isNot(side, ...takes)) || differ(left, right)
    if (isWrong) {
      const what = joins ? 'two numbers, texts or lists' : 'two numbers'
      throw this.#wrong(`"${operator}" takes ${what}`, node, left, right)
    }
    const kind = joins ? [left, right].find((side) => isNot(side))?.kind : 'number'
    return fixed({ kind }, left, right)
  }

  #comparison(node: Extract<Node, { kind: 'compare' | 'equal' }>): Known {
    const left = this.check(node.left)
    const right = this.check(node.right)
    if (node.kind === 'equal') {
      if (differ(left, right)) {
        throw this.#wrong('Values of different types are not compared', node, left, right)
      }
    } else if (
      [left, right].some((side) => isNot(side, 'number', 'string')) ||
      differ(left, right)
    ) {
      throw this.#wrong(`"${node.operator}" orders two numbers or two texts`, node, left, right)
    }
    return fixed(boolean, left, right)
  }

  #contains(node: Extract<Node, { kind: 'in' }>): Known {
    const left = this.check(node.left)
    const right = this.check(node.right)
    if (isNot(right, 'list', 'map')) {
      const expected = '"in" looks for a value in a list or for a name in a map'
      throw this.#wrong(expected, node, left, right)
    }
    return fixed(boolean, left, right)
  }

  #call(node: Extract<Node, { kind: 'call' }>): Known {
    const { name, parameters, foreign } = node.function
    const given = node.arguments.map((each) => this.check(each))
    if (foreign === true) return anything
    for (const [index, each] of given.entries()) {
      const parameter = parameters[Math.min(index, parameters.length - 1)]
      if (parameter === undefined || parameter.kind === 'any') continue
      const type = /^(?:duration|zone|timeFormat|pattern)$/.test(parameter.kind)
        ? 'string'
        : parameter.kind
      if (!isNot(each, type)) continue
      const expected = `${name}() takes ${expectationOf(parameter.kind)} as ${parameter.name}`
      throw this.#wrong(expected, node, each)
    }
    return fixed({ kind: results.get(name) }, ...given)
  }

  #macro(node: Extract<Node, { kind: 'macro' }>): Known {
    const over = this.check(node.over)
    if (isNot(over, 'list', 'map')) {
      throw this.#wrong('Only lists and maps have members to look at', node, over)
    }
    if (node.condition !== undefined) this.condition(node.condition)
    if (node.result !== undefined) this.check(node.result)
    return node.name === 'filter' || node.name === 'map' ? { kind: 'list' } : boolean
  }

  #wrong(expected: string, node: Node, ...values: readonly Known[]): Error {
    const got = values.map(({ shown, kind }) => shown ?? kind ?? 'any value').join(' and ')
    return EXP_TYPE({ text: this.#text, expected, got }, { column: node.start + 1 })
  }
}

const constant = (value: unknown): Known => ({
  kind: kindOf(value),
  shown: describe(value),
  constant: true,
})

/** The result of parts: constant where all of them are. */
const fixed = (result: Known, ...parts: readonly Known[]): Known => ({
  ...result,
  constant: parts.every((part) => part.constant === true),
})

/** Whether the type is known, not null, and none of these. */
const isNot = ({ kind }: Known, ...kinds: readonly string[]): boolean =>
  kind !== undefined && kind !== 'null' && !kinds.includes(kind)

const differ = (left: Known, right: Known): boolean =>
  isNot(left) && isNot(right) && left.kind !== right.kind
