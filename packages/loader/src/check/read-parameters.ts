import { isAbsolute, resolve } from 'node:path'
import { nearestName, parseDuration, parseSize } from '@millrace/base'
import {
  checkExpression,
  compileAggregateCall,
  compileTemplate,
  type Scope,
} from '@millrace/expression'
import type { JsonSchema } from '@millrace/sdk'
import { parse } from 'yaml'
import {
  describeNode,
  describeScalar,
  joinPath,
  nodeOf,
  type ConfigNode,
  type MapNode,
  type ScalarNode,
} from '../document/config-node.ts'
import {
  CFG_EMPTY_VALUE,
  CFG_EXPRESSION_PLACEHOLDER,
  CFG_KEY_INSIDE,
  CFG_TYPE,
  CFG_UNKNOWN_PARAMETER,
  CFG_YAML_KEY,
} from '../errors.ts'
import type { Entry } from '../grammar/entry.ts'
import { entryKeys, futureEntryKeys } from '../grammar/keys.ts'
import type { LoadContext } from '../load-context.ts'
import { expectedInBounds } from './bounds.ts'
import { branchesOf, childSchema, formatOf, propertyNames, takesType } from './schema-view.ts'

type Compile = (text: string, scope: Scope) => { readonly expected: readonly string[] }

/** What YAML leaves alone: no placeholders are filled in them. */
const compilers: Readonly<Record<string, Compile>> = {
  cel: checkExpression,
  'cel-condition': (text, scope) => checkExpression(text, scope, { isCondition: true }),
  'cel-aggregate': compileAggregateCall,
}

/** Texts with expressions in braces, once their placeholders are filled. */
const templates: Readonly<Record<string, Compile>> = {
  template: (text, scope) => compileTemplate(text, scope, checkExpression),
  'path-template': (text, scope) =>
    text.includes('{') ? compileTemplate(text, scope, checkExpression) : { expected: [] },
}

const units: Readonly<Record<string, readonly [(text: string) => unknown, string]>> = {
  duration: [parseDuration, 'a duration with a unit, such as 30s or 1h'],
  size: [parseSize, 'a size with a unit, such as 64kB or 1MiB'],
}

// What stands in messages for a value that is never shown.
const hidden = 'a secret value'

/** What stands for the nodes that name modules; undefined for one that could not be loaded. */
export type NamedModules = ReadonlyMap<ConfigNode, unknown>

/**
 * Turns the nodes of an entry's parameters into the plain value that its schema expects: placeholders filled and typed, paths
 * absolute, expressions compiled once to find their faults. Says where each value came from.
 */
export class ParameterReader {
  readonly #entry: Entry
  readonly #root: JsonSchema
  readonly #context: LoadContext
  readonly #named: NamedModules

  constructor(
    entry: Entry,
    schema: JsonSchema,
    context: LoadContext,
    named: NamedModules = new Map(),
  ) {
    this.#entry = entry
    this.#root = schema
    this.#context = context
    this.#named = named
  }

