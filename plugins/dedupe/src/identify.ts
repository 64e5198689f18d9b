import type { Path } from '@millrace/expression'
import { DEDUPE_KEY } from './errors.ts'

/** Equal for records that are the same. */
export type Identity = string | number | boolean | bigint | null

/** What makes the records of a stage the same: the values at `paths`, as in `by`. Throws DEDUPE_KEY for what is no value of a key. */
export function identifier(paths: readonly Path[]): (record: unknown) => Identity {
  const [only] = paths
  if (only === undefined) return () => null
  if (paths.length === 1) return (record) => partOf(only, record)
  return (record) => {
    let text = ''
    for (const path of paths) text += signsOf(partOf(path, record))
    return text
  }
}

function partOf(path: Path, record: unknown): Identity {
  const value = path.read(record)
  if (typeof value === 'string') return value
  if (typeof value === 'number' && !Number.isNaN(value)) return value
  if (value === null || value === undefined) return null
  if (typeof value === 'boolean' || typeof value === 'bigint') return value
  const got = typeof value === 'number' ? 'NaN' : Array.isArray(value) ? 'an array' : 'an object'
  throw DEDUPE_KEY({ path: path.text, got })
}

/** Signs that end where they say, so that two different lists of values never look the same. */
function signsOf(value: Identity): string {
  if (typeof value === 'string') return `s${value.length}:${value}`
  return `${typeof value} ${value};`
}
