import { messageOf, type MillraceError } from '@millrace/base'
import { CFG_JSON } from '../errors.ts'

/** What makes a text no JSON; YAML alone would take a trailing comma, comments and bare words. */
export function jsonFault(text: string, file: string): MillraceError | undefined {
  try {
    JSON.parse(text)
    return undefined
  } catch (error) {
    const message = messageOf(error)
    const index = Number(/ at position (\d+)/.exec(message)?.[1] ?? indexOfToken(message, text))
    const before = text.slice(0, index).split('\n')
    const where = { file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
    const problem = message
      .replace(/(?:,? (?:\.\.\.)?".*"(?:\.\.\.)? is not valid JSON| in JSON at position .*)$/s, '')
      .replace(/ at position .*$/s, '')
      .replace('Unexpected end of JSON input', 'it ends too early')
    const isComma = /,\s*$/.test(text.slice(0, index)) && /^[\]}]/.test(text.slice(index))
    return CFG_JSON({ problem: decapitalize(problem), isComma }, where)
  }
}

/** Of a strange token the engine tells only the text around it: it is the first of its kind that ends the sense of what stands before. */
function indexOfToken(message: string, text: string): number {
  const token = /^Unexpected token '(.)'/su.exec(message)?.[1]
  if (token === undefined) return text.trimEnd().length
  for (let at = text.indexOf(token); at !== -1; at = text.indexOf(token, at + 1)) {
    try {
      JSON.parse(text.slice(0, at + token.length))
    } catch (error) {
      if (error instanceof Error && error.message.startsWith('Unexpected token')) return at
    }
  }
  return 0
}

const decapitalize = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)
