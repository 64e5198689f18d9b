import { messageOf } from '../message-of.ts'
import { isMillraceError, type Where } from './millrace-error.ts'

/** `file:line:column  path`, as much of it as is known; empty when nothing is. */
export function renderWhere(where: Where): string {
  const parts: string[] = []
  if (where.file !== undefined) {
    const line = where.line === undefined ? '' : `:${where.line}`
    const column = where.line === undefined || where.column === undefined ? '' : `:${where.column}`
    parts.push(`${where.file}${line}${column}`)
  }
  if (where.path !== undefined && where.path !== '') parts.push(where.path)
  if (where.stage !== undefined) parts.push(`stage ${where.stage}`)
  if (where.record !== undefined) parts.push(`record ${where.record}`)
  return parts.join('  ')
}

/** One error as text: code and message, place, next step. No stack trace. */
export function renderError(error: unknown): string {
  if (!isMillraceError(error)) {
    return `error: ${messageOf(error)}`
  }
  const where = renderWhere(error.where)
  const at = where === '' ? '' : `\n  at   ${where}`
  return `error[${error.code}]: ${error.message}${at}\n  next ${error.hint}`
}
