import { setField } from '@millrace/base'
import type { Closure, Condition } from './closure.ts'
import { compileCall } from './compile-call.ts'
import { compileComparison, compileEquality } from './compile-comparison.ts'
import { compileMacro } from './compile-macro.ts'
import { EXP_TYPE } from './errors.ts'
import { describe } from './kind-of.ts'
import { calculate, conditionOf, contains, item, ownValue, type Place } from './operators.ts'
import { isInherited, readField, readOwnField } from './read-field.ts'
import type { Node, Variable } from './syntax/node.ts'

/** Turns a checked tree into closures, one per node. */
export class Compiler {
  readonly text: string
  /** The current value of each macro variable; evaluation is synchronous, so one cell per variable is enough. */
  readonly cells = new Map<Variable, { value: unknown }>()

  constructor(text: string) {
    this.text = text
  }

  place(node: Node): Place {
    return { text: this.text, column: node.start + 1 }
  }

  compile(node: Node): Closure {
    switch (node.kind) {
      case 'constant': {
        const { value } = node
        return () => value
      }
      case 'record':
        return (record) => record ?? null
      case 'variable': {
        const cell = this.cells.get(node.variable) ?? { value: null }
        return () => cell.value
      }
      case 'name': {
        const { place } = node
        return (_record, { names }) => names?.[place] ?? null
      }
      case 'field':
        return this.#field(node)
      case 'index': {
        const place = this.place(node)
        const object = this.compile(node.object)
        const index = this.compile(node.index)
        return (record, context) => item(object(record, context), index(record, context), place)
      }
      case 'negate':
        return this.#negate(node)
      case 'arithmetic':
        return this.#arithmetic(node)
      case 'choose': {
        const condition = this.condition(node.condition)
        const yes = this.compile(node.yes)
        const no = this.compile(node.no)
        return (record, context) =>
          condition(record, context) ? yes(record, context) : no(record, context)
      }
      case 'list': {
        const items = node.items.map((each) => this.compile(each))
        return (record, context) => {
          const list: unknown[] = []
          for (const each of items) list.push(each(record, context))
          return list
        }
      }
      case 'map':
        return this.#map(node)
      case 'macro':
        return compileMacro(this, node)
      case 'call':
        return compileCall(this, node)
      case 'coalesce': {
        const values = node.arguments.map((each) => this.compile(each))
        return (record, context) => {
          for (const each of values) {
            const value = each(record, context)
            if (value !== null) return value
          }
          return null
        }
      }
      case 'eventTime':
        return (_record, context) => context.timestamp
      case 'key': {
        const { name } = node
        return (_record, { key }) => (key === undefined ? null : ownValue(key, name))
      }
      default:
        return this.condition(node)
    }
  }

  /** The same for a place where only the truth counts: null is false, other values are an error. */
  condition(node: Node): Condition {
    switch (node.kind) {
      case 'and': {
        const left = this.condition(node.left)
        const right = this.condition(node.right)
        return (record, context) => left(record, context) && right(record, context)
      }
      case 'or': {
        const left = this.condition(node.left)
        const right = this.condition(node.right)
        return (record, context) => left(record, context) || right(record, context)
      }
      case 'not': {
        const operand = this.condition(node.operand)
        return (record, context) => !operand(record, context)
      }
      case 'equal':
        return compileEquality(this, node)
      case 'compare':
        return compileComparison(this, node)
      case 'in': {
        const place = this.place(node)
        const left = this.compile(node.left)
        const right = this.compile(node.right)
        return (record, context) => contains(left(record, context), right(record, context), place)
      }
      case 'has': {
        const operand = this.compile(node.operand)
        return (record, context) => operand(record, context) !== null
      }
      default: {
        const place = this.place(node)
        const value = this.compile(node)
        return (record, context) => {
          const truth = value(record, context)
          return typeof truth === 'boolean' ? truth : conditionOf(truth, place)
        }
      }
    }
  }

  #field(node: Extract<Node, { kind: 'field' }>): Closure {
    const { name } = node
    // Nearly every expression reads fields of the record itself: one call less.
    if (node.object.kind === 'record') {
      return isInherited(name)
        ? (record) => readOwnField(record, name)
        : (record) => readField(record, name)
    }
    const read = isInherited(name) ? readOwnField : readField
    const object = this.compile(node.object)
    return (record, context) => read(object(record, context), name)
  }

  #negate(node: Extract<Node, { kind: 'negate' }>): Closure {
    const place = this.place(node)
    const operand = this.compile(node.operand)
    return (record, context) => {
      const value = operand(record, context)
      if (typeof value === 'number') return -value
      if (value === null) return null
      const expected = 'The minus sign takes a number'
      throw EXP_TYPE({ text: place.text, expected, got: describe(value) }, { column: place.column })
    }
  }

  #arithmetic(node: Extract<Node, { kind: 'arithmetic' }>): Closure {
    const { operator } = node
    const place = this.place(node)
    const left = this.compile(node.left)
    const right = this.compile(node.right)
    return (record, context) =>
      calculate(operator, left(record, context), right(record, context), place)
  }

  #map(node: Extract<Node, { kind: 'map' }>): Closure {
    const entries = node.entries.map(([key, value]) => ({
      place: this.place(key),
      key: this.compile(key),
      value: this.compile(value),
    }))
    return (record, context) => {
      const map: Record<string, unknown> = {}
      for (const entry of entries) {
        const name = entry.key(record, context)
        if (typeof name !== 'string') throw keyOfMap(name, entry.place)
        setField(map, name, entry.value(record, context))
      }
      return map
    }
  }
}

function keyOfMap(name: unknown, place: Place): Error {
  const expected = 'The names in a map are texts'
  return EXP_TYPE({ text: place.text, expected, got: describe(name) }, { column: place.column })
}
