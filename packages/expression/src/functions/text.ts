import { sameValue } from '../operators.ts'
import type { BuiltIn, Parameter } from './built-in.ts'

const text = { name: 'text', kind: 'string' } as const
const part = { name: 'part', kind: 'string' } as const

const patterns = new Map<string, RegExp | undefined>()

/** The compiled pattern, kept for the next call; undefined when it is no regular expression. */
export function patternOf(source: string): RegExp | undefined {
  if (!patterns.has(source)) patterns.set(source, compilePattern(source))
  return patterns.get(source)
}

function compilePattern(source: string): RegExp | undefined {
  try {
    return new RegExp(source, 'u')
  } catch {
    return undefined
  }
}

/** Code points, not code units, so that an emoji is one. */
function points(value: string): readonly string[] {
  return Array.from(value)
}

function size(value: unknown): number | undefined {
  if (typeof value === 'string') return points(value).length
  if (Array.isArray(value)) return value.length
  return typeof value === 'object' && value !== null ? Object.keys(value).length : undefined
}

function contains(whole: unknown, searched: unknown): boolean | undefined {
  if (Array.isArray(whole)) return whole.some((each) => sameValue(each, searched))
  const texts = typeof whole === 'string' && typeof searched === 'string'
  return texts ? whole.includes(searched) : undefined
}

function substring(value: string, start: number, end = Infinity): string | undefined {
  if (!Number.isInteger(start) || start < 0 || end < start) return undefined
  return points(value).slice(start, end).join('')
}

function join(list: readonly unknown[], separator = ''): string | undefined {
  const plain = list.every((each) => each === null || typeof each !== 'object')
  // The join of arrays writes null as nothing.
  return plain ? list.join(separator) : undefined
}

function onText(name: string, call: (value: string) => unknown): BuiltIn {
  return { name, parameters: [text], call }
}

function onTwo(name: string, second: Parameter, call: (a: string, b: string) => unknown): BuiltIn {
  return { name, parameters: [text, second], call }
}

export const textFunctions: readonly BuiltIn[] = [
  { name: 'size', parameters: [{ name: 'value', kind: 'any' }], call: size },
  {
    name: 'contains',
    parameters: [
      { name: 'whole', kind: 'any' },
      { name: 'part', kind: 'any' },
    ],
    call: contains,
  },
  onTwo('startsWith', part, (value, start) => value.startsWith(start)),
  onTwo('endsWith', part, (value, end) => value.endsWith(end)),
  onTwo('matches', { name: 'pattern', kind: 'pattern' }, (value, source) =>
    patternOf(source)?.test(value),
  ),
  onText('lower', (value) => value.toLowerCase()),
  onText('upper', (value) => value.toUpperCase()),
  onText('trim', (value) => value.trim()),
  onTwo('split', { name: 'separator', kind: 'string' }, (value, by) => value.split(by)),
  {
    name: 'join',
    parameters: [
      { name: 'list', kind: 'list' },
      { name: 'separator', kind: 'string', optional: true },
    ],
    call: join,
  },
  {
    name: 'replace',
    parameters: [text, part, { name: 'replacement', kind: 'string' }],
    call: (value: string, searched: string, by: string) => value.replaceAll(searched, () => by),
  },
  {
    name: 'substring',
    parameters: [
      text,
      { name: 'start', kind: 'number' },
      { name: 'end', kind: 'number', optional: true },
    ],
    call: substring,
  },
  onTwo('indexOf', part, (value, searched) => {
    const found = value.indexOf(searched)
    return found < 0 ? -1 : points(value.slice(0, found)).length
  }),
]
