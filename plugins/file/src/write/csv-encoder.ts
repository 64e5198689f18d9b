import { formatCell } from '../cell.ts'
import type { Encoder, EncoderOptions } from './encoder.ts'
import { FlatCsv } from './flat-csv.ts'
import type { LineBuffer } from './line-buffer.ts'
import { jsonText, noNumber } from './no-json.ts'
import type { Refusal } from './refusal.ts'

type Fields = Readonly<Record<string, unknown>>

/** The encoder of CSV. */
export function csvEncoder(delimiter: string, options: EncoderOptions): Encoder {
  let columns = options.columns ?? options.named
  let known: ReadonlySet<string> = new Set(options.named)
  let header = columns === undefined || options.isContinued ? '' : headerOf(columns)
  let flat = columns === undefined ? undefined : new FlatCsv(columns, delimiter)

  function headerOf(names: readonly string[]): string {
    return lineOf(
      names.map((name) => formatCell(name, delimiter)),
      delimiter,
    )
  }

  /** The cells of a record, or why one cannot be written. */
  function row(record: Fields): string | Refusal {
    const cells: string[] = []
    for (const column of columns ?? []) {
      const value = Object.hasOwn(record, column) ? record[column] : null
      if (typeof value === 'number' && !Number.isFinite(value))
        return noNumber(value, column, 'CSV')
      const plain = isPlain(value) ? value : jsonText(value, column)
      if (!isPlain(plain)) return plain
      cells.push(formatCell(plain, delimiter))
    }
    return lineOf(cells, delimiter)
  }

  /** Takes the columns from the first record, and refuses later ones that have others. */
  function refuse(record: Fields): Refusal | undefined {
    const fields = Object.keys(record)
    if (columns === undefined) {
      if (fields.length === 0) return { code: 'FILE_VALUE', message: 'The record has no fields.' }
      columns = fields
      known = new Set(fields)
      header = options.isContinued ? '' : headerOf(fields)
      flat = new FlatCsv(fields, delimiter)
    } else if (options.columns === undefined) {
      for (const field of fields) if (!known.has(field)) return unknownColumn(field)
    }
    return undefined
  }

  return {
    encode(value, out: LineBuffer): Refusal | undefined {
      if (header === '' && flat?.write(value, out) === true) return undefined
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        return { code: 'FILE_VALUE', message: 'A row of CSV must be an object with fields.' }
      }
      const record = value as Fields
      const refusal = refuse(record)
      if (refusal !== undefined) return refusal
      const line = row(record)
      if (typeof line !== 'string') return line
      out.addText(header + line)
      header = ''
      return undefined
    },
    close: (out) => out.addText(header),
    get columns(): readonly string[] | undefined {
      return options.columns === undefined ? columns : undefined
    },
  }
}

/** Whether a value stands in a cell as it is, without a detour over JSON. */
function isPlain(value: unknown): value is string | number | boolean | null | undefined {
  return (
    value === null ||
    value === undefined ||
    typeof value === 'string' ||
    typeof value === 'number' ||
    typeof value === 'boolean'
  )
}

function lineOf(cells: readonly string[], delimiter: string): string {
  const text = cells.join(delimiter)
  // An empty line is no row: a lone empty cell is written as empty text.
  return `${text === '' ? '""' : text}\n`
}

function unknownColumn(field: string): Refusal {
  return {
    code: 'FILE_COLUMN',
    message: `The field "${field}" is no column: the first record named them. List them with "columns: [...]".`,
  }
}
