import type { Refusal } from './refusal.ts'

const noData: Refusal = {
  code: 'FILE_VALUE',
  message: 'The record cannot be written as JSON: it holds itself, a bigint or no data at all.',
}
const tooDeep: Refusal = {
  code: 'FILE_VALUE',
  message: 'The record cannot be written as JSON: it nests too deeply.',
}

/** The JSON of a value, or why there is none. `name` is what messages call it: the column of a cell. */
export function jsonText(value: unknown, name = ''): string | Refusal {
  try {
    // Undefined and functions have no JSON; the declared type hides that.
    const text = JSON.stringify(value) as string | undefined
    if (text === undefined) return noData
    // What JSON cannot hold it writes as null, so only text with a null is looked at twice.
    return (text.includes('null') ? findNoNumber(value, name) : undefined) ?? text
  } catch (error) {
    return error instanceof RangeError ? tooDeep : noData
  }
}

/** Why a number, or a date that is none, cannot be written. */
export function noNumber(value: unknown, path: string, format: string): Refusal {
  const what = path === '' ? 'The record' : path
  return {
    code: 'FILE_VALUE',
    message: `${what} is ${String(value)}, which ${format} cannot hold.`,
  }
}

function findNoNumber(value: unknown, path: string): Refusal | undefined {
  if (typeof value === 'number')
    return Number.isFinite(value) ? undefined : noNumber(value, path, 'JSON')
  if (typeof value !== 'object' || value === null) return undefined
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? noNumber(value, path, 'JSON') : undefined
  }
  // What says itself how it is written is not looked into.
  if ('toJSON' in value && typeof value.toJSON === 'function') return undefined
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      const found = findNoNumber(item, `${path}[${index}]`)
      if (found !== undefined) return found
    }
    return undefined
  }
  for (const [name, item] of Object.entries(value)) {
    const found = findNoNumber(item, fieldPath(path, name))
    if (found !== undefined) return found
  }
  return undefined
}

function fieldPath(path: string, name: string): string {
  if (!/^[A-Za-z_$][\w$]*$/.test(name)) return `${path}[${JSON.stringify(name)}]`
  return path === '' ? name : `${path}.${name}`
}
