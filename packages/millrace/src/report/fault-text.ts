import { readFileSync } from 'node:fs'
import { isAbsolute, relative, resolve } from 'node:path'
import { isMillraceError, messageOf, type MillraceError, renderWhere } from '@millrace/base'
import { plain, type Paint } from '../paint.ts'

/** How faults are shown. */
export interface FaultOptions {
  /** Files are named relative to it. */
  readonly cwd: string
  readonly paint?: Paint
  /** `warning` instead of `error`. */
  readonly kind?: 'error' | 'warning'
  /** Text of a file; undefined when it cannot be read. Default: from disk. */
  readonly read?: (file: string) => string | undefined
}

const excerptWidth = 100

/** One fault: code and message, place, the source line with a caret under the column, the next step. */
export function renderFault(fault: MillraceError, options: FaultOptions): string {
  const { cwd, paint = plain, kind = 'error', read = readText } = options
  const { file } = fault.where
  const path = file === undefined ? undefined : resolve(cwd, file)
  const where = renderWhere({ ...fault.where, file: path && displayPath(path, cwd) })
  const title = paint(kind === 'error' ? 'red' : 'yellow', `${kind}[${fault.code}]`)
  const lines = [`${title}: ${fault.message.replaceAll('\n', '\n  ')}`]
  if (where !== '') lines.push(`  at   ${where}`)
  if (path !== undefined) lines.push(...excerpt(fault, read(path), paint))
  lines.push(`  ${paint('cyan', 'next')} ${fault.hint}`)
  return lines.join('\n')
}

/** All faults, an empty line apart. */
export function renderFaults(faults: readonly MillraceError[], options: FaultOptions): string {
  const texts = new Map<string, string | undefined>()
  const source = options.read ?? readText
  const read = (file: string): string | undefined => {
    if (!texts.has(file)) texts.set(file, source(file))
    return texts.get(file)
  }
  return faults.map((fault) => `${renderFault(fault, { ...options, read })}\n`).join('\n')
}

/** Any error for people: faults with their place, others by their message; the stack only when asked for. */
export function renderAny(error: unknown, options: FaultOptions, stack: boolean): string {
  if (isMillraceError(error)) {
    const trace = stack && error.stack !== undefined ? `\n${error.stack}` : ''
    return `${renderFault(error, options)}${trace}\n`
  }
  const { paint = plain } = options
  if (stack && error instanceof Error && error.stack !== undefined) return `${error.stack}\n`
  const message = messageOf(error)
  const next = 'This is not an expected error; set MILLRACE_DEBUG=1 to see where it comes from.'
  return `${paint('red', 'error')}: ${message}\n  ${paint('cyan', 'next')} ${next}\n`
}

/** A file as people know it: relative when it lies below the folder, else in full. */
export function displayPath(file: string, cwd: string | undefined): string {
  if (cwd === undefined || !isAbsolute(file)) return file
  const path = relative(cwd, file)
  return path === '' || path.startsWith('..') ? file : path
}

function excerpt(fault: MillraceError, text: string | undefined, paint: Paint): string[] {
  const { line, column } = fault.where
  if (text === undefined || line === undefined) return []
  const content = text.split(/\r?\n/)[line - 1]
  if (content === undefined || content.trim() === '') return []
  const number = String(line)
  const bar = paint('dim', '|')
  const { shown, at } = around(content, (column ?? 1) - 1)
  const lines = [`       ${paint('dim', number)} ${bar} ${shown}`]
  if (column !== undefined) {
    // Tabs stay tabs, so that the caret stands under its column whatever their width.
    const indent = shown.slice(0, at).replaceAll(/[^\t]/g, ' ')
    lines.push(`       ${' '.repeat(number.length)} ${bar} ${indent}${paint('red', '^')}`)
  }
  return lines
}

/** The part of a long line around the column. */
function around(line: string, at: number): { shown: string; at: number } {
  if (line.length <= excerptWidth) return { shown: line, at }
  const start = Math.max(0, Math.min(at - excerptWidth / 2, line.length - excerptWidth))
  const head = start > 0 ? '…' : ''
  const tail = start + excerptWidth < line.length ? '…' : ''
  const shown = head + line.slice(start, start + excerptWidth) + tail
  return { shown, at: at - start + head.length }
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
