import type { Node } from './syntax/node.ts'

/** The dotted paths of the record that an expression reads, each once, in order; `record` when it reads the whole. */
export function fieldsOf(node: Node): readonly string[] {
  const found = new Set<string>()
  collect(node, found)
  return [...found]
}

/**
 * The fields that an expression takes for granted: those it reads without asking whether they are there. `has(x)`, `coalesce(x, 0)`
 * and a comparison of x with null ask, and so x may be missing everywhere else in the same expression too.
 */
export function expectedOf(node: Node): readonly string[] {
  const optional = new Set<string>()
  collectOptional(node, optional)
  return fieldsOf(node).filter(
    (field) =>
      field !== 'record' &&
      !optional.has(field) &&
      ![...optional].some((path) => field.startsWith(`${path}.`)),
  )
}

/** Which of the scope's names an expression reads, by their places, each once. */
export function namesOf(node: Node): readonly number[] {
  const found = new Set<number>()
  const walk = (part: Node): void => {
    if (part.kind === 'name') found.add(part.place)
    for (const inner of partsOf(part)) walk(inner)
  }
  walk(node)
  return [...found]
}

function collectOptional(node: Node, found: Set<string>): void {
  if (asksForNull(node)) collect(node, found)
  else for (const part of partsOf(node)) collectOptional(part, found)
}

function asksForNull(node: Node): boolean {
  if (node.kind === 'equal') return isNull(node.left) || isNull(node.right)
  return node.kind === 'has' || node.kind === 'coalesce'
}

const isNull = (node: Node): boolean => node.kind === 'constant' && node.value === null

function collect(node: Node, found: Set<string>): void {
  const path = pathOf(node)
  if (path !== undefined) {
    found.add(path === '' ? 'record' : path)
    return
  }
  for (const part of partsOf(node)) collect(part, found)
}

/** The path of a chain of fields that starts at the record: '' for the record, undefined for anything else. */
function pathOf(node: Node): string | undefined {
  if (node.kind === 'record') return ''
  const name = stepOf(node)
  if (name === undefined || (node.kind !== 'field' && node.kind !== 'index')) return undefined
  const parent = pathOf(node.object)
  if (parent === undefined) return undefined
  return parent === '' ? name : `${parent}.${name}`
}

/** The name one step adds; an index that a dotted path cannot hold is none. */
function stepOf(node: Node): string | undefined {
  if (node.kind === 'field') return node.name
  if (node.kind !== 'index' || node.index.kind !== 'constant') return undefined
  const name = node.index.value
  return typeof name === 'string' && name !== '' && !name.includes('.') ? name : undefined
}

function partsOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'field':
      return [node.object]
    case 'index':
      return [node.object, node.index]
    case 'not':
    case 'negate':
    case 'has':
      return [node.operand]
    case 'and':
    case 'or':
    case 'equal':
    case 'compare':
    case 'arithmetic':
    case 'in':
      return [node.left, node.right]
    case 'choose':
      return [node.condition, node.yes, node.no]
    case 'list':
      return node.items
    case 'map':
      return node.entries.flat()
    case 'macro':
      return [node.over, node.condition, node.result].filter((part) => part !== undefined)
    case 'call':
    case 'coalesce':
      return node.arguments
    default:
      return []
  }
}
