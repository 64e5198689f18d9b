import { copyData } from '@millrace/base'
import { decode, encode } from '../spill/encoding.ts'

/** A list turned on its side: what its items have in common is said once. */
export type Columns =
  | { readonly kind: 'same'; readonly count: number; readonly value: unknown }
  | { readonly kind: 'numbers'; readonly values: Float64Array }
  | { readonly kind: 'objects'; readonly fields: readonly string[]; readonly columns: Columns[] }
  | { readonly kind: 'lists'; readonly columns: Columns[] }
  | { readonly kind: 'items'; readonly items: readonly unknown[] }
  | { readonly kind: 'closed'; readonly count: number; readonly bytes: Uint8Array }

/** Deeper data is written as it is: it may even hold itself. */
const DEPTH_MAX = 4

/** Turns a list on its side as far as its items are alike. */
export function toColumns(items: readonly unknown[], depth = 0): Columns {
  const [first] = items
  if (items.every((item) => Object.is(item, first)) && !isObject(first)) {
    return { kind: 'same', count: items.length, value: first }
  }
  if (items.every((item) => typeof item === 'number')) {
    return { kind: 'numbers', values: new Float64Array(items) }
  }
  if (depth < DEPTH_MAX && Array.isArray(first)) {
    const width = first.length
    if (width > 0 && items.every((item) => isDense(item, width))) {
      const lists = items as readonly (readonly unknown[])[]
      const columns = first.map((_, at) => toColumns(column(lists, at), depth + 1))
      return { kind: 'lists', columns }
    }
  } else if (depth < DEPTH_MAX && isPlain(first)) {
    const fields = Object.keys(first)
    if (fields.length > 0 && items.every((item) => isOfShape(item, fields))) {
      const objects = items as readonly Readonly<Record<string, unknown>>[]
      const columns = fields.map((field) => toColumns(column(objects, field), depth + 1))
      return { kind: 'objects', fields, columns }
    }
  }
  return { kind: 'items', items }
}

/** The same as bytes: whoever reads a piece needs room for its items only when it asks for them. */
export function closed(columns: Columns): Columns {
  try {
    return { kind: 'closed', count: lengthOf(columns), bytes: encode(columns) }
  } catch {
    // Whoever writes it down says what is wrong with it.
    return columns
  }
}

/** How many items a list has. */
export function lengthOf(columns: Columns): number {
  switch (columns.kind) {
    case 'same':
      return columns.count
    case 'numbers':
      return columns.values.length
    case 'items':
      return columns.items.length
    case 'closed':
      return columns.count
    default:
      return columns.columns[0] === undefined ? 0 : lengthOf(columns.columns[0])
  }
}

/** The list again, made anew each time. */
export function fromColumns(columns: Columns): unknown[] {
  switch (columns.kind) {
    case 'same':
      return toList(columns.count, () => columns.value)
    case 'numbers':
      return toNumbers(columns.values)
    case 'items':
      return columns.items.map(copyData)
    case 'closed':
      return fromColumns(decode(columns.bytes) as Columns)
    case 'lists': {
      const all = columns.columns.map(fromColumns)
      return toLists(all)
    }
    case 'objects':
      return toObjects(columns.fields, columns.columns.map(fromColumns))
    default:
      return unreachable(columns)
  }
}

function toList<T>(length: number, item: () => T): T[] {
  const list: T[] = []
  for (let at = 0; at < length; at++) list.push(item())
  return list
}

/** What `Array.from` does, in a third of the time. */
function toNumbers(values: Float64Array): number[] {
  const list: number[] = []
  for (let at = 0; at < values.length; at++) list.push(values[at] as number)
  return list
}

function toLists(all: readonly unknown[][]): unknown[] {
  const [first = []] = all
  // Most keys have one part.
  if (all.length === 1) return first.map((value) => [value])
  return first.map((_, row) => all.map((values) => values[row]))
}

function toObjects(fields: readonly string[], all: readonly unknown[][]): unknown[] {
  return (all[0] ?? []).map((_, row) => {
    const object: Record<string, unknown> = {}
    for (let at = 0; at < fields.length; at++) object[fields[at] as string] = all[at]?.[row]
    return object
  })
}

function unreachable(columns: never): never {
  throw new TypeError(`These are no columns: ${String(columns)}.`)
}

function column<Name extends string | number>(
  rows: readonly Readonly<Record<Name, unknown>>[],
  name: Name,
): unknown[] {
  return rows.map((row) => row[name])
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return isObject(value) && Object.getPrototypeOf(value) === Object.prototype
}

function isDense(value: unknown, width: number): boolean {
  // A list with holes or names of its own is not its items alone.
  return Array.isArray(value) && value.length === width && Object.keys(value).length === width
}

function isOfShape(value: unknown, fields: readonly string[]): boolean {
  if (!isPlain(value)) return false
  const own = Object.keys(value)
  return (
    own.length === fields.length &&
    own.every((field, at) => field === fields[at] && field !== '__proto__')
  )
}
