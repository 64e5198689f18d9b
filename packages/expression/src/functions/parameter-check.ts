import { parseDuration } from '@millrace/base'
import { isZone } from '../time/zone.ts'
import type { ParameterKind } from './built-in.ts'
import { patternOf } from './text.ts'
import { writerOf } from './times.ts'

/** What an argument of this kind should be, for error texts. */
export function expectationOf(kind: ParameterKind): string {
  switch (kind) {
    case 'any':
      return 'a value'
    case 'string':
      return 'a text'
    case 'duration':
      return 'a duration such as 15m'
    case 'zone':
      return 'a time zone such as Europe/Berlin'
    case 'timeFormat':
      return "a time format in quotes such as 'yyyy-MM-dd HH:mm'"
    case 'pattern':
      return 'a regular expression in quotes'
    default:
      return `a ${kind}`
  }
}

/** Whether a constant can be right for the kind; null always is. */
export function acceptsConstant(kind: ParameterKind, value: unknown): boolean {
  if (value === null) return true
  if (typeof value !== 'string') return hasKind(kind, value)
  switch (kind) {
    case 'duration':
      return (parseDuration(value) ?? 0) > 0
    case 'zone':
      return isZone(value)
    case 'timeFormat':
      return writerOf(value) !== undefined
    case 'pattern':
      return patternOf(value) !== undefined
    default:
      return kind === 'any' || kind === 'string'
  }
}

/** Whether a value that is not null has the type of the kind. */
export function hasKind(kind: ParameterKind, value: unknown): boolean {
  switch (kind) {
    case 'any':
      return true
    case 'number':
    case 'boolean':
      return typeof value === kind
    case 'list':
      return Array.isArray(value)
    default:
      return typeof value === 'string'
  }
}
