import {
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  type Node,
  parseDocument,
  stringify,
} from 'yaml'

/** What an expectation should say instead. */
export interface ExpectationEdit {
  /** Steps to the list of records from the root of the document; the last is the name of what is looked at. */
  readonly path: readonly (string | number)[]
  readonly records: readonly unknown[]
}

interface Splice {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** The text of a job file with other expectations; everything else stays letter by letter. Aliases are left alone. */
export function updateExpectations(text: string, edits: readonly ExpectationEdit[]): string {
  const editor = new Editor(text)
  const groups = Map.groupBy(edits, ({ path }) => JSON.stringify(path.slice(0, -1)))
  const splices = [...groups.values()].flatMap((group) => editor.splices(group))
  let result = text
  for (const { start, end, text: line } of splices.toSorted((a, b) => b.start - a.start)) {
    result = result.slice(0, start) + line + result.slice(end)
  }
  return result
}

class Editor {
  readonly #text: string
  readonly #isJson: boolean
  readonly #document: ReturnType<typeof parseDocument>

  constructor(text: string) {
    this.#text = text
    this.#isJson = text.trimStart().startsWith('{')
    this.#document = parseDocument(text, { version: '1.2', schema: 'core' })
  }

  /** Edits of one map of expectations. */
  splices(edits: readonly ExpectationEdit[]): readonly Splice[] {
    const path = edits[0]?.path.slice(0, -1) ?? []
    const map = this.#document.getIn(path, true)
    if (!isMap(map)) return []
    if (map.flow === true && !this.#isInFlow(path)) return [this.#opened(map, edits)]
    return edits.flatMap((edit) => {
      const node = this.#document.getIn(edit.path, true)
      // An alias stands for others too: nobody asked for those to change.
      if (!isNode(node) || isAlias(node)) return []
      const { start, end } = this.#rangeOf(node)
      const lines = edit.records.map((record) => this.#render(record))
      if (map.flow === true) return [{ start, end, text: `[${lines.join(', ')}]` }]
      return [this.#list(lines, start, end)]
    })
  }

  /** `{ sink: [] }` with one line for each record. */
  #opened(map: Node & { items: readonly unknown[] }, edits: readonly ExpectationEdit[]): Splice {
    const { start, end } = this.#rangeOf(map)
    const indent = `${this.#indentAt(start)}  `
    const entries = (map.items as readonly { key: unknown; value: unknown }[]).map(
      ({ key, value }) => {
        const name = isScalar(key) ? String(key.value) : ''
        const edit = edits.find(({ path }) => path.at(-1) === name)
        if (edit === undefined) return `${indent}${name}: ${this.#source(value)}`
        if (edit.records.length === 0) return `${indent}${name}: []`
        const lines = edit.records.map((record) => `\n${indent}  - ${this.#render(record)}`)
        return `${indent}${name}:${lines.join('')}`
      },
    )
    // The space behind the colon goes with the value.
    const from = this.#text[start - 1] === ' ' ? start - 1 : start
    return { start: from, end, text: `\n${entries.join('\n')}` }
  }

  #list(lines: readonly string[], start: number, end: number): Splice {
    const before = this.#text.slice(this.#text.lastIndexOf('\n', start - 1) + 1, start)
    const isBlock = /^\s*$/.test(before)
    // An empty list stands behind the colon.
    if (lines.length === 0) {
      const from = this.#text.lastIndexOf(':', start)
      return { start: isBlock ? from : start, end, text: isBlock ? ': []' : '[]' }
    }
    const indent = isBlock ? before : `${this.#indentAt(start)}  `
    const list = lines.map((line) => `- ${line}`).join(`\n${indent}`)
    if (isBlock) return { start, end, text: list }
    const from = this.#text[start - 1] === ' ' ? start - 1 : start
    return { start: from, end, text: `\n${indent}${list}` }
  }

  /** The column at which the key of the line at `start` stands, in spaces. */
  #indentAt(start: number): string {
    const line = this.#text.slice(this.#text.lastIndexOf('\n', start - 1) + 1, start)
    return /^[\s-]*/.exec(line)?.[0].replaceAll('-', ' ') ?? ''
  }

  #isInFlow(path: readonly (string | number)[]): boolean {
    return path.some((_, depth) => {
      const node = this.#document.getIn(path.slice(0, depth), true)
      return isCollection(node) && node.flow === true
    })
  }

  #rangeOf(node: Node): { start: number; end: number } {
    const [start = 0, end = 0] = node.range ?? []
    return { start, end: start + this.#text.slice(start, end).trimEnd().length }
  }

  #source(node: unknown): string {
    if (!isNode(node)) return '[]'
    const { start, end } = this.#rangeOf(node)
    return this.#text.slice(start, end)
  }

  /** One record on one line, as short as the language allows. */
  #render(record: unknown): string {
    if (this.#isJson) return JSON.stringify(record)
    return stringify(record, {
      version: '1.2',
      schema: 'core',
      collectionStyle: 'flow',
      lineWidth: 0,
      flowCollectionPadding: true,
    }).trimEnd()
  }
}
