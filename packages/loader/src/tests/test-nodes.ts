import type { MillraceError } from '@millrace/base'
import {
  describeNode,
  type ConfigNode,
  type ListNode,
  type MapNode,
} from '../document/config-node.ts'
import { valueOf } from '../document/value-of.ts'
import { CFG_TYPE } from '../errors.ts'

/** The maps under `tests:`; whatever is none is a fault. */
export function testNodes(root: MapNode, faults: MillraceError[]): readonly MapNode[] {
  const node = root.entries.get('tests')?.value
  if (node === undefined) return []
  const list = listOf(node)
  if (list === undefined) {
    const got = describeNode(node)
    faults.push(CFG_TYPE({ what: '"tests"', expected: 'a list of tests', got }, node.where))
    return []
  }
  return list.items.flatMap((item) => {
    if (item.kind === 'map') return [item]
    const got = describeNode(item)
    const expected = 'a map with name, given and expect'
    faults.push(CFG_TYPE({ what: 'A test', expected, got }, item.where))
    return []
  })
}

/** The name of a test; without one its number. */
export function nameOf(node: MapNode, index: number, faults: MillraceError[] = []): string {
  const name = node.entries.get('name')?.value
  if (name === undefined) return `test ${index + 1}`
  if (name.kind === 'scalar' && name.value !== null && name.text !== '') return name.text
  faults.push(CFG_TYPE({ what: '"name"', expected: 'a text', got: describeNode(name) }, name.where))
  return `test ${index + 1}`
}

/** The environment that a test brings. */
export function envOf(node: MapNode, faults: MillraceError[]): Readonly<Record<string, string>> {
  const env = node.entries.get('env')?.value
  if (env === undefined) return {}
  const values = valueOf(env)
  if (env.kind === 'map') {
    const wrong = [...env.entries.values()].find(({ value }) => value.kind !== 'scalar')
    if (wrong === undefined) {
      const texts = Object.entries(values as object).map(([name, value]) => [name, String(value)])
      return Object.fromEntries(texts)
    }
  }
  const expected = 'a map of names to texts'
  faults.push(CFG_TYPE({ what: '"env"', expected, got: describeNode(env) }, env.where))
  return {}
}

/** A list; nothing at all is an empty one. */
export function listOf(node: ConfigNode): ListNode | undefined {
  if (node.kind === 'list') return node
  if (node.kind === 'scalar' && node.value === null) {
    return { kind: 'list', where: node.where, origin: node.origin, items: [] }
  }
  return undefined
}
