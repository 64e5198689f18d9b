import type { MillraceError, Where } from '@millrace/base'
import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Document,
  type LineCounter,
  type Node,
  type Pair,
  type Scalar,
} from 'yaml'
import {
  CFG_YAML_ALIAS,
  CFG_YAML_COMMA,
  CFG_YAML_DEPTH,
  CFG_YAML_DUPLICATE,
  CFG_YAML_KEY,
  CFG_YAML_TAG,
} from '../errors.ts'
import { joinPath, type ConfigNode, type MapEntry, type ScalarNode } from './config-node.ts'
import { quoteLine } from './quote-line.ts'

const depthMax = 100
// Nodes that aliases may add in all: enough for shared settings, too few for a bomb.
const aliasNodesMax = 10_000

/** Turns the YAML library's tree into ours, with places, and collects what it refuses. */
export class Converter {
  readonly faults: MillraceError[] = []
  readonly #document: Document
  readonly #file: string
  readonly #lines: readonly string[]
  readonly #counter: LineCounter
  readonly #open = new Set<Node>()
  /** Names that aliases use. */
  readonly #used: ReadonlySet<string>
  #inAlias = 0
  #aliasNodes = 0
  #isBomb = false

  constructor(document: Document, file: string, lines: readonly string[], counter: LineCounter) {
    this.#document = document
    this.#file = file
    this.#lines = lines
    this.#counter = counter
    this.#used = new Set(aliases(document.contents))
  }

  /** The tree below `node`; undefined where nothing sensible is left, with a fault. */
  convert(node: Node, path = '', flow = false, depth = 0): ConfigNode | undefined {
    const where = this.#where(node, path)
    if (depth > depthMax) return this.#refuse(CFG_YAML_DEPTH({ most: depthMax }, where))
    if (this.#inAlias > 0 && ++this.#aliasNodes > aliasNodesMax) return undefined
    if (isAlias(node)) return this.#alias(node.source, where, path, depth)
    if (node.tag !== undefined && !isCoreTag(node.tag)) {
      const tag = node.tag.replace('tag:yaml.org,2002:', '!!')
      return this.#refuse(CFG_YAML_TAG({ tag, paste: this.#paste(where) }, where))
    }
    if (isScalar(node)) return this.#scalar(node, where, flow)
    if (this.#open.has(node)) {
      const name = node.anchor ?? ''
      return this.#refuse(CFG_YAML_ALIAS({ name, problem: 'stands inside itself' }, where))
    }
    this.#open.add(node)
    try {
      if (isMap(node)) return this.#map(node.items, where, path, node.flow === true, depth)
      if (isSeq(node)) return this.#list(node.items, where, path, node.flow === true, depth)
      return undefined
    } finally {
      this.#open.delete(node)
    }
  }

  #map(items: readonly Pair[], where: Where, path: string, flow: boolean, depth: number) {
    const entries = new Map<string, MapEntry>()
    for (const pair of items) {
      const key = pair.key as Node
      const keyWhere = this.#where(key, path)
      if (!isScalar(key) || key.value === null || typeof key.value === 'object') {
        this.faults.push(CFG_YAML_KEY({ problem: 'got something else' }, keyWhere))
        continue
      }
      const name = key.source ?? JSON.stringify(key.value)
      const at: Where = { ...keyWhere, path: joinPath(path, name) }
      if (name === '__proto__') {
        this.faults.push(CFG_YAML_KEY({ problem: '"__proto__" is refused' }, at))
        continue
      }
      const first = entries.get(name)
      if (first !== undefined) {
        this.faults.push(CFG_YAML_DUPLICATE({ key: name, first: first.where.line ?? 0 }, at))
        continue
      }
      if (flow && !hasColon(pair)) {
        this.#split(name, at)
        continue
      }
      const value = this.convert(pair.value as Node, at.path, flow, depth + 1)
      if (value !== undefined) entries.set(name, { key: name, where: at, value })
    }
    return { kind: 'map', where, origin: 'file', entries } as const
  }