  read(node: MapNode | undefined): unknown {
    const branches = branchesOf(this.#root, this.#root)
    if (node === undefined) {
      return this.#defaults(branches, [], `${this.#entry.path}.parameters`)
    }
    return this.#value(node, branches, `${this.#entry.path}.parameters`, '')
  }

  #value(node: ConfigNode, branches: readonly JsonSchema[], path: string, name: string): unknown {
    if (this.#named.has(node)) return this.#named.get(node)
    if (node.kind === 'scalar') {
      const parsed = this.#structure(node, branches)
      return parsed === undefined
        ? this.#scalar(node, branches, path, name)
        : this.#value(parsed, branches, path, name)
    }
    const type = node.kind === 'map' ? 'object' : 'array'
    if (!takesType(branches, type)) return this.#mismatch(node, branches, name)
    if (node.kind === 'list') {
      const items = branches.flatMap(({ items }) => branchesOf(items, this.#root))
      return node.items.map((item, index) =>
        this.#value(item, items, joinPath(path, index), joinPath(name, index)),
      )
    }
    const objects = branches.filter((branch) => takesType([branch], 'object'))
    const value: Record<string, unknown> = {}
    for (const [key, entry] of node.entries) {
      if (key === '__proto__') {
        this.#context.faults.push(CFG_YAML_KEY({ problem: '"__proto__" is refused' }, entry.where))
        continue
      }
      const isUnknown = this.#isUnknown(key, objects)
      const meant = isUnknown ? this.#unknown(entry, name, propertyNames(objects)) : key
      if (meant === undefined) continue
      const child = childSchema(objects, meant, this.#root)
      // What a wrong name stands for is read under the right one, so that its faults show too; a module was not loaded.
      const isTaken = node.entries.has(meant) || Object.hasOwn(value, meant)
      if (isUnknown && (isTaken || child.some(({ module }) => module !== undefined))) continue
      value[meant] = this.#value(entry.value, child, joinPath(path, meant), joinPath(name, meant))
    }
    return { ...value, ...this.#defaults(objects, [...node.entries.keys()], path) }
  }

  /** The map or list that an override wrote as text, where its target is no text. */
  #structure(node: ScalarNode, branches: readonly JsonSchema[]): ConfigNode | undefined {
    if (node.origin === 'file' || branches.length === 0 || takesType(branches, 'string')) {
      return undefined
    }
    if (!/^\s*[[{]/.test(node.text)) return undefined
    try {
      return nodeOf(parse(node.text), node.where, node.origin)
    } catch {
      // What is no YAML stays text, and the schema says what it should be.
      return undefined
    }
  }

  #scalar(node: ScalarNode, branches: readonly JsonSchema[], path: string, name: string): unknown {
    const format = formatOf(branches)
    const compile = format === undefined ? undefined : compilers[format]
    const secret = branches.some((branch) => branch.secret === true)
    if (compile !== undefined && node.value === null)
      return this.#nothing(node, branches, path, name)
    if (compile !== undefined) {
      const found = this.#compile(compile, node)
      const expects = branches.some(({ ownNames }) => ownNames === true) ? [] : found
      this.#context.addValue(path, node.text, node, secret, expects)
      return node.text
    }
    const before = this.#context.faults.length
    const leaf = this.#context.leaf(node)
    const isFilled = this.#context.faults.length === before
    if (leaf.text === '' && isFilled && this.#isEmpty(node, branches, name)) return undefined
    const isSecret = secret || leaf.secret
    const typed = leaf.isUntyped ? coerce(leaf.text, branches) : leaf.value
    const type = typed === null ? 'null' : typeof typed
    const isWhole = typeof typed === 'number' && Number.isInteger(typed)
    if (!takesType(branches, type, ...(isWhole ? ['integer'] : []))) {
      return this.#mismatch(node, branches, name, isSecret ? hidden : undefined)
    }
    const shown = isSecret ? hidden : describeScalar(typed)
    // What an unset name leaves says nothing about the value.
    if (isFilled && !this.#fits(typed, branches, node, name, shown)) return undefined
    const template = templates[format ?? '']
    const expects =
      template !== undefined && typeof typed === 'string' && isFilled
        ? this.#compiled(template, typed, node)
        : undefined
    const isPath = format === 'path' || format === 'path-template'
    const value = isPath && typeof typed === 'string' ? this.#place(typed, node) : typed
    this.#context.addValue(path, value, node, isSecret, expects)
    return value
  }

  /** `null`, `~` or nothing at all where an expression is meant. */
  #nothing(
    node: ScalarNode,
    branches: readonly JsonSchema[],
    path: string,
    name: string,
  ): null | undefined {
    if (!branches.some(({ type }) => type !== undefined && takesType([{ type }], 'null'))) {
      return this.#mismatch(node, branches, name)
    }
    this.#context.addValue(path, null, node)
    return null
  }

  /** Whether placeholders left nothing of a text that must not be empty, with a fault. */
  #isEmpty(node: ScalarNode, branches: readonly JsonSchema[], name: string): boolean {
    const isFilled = node.origin === 'file' && node.text.includes('${')
    const needsText = branches.every(
      ({ minLength }) => typeof minLength === 'number' && minLength > 0,
    )
    if (!isFilled || !needsText || branches.length === 0) return false
    const what = `parameter "${name}"`
    this.#context.faults.push(CFG_EMPTY_VALUE({ what, placeholder: node.text }, node.where))
    return true
  }

  /** The fields that the expression takes for granted; undefined where it has faults. */
  #compile(compile: Compile, node: ScalarNode): readonly string[] | undefined {
    if (this.#context.spoils(node)) return undefined
    const [placeholder, inner] = /\$\{(\w+)[^}]*\}/.exec(node.text) ?? []
    if (placeholder !== undefined && inner !== undefined) {
      const fault = CFG_EXPRESSION_PLACEHOLDER({ placeholder, name: inner }, node.where)
      this.#context.warnings.push(fault)
    }
    return this.#compiled(compile, node.text, node)
  }

  #compiled(compile: Compile, text: string, node: ScalarNode): readonly string[] | undefined {
    const { keyNames: keys, role } = this.#entry
    const own = role === 'stage' ? {} : { keyless: `a ${role}` }
    const scope = { ...this.#context.scope, ...own, ...(keys === undefined ? {} : { keys }) }
    try {
      return compile(text, scope).expected
    } catch (error) {
      this.#context.expressionFault(error, node)
      return undefined
    }
  }

  /** Units, bounds and fixed choices; false where the value is none of them. */
  #fits(
    value: unknown,
    branches: readonly JsonSchema[],
    node: ScalarNode,
    name: string,
    shown: string,
  ): boolean {
    const unit = units[formatOf(branches) ?? '']
    if (unit !== undefined && typeof value === 'string' && unit[0](value) === undefined) {
      this.#wrong(node, name, unit[1], shown)
      return false
    }
    const bounded = expectedInBounds(value, branches)
    if (bounded !== undefined) {
      const types = typeof value === 'number' ? ['number', 'integer'] : ['string']
      const others = branches.filter((branch) => !takesType([branch], ...types))
      const expected = others.length === 0 ? bounded : `${describeTypes(others)}, or ${bounded}`
      this.#wrong(node, name, expected, shown)
      return false
    }
    // Alternatives of other types, such as a map beside fixed words, do not take this value.
    const own = branches.filter((branch) =>
      takesType([branch], value === null ? 'null' : typeof value),
    )
    const choices = own.flatMap(choicesOf)
    const isClosed = own.length > 0 && own.every((branch) => choicesOf(branch).length > 0)
    if (!isClosed || choices.includes(value)) return true
    const names = [...new Set(choices.map(String))]
    const near = nearestName(String(value), names)
    const hint = near === undefined ? undefined : `Did you mean "${near}"?`
    const others = branches.filter((branch) => !own.includes(branch))
    const list = `one of ${names.join(', ')}`
    const expected = others.length === 0 ? list : `${list}, or ${describeTypes(others)}`
    this.#wrong(node, name, expected, shown, hint)
    return false
  }

  #place(path: string, { origin, where }: Pick<ScalarNode, 'origin' | 'where'>): string {
    if (path === '-' || path === '' || isAbsolute(path) || /^[a-z][a-z0-9+.-]+:\/\//i.test(path)) {
      return path
    }
    return resolve(origin === 'file' ? this.#context.folderOf(where) : this.#context.cwd, path)
  }

  #isUnknown(key: string, objects: readonly JsonSchema[]): boolean {
    return (
      objects.length > 0 &&
      objects.every(({ properties, additionalProperties: others }) => {
        if (properties !== undefined && Object.hasOwn(properties, key)) return false
        return others === false || (others === undefined && properties !== undefined)
      })
    )
  }

  /** The fault, and the name that was meant. */
  #unknown(
    entry: { key: string; where: ConfigNode['where'] },
    name: string,
    known: readonly string[],
  ): string | undefined {
    const { key, where } = entry
    const { role } = this.#entry
    const isOurs = [...entryKeys[role], ...futureEntryKeys[role]].includes(key)
    if (isOurs && name === '') {
      this.#context.faults.push(CFG_KEY_INSIDE({ key, kind: role }, where))
      return undefined
    }
    const near = nearestName(key, known)
    const of = name === '' ? this.#entry.module : `"${name}" of ${this.#entry.module}`
    this.#context.faults.push(CFG_UNKNOWN_PARAMETER({ name: key, of, near, known }, where))
    return near
  }

  /** Notes defaults, and gives those that the schema cannot fill in by itself: paths, which begin at the job file. */
  #defaults(
    branches: readonly JsonSchema[],
    given: readonly string[],
    path: string,
  ): Record<string, string> {
    const paths: Record<string, string> = {}
    if (branches.length !== 1) return paths
    for (const [key, { default: usual, format }] of Object.entries(branches[0]?.properties ?? {})) {
      if (given.includes(key) || usual === undefined) continue
      const isPath = format === 'path' && typeof usual === 'string'
      const place = isPath ? this.#place(usual, { origin: 'file', where: {} }) : undefined
      if (place !== undefined) paths[key] = place
      this.#context.addDefault(joinPath(path, key), place ?? usual)
    }
    return paths
  }

