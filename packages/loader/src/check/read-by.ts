import { isMillraceError } from '@millrace/base'
import { checkExpression, compilePath } from '@millrace/expression'
import type { KeyPart } from '@millrace/engine'
import { describeNode, type ConfigNode, type MapEntry } from '../document/config-node.ts'
import { CFG_INPUTS, CFG_TYPE } from '../errors.ts'
import type { LoadContext } from '../load-context.ts'
import type { Place } from './read-value.ts'

interface Keys {
  readonly parts: readonly KeyPart[] | Readonly<Record<string, readonly KeyPart[]>>
  readonly reads: readonly string[]
}

interface Read extends KeyPart {
  readonly fields: readonly string[]
  readonly expects: readonly string[]
}

/** `by`: a path, a list of paths, or a map of name to expression; for several inputs a map of input to path or list. */
export function readBy(
  { node, what, path }: Place,
  inputs: readonly string[],
  context: LoadContext,
): Keys | undefined {
  if (node === undefined) return undefined
  const before = context.faults.length
  if (node.kind !== 'map') {
    const parts = readPaths(node, what, context)
    const value = parts.length === 1 ? parts[0]?.description : parts.map(text)
    context.addValue(path, value, node, false, expectsOf(parts))
    checkNames(parts, node, what, context)
    return context.faults.length > before ? undefined : keysOf(parts)
  }
  if (inputs.length > 1) return readInputs({ node, what, path }, node.entries, inputs, context)
  const parts = [...node.entries.values()].flatMap((entry) => {
    const part = readExpression(entry, context)
    if (part === undefined) return []
    context.addValue(`${path}.${entry.key}`, part.description, entry.value, false, part.expects)
    return [part]
  })
  if (node.entries.size === 0) {
    const expected = 'a field path, a list of them, or a map of names to expressions'
    context.faults.push(CFG_TYPE({ what, expected, got: 'an empty map' }, node.where))
  }
  return context.faults.length > before ? undefined : keysOf(parts)
}

const text = ({ description }: KeyPart): string => description

const expectsOf = (parts: readonly Read[]): readonly string[] =>
  parts.flatMap(({ expects }) => expects)

const keysOf = (parts: readonly Read[]): Keys => ({
  parts,
  reads: parts.flatMap(({ fields }) => fields),
})

function readPaths(node: ConfigNode, what: string, context: LoadContext): readonly Read[] {
  const nodes = node.kind === 'list' ? node.items : [node]
  const expected = 'a field path, a list of them, or a map of names to expressions'
  if (nodes.length === 0) {
    context.faults.push(CFG_TYPE({ what, expected, got: 'an empty list' }, node.where))
  }
  return nodes.flatMap((item): Read[] => {
    if (item.kind !== 'scalar' || item.value === null || item.text === '') {
      context.faults.push(CFG_TYPE({ what, expected, got: describeNode(item) }, item.where))
      return []
    }
    const { text } = context.leaf(item)
    try {
      const path = compilePath(text)
      const name = text.split('.').at(-1) ?? text
      const read = (record: unknown): unknown => path.read(record)
      const expects = path.fields.filter((field) => field !== 'record')
      return [{ name, description: text, fields: path.fields, expects, read }]
    } catch (error) {
      if (!isMillraceError(error)) throw error
      const named = CFG_TYPE(
        {
          what,
          expected: 'a field path',
          got: describeNode(item),
          hint: `For an expression write a map: by: { name: '${text.replaceAll("'", "''")}' }.`,
        },
        item.where,
        error,
      )
      context.faults.push(named)
      return []
    }
  })
}

function readExpression(entry: MapEntry, context: LoadContext): Read | undefined {
  const { value } = entry
  if (value.kind !== 'scalar' || value.value === null || value.text === '') {
    const what = `Key "${entry.key}"`
    const got = describeNode(value)
    context.faults.push(CFG_TYPE({ what, expected: 'an expression', got }, value.where))
    return undefined
  }
  if (context.spoils(value)) return undefined
  try {
    const expression = checkExpression(value.text, { ...context.scope, keys: [] })
    return {
      name: entry.key,
      description: `${entry.key}: ${value.text}`,
      fields: expression.fields,
      expects: expression.expected,
      read: (record, { timestamp }) => expression.evaluate(record, { timestamp }),
    }
  } catch (error) {
    context.expressionFault(error, value)
    return undefined
  }
}

function checkNames(
  parts: readonly Read[],
  node: ConfigNode,
  what: string,
  context: LoadContext,
): void {
  const twice = parts.find(({ name }, index) =>
    parts.slice(0, index).some((other) => other.name === name),
  )
  if (twice === undefined) return
  const hint = 'Give each a name of its own with a map: by: { name: path, other: path }.'
  const got = `"${twice.name}" twice`
  const fault = { what, expected: 'paths with different last names', got, hint }
  context.faults.push(CFG_TYPE(fault, node.where))
}

function readInputs(
  { node, what, path }: Place & { readonly node: ConfigNode },
  entries: ReadonlyMap<string, MapEntry>,
  inputs: readonly string[],
  context: LoadContext,
): Keys | undefined {
  const before = context.faults.length
  const expected = inputs.join(', ')
  const keys = [...entries.keys()]
  if (keys.toSorted().join() !== [...inputs].toSorted().join()) {
    const got = keys.join(', ') || 'none'
    context.faults.push(CFG_INPUTS({ id: what.replaceAll('"', ''), expected, got }, node.where))
    return undefined
  }
  const all = inputs.map((name): [string, readonly Read[]] => {
    const entry = entries.get(name)
    if (entry === undefined) return [name, []]
    const parts = readPaths(entry.value, what, context)
    const value = parts.length === 1 ? parts[0]?.description : parts.map(text)
    context.addValue(`${path}.${name}`, value, entry.value, false, expectsOf(parts))
    return [name, parts]
  })
  const first = all[0]?.[1] ?? []
  for (const [name, parts] of all) {
    if (parts.length === first.length) continue
    const got = `${parts.length} for "${name}"`
    const fault = { what, expected: `a list of ${first.length} paths for each input`, got }
    context.faults.push(CFG_TYPE(fault, entries.get(name)?.where ?? node.where))
  }
  if (context.faults.length > before) return undefined
  // Results carry the names of the first input.
  const named = all.map(([name, parts]): [string, readonly Read[]] => [
    name,
    parts.map((part, index) => ({ ...part, name: first[index]?.name ?? part.name })),
  ])
  const reads = named.flatMap(([, parts]) => parts.flatMap(({ fields }) => fields))
  return { parts: Object.fromEntries(named), reads }
}