  #list(items: readonly unknown[], where: Where, path: string, flow: boolean, depth: number) {
    const nodes = items.flatMap((item, index) => {
      if (isPair(item)) return []
      const node = this.convert(item as Node, joinPath(path, index), flow, depth + 1)
      return node === undefined ? [] : [node]
    })
    return { kind: 'list', where, origin: 'file', items: nodes } as const
  }

  #scalar(node: Scalar, where: Where, flow: boolean): ConfigNode | undefined {
    const { value } = node
    const plain = node.type === 'PLAIN'
    const text = plain || typeof value !== 'string' ? (node.source ?? '') : value
    if (flow && plain && count(text, '(') > count(text, ')')) {
      this.#split(text, where)
      return undefined
    }
    const start = node.range?.[0] ?? 0
    const { line } = this.#counter.linePos(node.range?.[1] ?? start)
    const rest = this.#lines[line - 1]?.slice(this.#counter.linePos(node.range?.[1] ?? 0).col - 1)
    return {
      kind: 'scalar',
      where,
      origin: 'file',
      value: isLeaf(value) ? value : text,
      text,
      placeAt: this.#places(node, text),
      commentAfter: plain && /^\s+#/.test(rest ?? ''),
      anchor: this.#dropped(node),
      paste: () => this.#paste(where),
    }
  }

  /** The anchor of a plain text that nothing uses. */
  #dropped({ anchor, type }: Scalar): string | undefined {
    return type === 'PLAIN' && anchor !== undefined && !this.#used.has(anchor) ? anchor : undefined
  }

  /** How places inside the text map to the file: only where the file holds the text letter by letter. */
  #places(node: Scalar, text: string): ScalarNode['placeAt'] {
    const start = node.range?.[0] ?? 0
    const { line, col } = this.#counter.linePos(start)
    const written = this.#lines[line - 1] ?? ''
    const lead = node.type === 'PLAIN' ? 0 : 1
    if (written.slice(col - 1 + lead).startsWith(text)) {
      return (index) => ({ line, column: col + lead + index })
    }
    const shown = node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED'
    const own = text.trimEnd().split('\n')
    const columns = own.map((part, index) => (this.#lines[line + index] ?? '').indexOf(part) + 1)
    if (!shown || columns.includes(0)) return undefined
    return (index) => {
      const before = text.slice(0, index).split('\n')
      const column = (columns[before.length - 1] ?? 1) + (before.at(-1)?.length ?? 0)
      return { line: line + before.length, column }
    }
  }

  #alias(name: string, where: Where, path: string, depth: number): ConfigNode | undefined {
    let target: Node | undefined
    for (const found of anchors(this.#document.contents)) if (found.anchor === name) target = found
    if (target === undefined) {
      return this.#refuse(CFG_YAML_ALIAS({ name, problem: 'names no anchor above it' }, where))
    }
    this.#inAlias += 1
    const node = this.convert(target, path, false, depth)
    this.#inAlias -= 1
    if (this.#aliasNodes > aliasNodesMax) {
      if (this.#inAlias > 0 || this.#isBomb) return undefined
      this.#isBomb = true
      const problem = `and those before it stand for more than ${aliasNodesMax} values`
      return this.#refuse(CFG_YAML_ALIAS({ name, problem }, where))
    }
    return node
  }

  /** Once in a line: the parts behind it are consequences. */
  #split(part: string, where: Where): void {
    const isKnown = this.faults.some((fault) => fault.where.line === where.line)
    if (!isKnown) this.faults.push(CFG_YAML_COMMA({ part, paste: this.#paste(where) }, where))
  }

  #where(node: Node | null, path: string): Where {
    const { line, col } = this.#counter.linePos(node?.range?.[0] ?? 0)
    return { file: this.#file, line, column: col, path }
  }

  #paste(where: Where): string | undefined {
    return quoteLine(this.#lines[(where.line ?? 1) - 1] ?? '')
  }

  #refuse(fault: MillraceError): undefined {
    this.faults.push(fault)
    return undefined
  }
}

function hasColon(pair: Pair): boolean {
  const sep = pair.srcToken?.sep
  return sep === undefined
    ? pair.srcToken === undefined
    : sep.some((token) => token.type === 'map-value-ind')
}

function* anchors(node: unknown): Generator<Node> {
  if (isMap(node) || isSeq(node)) {
    if (node.anchor !== undefined) yield node
    for (const item of node.items) {
      if (isPair(item)) {
        yield* anchors(item.key)
        yield* anchors(item.value)
      } else yield* anchors(item)
    }
  } else if (isScalar(node) && node.anchor !== undefined) yield node
}

function* aliases(node: unknown): Generator<string> {
  if (isAlias(node)) yield node.source
  else if (isPair(node)) {
    yield* aliases(node.key)
    yield* aliases(node.value)
  } else if (isMap(node) || isSeq(node)) for (const item of node.items) yield* aliases(item)
}

const isCoreTag = (tag: string): boolean =>
  /^tag:yaml\.org,2002:(?:str|int|float|bool|null|map|seq)$/.test(tag)

const isLeaf = (value: unknown): value is string | number | boolean | null =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value)

const count = (text: string, sign: string): number => text.split(sign).length - 1
