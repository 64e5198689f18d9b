import type { Where } from '@millrace/base'

/** Where a configured value comes from. */
export type ValueOrigin = 'file' | 'default' | 'environment' | 'flag'

interface NodeBase {
  /** Place in the document, such as `pipeline.stages[1].parameters.size`; where.path says the same. */
  readonly where: Where
  readonly origin: ValueOrigin
}

/** A key with its own place, and the value under it. */
export interface MapEntry {
  readonly key: string
  readonly where: Where
  readonly value: ConfigNode
}

/** A map of the document. Overrides change `entries` in place. */
export interface MapNode extends NodeBase {
  readonly kind: 'map'
  readonly entries: Map<string, MapEntry>
}

export interface ListNode extends NodeBase {
  readonly kind: 'list'
  readonly items: readonly ConfigNode[]
}

/** A leaf. `text` is what stands in the document, before YAML gave it a type. */
export interface ScalarNode extends NodeBase {
  readonly kind: 'scalar'
  readonly value: string | number | boolean | null
  readonly text: string
  /** Place of the character at `index` of the text; absent: only the start is known. */
  readonly placeAt?: ((index: number) => { line: number; column: number }) | undefined
  /** The rest of the line became a comment. */
  readonly commentAfter?: boolean | undefined
  /** `&name` in front of a plain text, where no alias uses it: YAML drops it. */
  readonly anchor?: string | undefined
  /** The line with its values quoted, ready to paste. */
  readonly paste?: (() => string | undefined) | undefined
}

/** The document as a tree that knows its places and origins. */
export type ConfigNode = MapNode | ListNode | ScalarNode

/** A node in a few letters, for messages: `string "abc"`, `a map`. */
export function describeNode(node: ConfigNode | undefined): string {
  if (node === undefined) return 'nothing'
  if (node.kind === 'map') return 'a map'
  if (node.kind === 'list') return 'a list'
  return describeScalar(node.value)
}

/** A scalar in a few letters, for messages: `number 5`, `nothing` for null. */
export function describeScalar(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  const text = JSON.stringify(value) ?? typeof value
  return `${typeof value} ${text.length > 60 ? `${text.slice(0, 57)}...` : text}`
}

/** The tree of a value that did not come from the file, such as that of a flag. */
export function nodeOf(value: unknown, where: Where, origin: ValueOrigin): ConfigNode {
  const step = (item: unknown, key: string | number): ConfigNode =>
    nodeOf(item, { ...where, path: joinPath(where.path ?? '', key) }, origin)
  if (Array.isArray(value)) {
    return { kind: 'list', where, origin, items: value.map((item, index) => step(item, index)) }
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, item]): [string, MapEntry] => {
      const child = step(item, key)
      return [key, { key, where: child.where, value: child }]
    })
    return { kind: 'map', where, origin, entries: new Map(entries) }
  }
  const scalar =
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? value
      : null
  return { kind: 'scalar', where, origin, value: scalar, text: String(value) }
}

/** A path with one more step: `stages` and 1 give `stages[1]`. */
export function joinPath(path: string, step: string | number): string {
  if (typeof step === 'number') return `${path}[${step}]`
  return path === '' ? step : `${path}.${step}`
}
