import { EXP_PATH } from './errors.ts'
import { isInherited, readField, readOwnField } from './read-field.ts'

/** A compiled field path. */
export interface Path {
  readonly text: string
  /** The path itself, in the form that expressions use too. */
  readonly fields: readonly string[]
  /** The value at the path, own properties only; null when any part is missing. */
  read(record: unknown): unknown
}

/**
 * Compiles `delay` or `customer.name`; `record` is the whole, `record.type` the field `type`. Any other character than dots is
 * part of a name, but what looks like an expression is a fault. Throws EXP_PATH.
 */
export function compilePath(path: string): Path {
  const names = path.split('.')
  if (path.trim() === '') throw EXP_PATH({ path, problem: 'it is empty' })
  if (names.some((name) => name.trim() === '')) {
    throw EXP_PATH({ path, problem: 'there is no name beside one of its dots' })
  }
  const stray = /[()[\]{}'"=<>!&|?]/.exec(path)?.[0]
  if (stray !== undefined) throw EXP_PATH({ path, problem: `${stray} belongs to an expression` })
  if (names[0] === 'record') names.shift()
  const [first, ...others] = names
  if (first === undefined) {
    return { text: path, fields: ['record'], read: (record) => record ?? null }
  }
  return { text: path, fields: [names.join('.')], read: reader(first, others) }
}

function reader(first: string, others: readonly string[]): (record: unknown) => unknown {
  if (others.length === 0) {
    return isInherited(first)
      ? (record) => readOwnField(record, first)
      : (record) => readField(record, first)
  }
  return (record) => {
    let value = readOwnField(record, first)
    for (const name of others) value = readOwnField(value, name)
    return value
  }
}
