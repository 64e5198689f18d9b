import type { ConfigNode } from './config-node.ts'

/** The plain value of a tree, as JSON would have it. */
export function valueOf(node: ConfigNode): unknown {
  if (node.kind === 'scalar') return node.value
  if (node.kind === 'list') return node.items.map(valueOf)
  const entries = [...node.entries.values()].map(({ key, value }) => [key, valueOf(value)])
  return Object.fromEntries(entries)
}
