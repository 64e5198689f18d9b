import { parseDocument } from 'yaml'

/**
 * The line with its values in quotes, so that YAML leaves them as they are; undefined where no such line is found. Made for
 * `key: value`, `- value` and flow maps, which is where expressions stand.
 */
export function quoteLine(line: string): string | undefined {
  const match = /^(\s*(?:- +)*)(?:(["']?[\w@./#-]+["']?:) +)?(\S.*)$/.exec(
    line.replaceAll('\t', '  '),
  )
  if (match === null) return undefined
  const [, indent = '', key, rest = ''] = match
  const value = rest.trimEnd()
  // Without a key or a dash there is no value, nor where the value is a key that continues below.
  if (!isBalanced(value)) return undefined
  const isValue = (key !== undefined || indent.includes('-')) && !/^[\w@./#-]+:$/.test(value)
  if (!isValue) return undefined
  const quoted = isWrapped(value, '{', '}')
    ? quoteFlowMap(value)
    : isWrapped(value, '[', ']')
      ? quoteList(value)
      : quoteText(value)
  const result = `${indent}${key === undefined ? '' : `${key} `}${quoted}`.trim()
  return result !== line.trim() && isSound(result) ? result : undefined
}

function isSound(line: string): boolean {
  const document = parseDocument(line, { logLevel: 'silent' })
  return document.errors.length === 0 && document.warnings.length === 0
}

const isWrapped = (text: string, open: string, close: string): boolean =>
  text.startsWith(open) && text.endsWith(close)

function quoteList(text: string): string {
  return `[${splitTop(text.slice(1, -1), ',').map(quoteValue).join(', ')}]`
}

/** Whether every bracket is closed by its own kind: only then is it sure where a value ends. */
function isBalanced(text: string): boolean {
  const open: string[] = []
  for (const sign of text.replaceAll(/"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'/g, '')) {
    if ('([{'.includes(sign)) open.push(sign)
    else if (')]}'.includes(sign) && open.pop() !== '([{'.charAt(')]}'.indexOf(sign))) return false
  }
  return open.length === 0
}

function quoteFlowMap(text: string): string {
  const pairs = splitTop(text.slice(1, -1), ',').map((part) => {
    const match = /^\s*(["']?[\w@./#-]+["']?):\s+(.*\S)\s*$/.exec(part)
    return match === null ? part.trim() : `${match[1]}: ${quoteValue(match[2] ?? '')}`
  })
  return `{ ${pairs.join(', ')} }`
}

function quoteValue(text: string): string {
  const value = text.trim()
  if (isWrapped(value, '{', '}')) return quoteFlowMap(value)
  if (isWrapped(value, '[', ']')) return quoteList(value)
  const plain = /^[\w.@/ -]+$/.test(value)
  return plain || isQuoted(value) ? value : quoteText(value)
}

/** Whether the whole value already is one quoted text. */
const isQuoted = (value: string): boolean => /^(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')$/.test(value)

function quoteText(value: string): string {
  if (isQuoted(value)) return value
  if (!value.includes("'")) return `'${value}'`
  if (!/["\\]/.test(value)) return `"${value}"`
  return `'${value.replaceAll("'", "''")}'`
}

/** Splits at a sign that stands outside of quotes, brackets and braces. */
function splitTop(text: string, sign: string): string[] {
  const parts: string[] = []
  let depth = 0
  let quote = ''
  let current = ''
  for (const character of text) {
    if (quote !== '') {
      if (character === quote) quote = ''
    } else if (character === '"' || character === "'") quote = character
    else if ('([{'.includes(character)) depth += 1
    else if (')]}'.includes(character)) depth -= 1
    if (character === sign && depth === 0 && quote === '') {
      parts.push(current)
      current = ''
    } else current += character
  }
  return [...parts, current]
}
