import type { ASTNode } from '@marcbachmann/cel-js'
import { EXP_RESERVED_NAME, EXP_SYNTAX, EXP_UNSUPPORTED } from '../errors.ts'
import { reservedNames } from '../reserved-names.ts'
import type { Node, Variable } from './node.ts'
import { parse } from './parse.ts'
import { resolveCall } from './resolve-call.ts'
import type { Scope } from './scope.ts'

const reserved = new Set(reservedNames)

/** Turns the library's tree into ours and finds every fault that needs no record. */
export class Resolver {
  readonly text: string
  readonly scope: Scope
  readonly #variables: Variable[] = []

  constructor(text: string, scope: Scope) {
    this.text = text
    this.scope = scope
  }

  resolve(tree: ASTNode): Node {
    const start = tree.range.start
    switch (tree.op) {
      case 'value':
        return { kind: 'constant', start, value: this.#literal(tree.args, start) }
      case 'id':
        return this.#name(tree.args, start)
      case '.':
        return { kind: 'field', start, object: this.resolve(tree.args[0]), name: tree.args[1] }
      case '[]':
        return {
          kind: 'index',
          start,
          object: this.resolve(tree.args[0]),
          index: this.resolve(tree.args[1]),
        }
      case '!_':
        return { kind: 'not', start, operand: this.resolve(tree.args) }
      case '-_':
        return this.#negate(this.resolve(tree.args), start)
      case '?:': {
        const [condition, yes, no] = tree.args.map((branch) => this.resolve(branch)) as [
          Node,
          Node,
          Node,
        ]
        return { kind: 'choose', start, condition, yes, no }
      }
      case 'list':
        return { kind: 'list', start, items: tree.args.map((item) => this.resolve(item)) }
      case 'map': {
        const entries = tree.args.map(
          ([key, value]) => [this.resolve(key), this.resolve(value)] as const,
        )
        return { kind: 'map', start, entries }
      }
      case 'call':
        return resolveCall(this, { name: tree.args[0], arguments: tree.args[1], start })
      case 'rcall': {
        const [name, receiver, rest] = tree.args
        return resolveCall(this, { name, arguments: rest, receiver, start })
      }
      case '.?':
      case '[?]':
        throw this.unsupported(
          'Optional access is not part of the language',
          start,
          'A missing field is null already: write . or [ ] without the question mark.',
        )
      default:
        return this.#binary(tree, start)
    }
  }

  /** Resolves `body` with `name` as a variable in front of the record's fields. */
  withVariable<T>(name: string, start: number, body: (variable: Variable) => T): T {
    if (name === 'record' || reserved.has(name)) {
      throw EXP_RESERVED_NAME({ text: this.text, name: 'record' }, { column: start + 1 })
    }
    const variable = { name }
    this.#variables.push(variable)
    try {
      return body(variable)
    } finally {
      this.#variables.pop()
    }
  }

  unsupported(what: string, start: number, hint: string): Error {
    return EXP_UNSUPPORTED({ text: this.text, what, hint }, { column: start + 1 })
  }

  #binary(tree: Extract<ASTNode, { args: [ASTNode, ASTNode] }>, start: number): Node {
    const left = this.resolve(tree.args[0])
    const right = this.resolve(tree.args[1])
    switch (tree.op) {
      case '&&':
        return { kind: 'and', start, left, right }
      case '||':
        return { kind: 'or', start, left, right }
      case '==':
      case '!=':
        return { kind: 'equal', start, negated: tree.op === '!=', left, right }
      case '<':
      case '<=':
      case '>':
      case '>=':
        return { kind: 'compare', start, operator: tree.op, left, right }
      case '+':
      case '-':
      case '*':
      case '/':
      case '%':
        return { kind: 'arithmetic', start, operator: tree.op, left, right }
      case 'in':
        return { kind: 'in', start, left, right }
      default:
        throw this.unsupported(
          `The operator ${tree.op} is not part of the language`,
          start,
          'Write it another way.',
        )
    }
  }

  #literal(value: unknown, start: number): string | number | boolean | null {
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
    if (typeof value === 'number' || typeof value === 'bigint') {
      const number = Number(value)
      if (Number.isFinite(number)) return number
      const problem = 'A number is too large'
      throw EXP_SYNTAX(
        { text: this.text, problem, hint: 'Numbers are doubles, up to 1.7e308.' },
        { column: start + 1 },
      )
    }
    throw value instanceof Uint8Array
      ? this.unsupported(
          'Bytes are not part of the language',
          start,
          'Write a text without the b in front.',
        )
      : this.unsupported(
          'Unsigned numbers are not part of the language',
          start,
          'Write the number without the u.',
        )
  }

  #name(name: string, start: number): Node {
    const variable = this.#variables.findLast((each) => each.name === name)
    if (variable !== undefined) return { kind: 'variable', start, variable }
    if (name === 'record') return { kind: 'record', start }
    const place = this.scope.names?.indexOf(name) ?? -1
    if (place >= 0) return { kind: 'name', start, place }
    if (reserved.has(name)) {
      throw EXP_RESERVED_NAME({ text: this.text, name }, { column: start + 1 })
    }
    return { kind: 'field', start, object: { kind: 'record', start }, name }
  }

  #negate(operand: Node, start: number): Node {
    // Folded here, so that `delay > -15` is a comparison with a constant.
    if (operand.kind === 'constant' && typeof operand.value === 'number') {
      return { kind: 'constant', start, value: -operand.value }
    }
    return { kind: 'negate', start, operand }
  }
}

/** Parses and checks a text. Throws EXP_* with the column. */
export function resolve(text: string, scope: Scope): Node {
  return new Resolver(text, scope).resolve(parse(text))
}
