import { parseDuration } from '@millrace/base'
import { isZone } from '../time/zone.ts'
import type { ParameterKind } from './built-in.ts'
import { patternOf } from './text.ts'

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
    case 'pattern':
      return 'a regular expression in quotes'
    default:
      return `a ${kind}`
  }
}

/** Whether a constant text can be right for the kind. */
export function acceptsText(kind: ParameterKind, text: string): boolean {
  switch (kind) {
    case 'duration':
      return (parseDuration(text) ?? 0) > 0
    case 'zone':
      return isZone(text)
    case 'pattern':
      return patternOf(text) !== undefined
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
