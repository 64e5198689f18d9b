import { parseDuration } from '@millrace/base'
import { kindOf } from '../kind-of.ts'
import type { BuiltIn } from './built-in.ts'

const value = [{ name: 'value', kind: 'any' }] as const

/** A number as JSON or CSV writes it: no hexadecimal, no empty text, no Infinity. */
const numeric = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i

function number(from: unknown): number | undefined {
  if (typeof from === 'number') return from
  if (typeof from === 'boolean') return from ? 1 : 0
  if (typeof from !== 'string') return undefined
  const trimmed = from.trim()
  return numeric.test(trimmed) ? Number(trimmed) : undefined
}

function int(from: unknown): number | undefined {
  const result = number(from)
  return result === undefined ? undefined : Math.trunc(result)
}

function bool(from: unknown): boolean | undefined {
  if (typeof from === 'boolean') return from
  if (from === 'true' || from === 1 || from === '1') return true
  return from === 'false' || from === 0 || from === '0' ? false : undefined
}

/** A value as text: texts as they are, everything else as JSON. */
export function toText(from: unknown): string {
  return typeof from === 'string' ? from : (JSON.stringify(from) ?? String(from))
}

/** A whole number from 0 below 2^32, the same on every machine; 1 and '1' differ. */
function hash(from: unknown): number {
  const written = `${kindOf(from)}:${toText(from)}`
  let state = 0x811c9dc5
  for (let index = 0; index < written.length; index++) {
    state = Math.imul(state ^ written.charCodeAt(index), 0x01000193)
  }
  // FNV leaves the low bits of short texts alike; hash(id) % 100 needs them mixed.
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b)
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35)
  return (state ^ (state >>> 16)) >>> 0
}

export const conversionFunctions: readonly BuiltIn[] = [
  { name: 'number', parameters: value, call: number },
  { name: 'double', parameters: value, call: number },
  { name: 'int', parameters: value, call: int },
  { name: 'string', parameters: value, call: toText },
  { name: 'bool', parameters: value, call: bool },
  { name: 'hash', parameters: value, call: hash },
  {
    name: 'duration',
    parameters: [{ name: 'text', kind: 'duration' }],
    call: (text: string) => parseDuration(text),
  },
]