  #mismatch(
    node: ConfigNode,
    branches: readonly JsonSchema[],
    name: string,
    got = describeNode(node),
  ): undefined {
    this.#wrong(node, name, describeTypes(branches), got)
  }

  #wrong(node: ConfigNode, name: string, expected: string, got: string, hint?: string): undefined {
    const what = name === '' ? 'The parameters' : `Parameter "${name}"`
    this.#context.faults.push(CFG_TYPE({ what, expected, got, hint }, node.where))
  }
}

const choicesOf = ({ enum: choices, const: constant }: JsonSchema): readonly unknown[] =>
  choices ?? (constant === undefined ? [] : [constant])

function coerce(text: string, branches: readonly JsonSchema[]): string | number | boolean | null {
  if (branches.length === 0 || takesType(branches, 'string')) return text
  const isNumber = /^-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)
  if (isNumber && takesType(branches, 'number', 'integer')) return Number(text)
  if ((text === 'true' || text === 'false') && takesType(branches, 'boolean'))
    return text === 'true'
  return text === 'null' && takesType(branches, 'null') ? null : text
}

/** What messages call a JSON type. */
export const typeNames: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  object: 'a map',
  array: 'a list',
  null: 'null',
  record: 'a map',
}

const jsonTypes = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null']

function describeTypes(branches: readonly JsonSchema[]): string {
  const names = branches.flatMap((branch) => {
    const choices = choicesOf(branch)
    if (choices.length > 0) return choices.map(String)
    if (branch.format === 'cel' || branch.format === 'cel-condition') return ['an expression']
    if (branch.format === 'cel-aggregate') return ['an aggregate call']
    const unit = units[branch.format ?? '']
    if (unit !== undefined) return [unit[1]]
    const keys = propertyNames([branch])
    if (branch.type === 'object' && keys.length > 0) return [`a map with ${keys.join(', ')}`]
    const types = jsonTypes.filter((type) => takesType([branch], type))
    return types.map((type) => typeNames[type] ?? type)
  })
  return [...new Set(names)].join(' or ')
}
