import type { MillraceError } from '@millrace/base'
import { isAlias, LineCounter, parseAllDocuments, type Document, type YAMLError } from 'yaml'
import {
  CFG_EMPTY,
  CFG_TYPE,
  CFG_YAML,
  CFG_YAML_DEPTH,
  CFG_YAML_DOCUMENTS,
  CFG_YAML_TAB,
  CFG_YAML_TAG,
} from '../errors.ts'
import { describeNode, type MapNode } from './config-node.ts'
import { quoteLine } from './quote-line.ts'
import { Converter } from './to-config-node.ts'

/** The document, or all that is wrong with its YAML. `root` is absent where the structure cannot be known. */
export interface ReadDocument {
  readonly root?: MapNode
  readonly faults: readonly MillraceError[]
}

const options = {
  version: '1.2',
  schema: 'core',
  merge: false,
  uniqueKeys: false,
  keepSourceTokens: true,
  prettyErrors: false,
  logLevel: 'silent',
} as const

/** Reads YAML or JSON, keeping the place of everything. Refuses what YAML would change or drop in silence. */
export function readDocument(text: string, file: string): ReadDocument {
  const lineCounter = new LineCounter()
  const lines = text.split(/\r?\n/)
  let documents: readonly Document[]
  try {
    documents = [...parseAllDocuments(text, { ...options, lineCounter })]
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return { faults: [CFG_YAML_DEPTH({ most: 100 }, { file, line: 1, column: 1 })] }
  }
  const [document, second] = documents
  if (document === undefined) return { faults: [CFG_EMPTY({}, { file, line: 1, column: 1 })] }
  const faults = syntaxFaults(document, file, lines, lineCounter)
  if (second !== undefined) {
    const { line, col } = lineCounter.linePos(second.range?.[0] ?? 0)
    faults.push(CFG_YAML_DOCUMENTS({}, { file, line: Math.max(1, line), column: col }))
  }
  if (faults.length > 0) return { faults }
  if (document.contents === null || isAlias(document.contents)) {
    return { faults: [CFG_EMPTY({}, { file, line: 1, column: 1 })] }
  }
  const converter = new Converter(document, file, lines, lineCounter)
  const root = converter.convert(document.contents)
  if (root?.kind === 'map') return { root, faults: converter.faults }
  if (root === undefined) return { faults: converter.faults }
  if (root.kind === 'scalar' && root.value === null) {
    return { faults: [CFG_EMPTY({}, { file, line: 1, column: 1 })] }
  }
  const got = describeNode(root)
  const what = { what: 'A job file', expected: 'a map with the key "pipeline"', got }
  return { faults: [...converter.faults, CFG_TYPE(what, root.where)] }
}

/** The first fault of each line: what follows on it is mostly a consequence. */
function syntaxFaults(
  document: Document,
  file: string,
  lines: readonly string[],
  lineCounter: LineCounter,
): MillraceError[] {
  const faults = new Map<number, MillraceError>()
  const found: readonly YAMLError[] = [...document.errors, ...document.warnings]
  for (const error of found.toSorted((a, b) => a.pos[0] - b.pos[0])) {
    const { line, col } = lineCounter.linePos(error.pos[0])
    if (faults.has(line)) continue
    const written = lines[line - 1] ?? ''
    const where = { file, line, column: col }
    const quoted = quoteLine(written)
    const paste = quoted !== undefined && isCured(lines, line, quoted) ? quoted : undefined
    if (error.code === 'TAB_AS_INDENT' || /^ *\t/.test(written)) {
      faults.set(line, CFG_YAML_TAB({ line: written.trim() }, where))
    } else if (error.code === 'TAG_RESOLVE_FAILED') {
      const tag = /![^\s,[\]{}]*/.exec(written.slice(col - 1))?.[0] ?? '!'
      faults.set(line, CFG_YAML_TAG({ tag, paste }, where))
    } else if (/call stack|stack overflow/i.test(error.message)) {
      faults.set(line, CFG_YAML_DEPTH({ most: 100 }, where))
    } else {
      const problem = decapitalize(error.message.replace(/\.$/, ''))
      faults.set(line, CFG_YAML({ problem, line: written.trim(), paste }, where))
    }
  }
  return [...faults.values()]
}

/** Whether the document has no fault on that line any more once the line is replaced. */
function isCured(lines: readonly string[], line: number, quoted: string): boolean {
  const indent = /^\s*/.exec(lines[line - 1] ?? '')?.[0] ?? ''
  const lineCounter = new LineCounter()
  const text = lines.with(line - 1, `${indent}${quoted}`).join('\n')
  const [document] = parseAllDocuments(text, { ...options, lineCounter })
  const found = [...(document?.errors ?? []), ...(document?.warnings ?? [])]
  return found.every((error) => lineCounter.linePos(error.pos[0]).line !== line)
}

const decapitalize = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)
