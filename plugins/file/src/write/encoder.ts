import { formatCell } from '../cell.ts'
import type { FileFormat } from '../format.ts'
import { jsonText, noNumber } from './no-json.ts'
import type { Refusal } from './refusal.ts'

/** Turns the records of one file into text. Each piece ends where a line ends, but for JSON, whose last line waits for `footer`. */
export interface Encoder {
  /** The text of one record, or why there is none. */
  encode(value: unknown): string | Refusal
  /** What closes the file. */
  footer(): string
  /** Columns that the first record named; CSV only. */
  readonly columns?: readonly string[] | undefined
}

/** What an encoder goes by beside the format. */
export interface EncoderOptions {
  /** The columns to write; CSV only. */
  readonly columns?: readonly string[] | undefined
  /** The file has records already, so it needs no header. */
  readonly isContinued: boolean
  /** Columns that the first record of an earlier run named. */
  readonly named?: readonly string[] | undefined
}

/** The encoder of a format. */
export function createEncoder(format: FileFormat, options: EncoderOptions): Encoder {
  if (format.format === 'jsonl') return { encode: encodeJsonLine, footer: () => '' }
  if (format.format === 'lines') return { encode: encodeLine, footer: () => '' }
  return format.format === 'json' ? jsonEncoder(options) : csvEncoder(format.delimiter, options)
}

function encodeJsonLine(value: unknown): string | Refusal {
  const text = jsonText(value)
  return typeof text === 'string' ? `${text}\n` : text
}

function encodeLine(value: unknown): string | Refusal {
  const text = typeof value === 'string' ? value : jsonText(value)
  if (typeof text !== 'string') return text
  if (!text.includes('\n') && !text.includes('\r')) return `${text}\n`
  const message = 'The text has a line break, so it would not be read again as one line.'
  return { code: 'FILE_VALUE', message }
}

function jsonEncoder({ isContinued }: EncoderOptions): Encoder {
  let isEmpty = !isContinued
  return {
    encode(value): string | Refusal {
      const text = jsonText(value)
      if (typeof text !== 'string') return text
      const before = isEmpty ? '[\n' : ',\n'
      isEmpty = false
      return before + text
    },
    footer: () => (isEmpty ? '[]\n' : '\n]\n'),
  }
}

function csvEncoder(delimiter: string, options: EncoderOptions): Encoder {
  let columns = options.columns ?? options.named
  let known: ReadonlySet<string> = new Set(options.named)
  let header =
    columns === undefined || options.isContinued ? '' : lineOf(columns.map(cellOf), delimiter)

  function cellOf(value: unknown): string {
    return formatCell(value, delimiter)
  }

  /** The cells of a record, or why one cannot be written. */
  function row(record: Readonly<Record<string, unknown>>): string | Refusal {
    const cells: string[] = []
    for (const column of columns ?? []) {
      const value = Object.hasOwn(record, column) ? record[column] : null
      if (typeof value === 'number' && !Number.isFinite(value))
        return noNumber(value, column, 'CSV')
      const plain = isPlain(value) ? value : jsonText(value, column)
      if (!isPlain(plain)) return plain
      cells.push(cellOf(plain))
    }
    return lineOf(cells, delimiter)
  }

  return {
    encode(value): string | Refusal {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        return { code: 'FILE_VALUE', message: 'A row of CSV must be an object with fields.' }
      }
      const record = value as Record<string, unknown>
      if (columns === undefined) {
        const fields = Object.keys(record)
        if (fields.length === 0) return { code: 'FILE_VALUE', message: 'The record has no fields.' }
        columns = fields
        known = new Set(fields)
        header = options.isContinued ? '' : lineOf(fields.map(cellOf), delimiter)
      } else if (options.columns === undefined) {
        for (const field of Object.keys(record)) if (!known.has(field)) return unknownColumn(field)
      }
      const line = row(record)
      if (typeof line !== 'string') return line
      const text = header + line
      header = ''
      return text
    },
    footer: () => header,
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
