import { nearestName } from '@millrace/base'
import type { ASTNode } from '@marcbachmann/cel-js'
import {
  EXP_ARGUMENTS,
  EXP_CONSTANT,
  EXP_UNKNOWN_ENV,
  EXP_UNKNOWN_FUNCTION,
  EXP_UNKNOWN_KEY,
} from '../errors.ts'
import { type BuiltIn, type Parameter, signatureOf } from '../functions/built-in.ts'
import { acceptsConstant, expectationOf } from '../functions/parameter-check.ts'
import { builtIns } from '../functions/built-ins.ts'
import { describe } from '../kind-of.ts'
import type { MacroName, Node, Variable } from './node.ts'
import { fromPlugin, type Scope } from './scope.ts'

/** What a call needs from the expression around it. */
export interface Surroundings {
  readonly text: string
  readonly scope: Scope
  resolve(tree: ASTNode): Node
  withVariable<T>(name: string, start: number, body: (variable: Variable) => T): T
}

/** A call as written: `name(arguments)` or `receiver.name(arguments)`. */
export interface CallSyntax {
  readonly name: string
  readonly arguments: readonly ASTNode[]
  readonly receiver?: ASTNode
  readonly start: number
}

const macros: Readonly<Record<string, MacroName>> = {
  all: 'all',
  exists: 'exists',
  exists_one: 'existsOne',
  existsOne: 'existsOne',
  filter: 'filter',
  map: 'map',
}

/** Functions that are part of the language, with their parameters. */
const forms: Readonly<Record<string, readonly Parameter[]>> = {
  eventTime: [],
  key: [{ name: "'name'", kind: 'string' }],
  env: [{ name: "'NAME'", kind: 'string' }],
  has: [{ name: 'field', kind: 'any' }],
  coalesce: [{ name: 'value', kind: 'any', repeated: true }],
}

/** Binds a call to its function and checks names, arity and constant arguments. */
export function resolveCall(resolver: Surroundings, call: CallSyntax): Node {
  const macro = Object.hasOwn(macros, call.name) ? macros[call.name] : undefined
  if (macro !== undefined && call.receiver !== undefined) {
    return resolveMacro(resolver, call, call.receiver, macro)
  }
  const plugin = resolver.scope.functions?.find((each) => each.name === call.name)
  const form = Object.hasOwn(forms, call.name) ? forms[call.name] : undefined
  if (plugin === undefined && form !== undefined && call.receiver === undefined) {
    checkArity(resolver, call, form, call.arguments.length)
    return resolveForm(resolver, call)
  }
  const found = plugin === undefined ? builtIns.get(call.name) : fromPlugin(plugin)
  if (found === undefined) throw unknownFunction(resolver, call)
  const trees = call.receiver === undefined ? call.arguments : [call.receiver, ...call.arguments]
  checkArity(resolver, call, found.parameters, trees.length)
  const nodes = trees.map((tree) => resolver.resolve(tree))
  checkConstants(resolver, found, nodes)
  return { kind: 'call', start: call.start, function: found, arguments: nodes }
}

function resolveForm(resolver: Surroundings, call: CallSyntax): Node {
  const { start } = call
  const nodes = call.arguments.map((tree) => resolver.resolve(tree))
  const [first] = nodes
  if (first === undefined) return { kind: 'eventTime', start }
  if (call.name === 'coalesce') return { kind: 'coalesce', start, arguments: nodes }
  if (call.name === 'has') return { kind: 'has', start, operand: first }
  if (first.kind !== 'constant' || typeof first.value !== 'string') {
    const text = resolver.text
    const signature = signatureOf(call.name, forms[call.name] ?? [])
    throw EXP_ARGUMENTS({ text, signature, got: 'no text in quotes' }, { column: first.start + 1 })
  }
  if (call.name === 'key') {
    const { value: name } = first
    const { keys, keyless } = resolver.scope
    const isKnown = keys === undefined || keys.includes(name)
    if (isKnown && keyless === undefined) return { kind: 'key', start, name }
    const near = nearestName(name, keys ?? [])
    const details = { text: resolver.text, name, near, known: keys ?? [], keyless }
    throw EXP_UNKNOWN_KEY(details, { column: first.start + 1 })
  }
  const env = resolver.scope.env ?? {}
  if (!Object.hasOwn(env, first.value)) {
    throw EXP_UNKNOWN_ENV(
      { text: resolver.text, name: first.value, near: nearestName(first.value, Object.keys(env)) },
      { column: first.start + 1 },
    )
  }
  return { kind: 'constant', start, value: env[first.value] ?? null }
}

function resolveMacro(
  resolver: Surroundings,
  call: CallSyntax,
  receiver: ASTNode,
  name: MacroName,
): Node {
  const [variable, second, third, ...rest] = call.arguments
  const signature =
    name === 'map' ? 'list.map(variable, value)' : `list.${call.name}(variable, condition)`
  const tooMany = rest.length > 0 || (third !== undefined && name !== 'map')
  if (variable?.op !== 'id' || second === undefined || tooMany) {
    const got =
      variable !== undefined && variable.op !== 'id'
        ? 'no plain name as variable'
        : countOf(call.arguments.length)
    throw EXP_ARGUMENTS({ text: resolver.text, signature, got }, { column: call.start + 1 })
  }
  const over = resolver.resolve(receiver)
  return resolver.withVariable(variable.args, variable.range.start, (bound): Node => {
    const inner = resolver.resolve(second)
    const last = third === undefined ? undefined : resolver.resolve(third)
    const filtered = name !== 'map' || last !== undefined
    return {
      kind: 'macro',
      start: call.start,
      name,
      over,
      variable: bound,
      condition: filtered ? inner : undefined,
      result: filtered ? last : inner,
    }
  })
}

function checkArity(
  resolver: Surroundings,
  call: CallSyntax,
  parameters: readonly Parameter[],
  count: number,
): void {
  const least = parameters.filter((parameter) => parameter.optional !== true).length
  const most = parameters.at(-1)?.repeated === true ? Infinity : parameters.length
  if (count >= least && count <= most) return
  throw EXP_ARGUMENTS(
    { text: resolver.text, signature: signatureOf(call.name, parameters), got: countOf(count) },
    { column: call.start + 1 },
  )
}

function countOf(count: number): string {
  return count === 1 ? '1 argument' : `${count} arguments`
}

function checkConstants(resolver: Surroundings, found: BuiltIn, nodes: readonly Node[]): void {
  nodes.forEach((node, position) => {
    const kind = found.parameters[Math.min(position, found.parameters.length - 1)]?.kind ?? 'any'
    const isConstant = node.kind === 'constant'
    if (isConstant && acceptsConstant(kind, node.value)) return
    // A pattern from a record could take for ever to match, and many formats would fill the memory: only the job's author writes them.
    if (!isConstant && kind !== 'pattern' && kind !== 'timeFormat') return
    const got = isConstant ? describe(node.value) : 'something else than a constant text'
    throw EXP_CONSTANT(
      { text: resolver.text, name: found.name, expected: expectationOf(kind), got },
      { column: node.start + 1 },
    )
  })
}

function unknownFunction(resolver: Surroundings, call: CallSyntax): Error {
  const plugins = (resolver.scope.functions ?? []).map((each) => each.name)
  const names = [...plugins, ...Object.keys(forms), ...builtIns.keys()]
  if (call.receiver !== undefined) names.push(...Object.keys(macros))
  return EXP_UNKNOWN_FUNCTION(
    { text: resolver.text, name: call.name, near: nearestName(call.name, names) },
    { column: call.start + 1 },
  )
}
