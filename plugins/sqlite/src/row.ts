import { type RefusalCode, SQLITE_COLUMN, SQLITE_VALUE } from './errors.ts'

/** What a cell of a row holds. */
export type Cell = null | number | bigint | string

/** Why there is no row. */
export interface NoRow {
  readonly code: RefusalCode
  readonly message: string
}

/** The cells of a record, in the order of the columns. `strict`: a field that is no column refuses the record. */
export function rowOf(
  record: unknown,
  columns: readonly string[],
  strict: ReadonlySet<string> | undefined,
): Cell[] | NoRow {
  if (typeof record !== 'object' || record === null || Array.isArray(record)) {
    return { code: SQLITE_VALUE, message: 'A row must be an object with fields.' }
  }
  const fields = record as Readonly<Record<string, unknown>>
  if (strict !== undefined) {
    for (const field of Object.keys(fields)) if (!strict.has(field)) return noColumn(field)
  }
  const cells: Cell[] = []
  for (const column of columns) {
    const cell = cellOf(Object.hasOwn(fields, column) ? fields[column] : null)
    if (cell === undefined) {
      const message = `Field "${column}" is a value that SQLite cannot hold.`
      return { code: SQLITE_VALUE, message }
    }
    cells.push(cell)
  }
  return cells
}

/** Whole numbers are integers, true and false are 1 and 0, objects and lists are their JSON; undefined: none of all that. */
function cellOf(value: unknown): Cell | undefined {
  if (typeof value === 'string') return value
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) return Object.is(value, -0) ? 0n : BigInt(value)
    return Number.isFinite(value) ? value : undefined
  }
  if (typeof value === 'boolean') return value ? 1n : 0n
  if (value === null || value === undefined) return null
  if (typeof value !== 'object') return undefined
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}

function noColumn(field: string): NoRow {
  const message = `The field "${field}" is no column of the table. List those to write with "columns: [...]".`
  return { code: SQLITE_COLUMN, message }
}
