import { basename, extname } from 'node:path'
import { FILE_UNKNOWN_FORMAT } from './errors.ts'

/** How records stand in a file. */
export type Format = 'jsonl' | 'json' | 'csv' | 'lines'

/** What name and parameters say of a file's content. */
export interface FileFormat {
  readonly format: Format
  readonly gzip: boolean
  /** The character between cells of CSV. */
  readonly delimiter: string
}

const byExtension: Readonly<Record<string, Format>> = {
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.json': 'json',
  '.csv': 'csv',
  '.tsv': 'csv',
  '.txt': 'lines',
  '.log': 'lines',
}

/** The path that stands for standard input or output. */
export const standardStream = '-'

/** Reads the format off the extension; parameters win. `-` holds JSON lines. Throws FILE_UNKNOWN_FORMAT. */
export function fileFormat(
  path: string,
  parameters: {
    readonly format?: Format | undefined
    readonly compression: 'auto' | 'gzip' | 'none'
    readonly delimiter?: string | undefined
  },
): FileFormat {
  const zipped = path.toLowerCase().endsWith('.gz')
  const name = basename(zipped ? path.slice(0, -3) : path).toLowerCase()
  const extension = extname(name)
  const named = path === standardStream ? 'jsonl' : byExtension[extension]
  const format = parameters.format ?? named
  if (format === undefined) throw FILE_UNKNOWN_FORMAT({ path })
  return {
    format,
    gzip: parameters.compression === 'auto' ? zipped : parameters.compression === 'gzip',
    delimiter: parameters.delimiter ?? (extension === '.tsv' ? '\t' : ','),
  }
}

/** The format whose lines sources give and sinks write as they are; undefined: they only know records. */
export function rawFormat(
  parameters: Parameters<typeof fileFormat>[1] & { readonly path: string },
): string | undefined {
  try {
    const { format } = fileFormat(parameters.path, parameters)
    return format === 'jsonl' ? 'application/jsonl' : undefined
  } catch {
    // The files of a pattern may have several.
    return undefined
  }
}

/** Faults of parameters that a schema cannot say: a format nobody knows, CSV parameters for what is no CSV. */
export function checkFormat(
  parameters: Parameters<typeof fileFormat>[1] & { readonly path: string },
  csvOnly: Readonly<Record<string, unknown>>,
  fault: (parameter: string, message: string) => void,
): FileFormat | undefined {
  let format: FileFormat
  try {
    format = fileFormat(parameters.path, parameters)
  } catch {
    // The files of a pattern may have extensions that the pattern has not.
    if (!/[*?[]/.test(parameters.path)) {
      fault('format', `must be given: the extension of "${parameters.path}" does not say it`)
    }
    return undefined
  }
  if (format.format === 'csv') return format
  for (const [name, value] of Object.entries({ ...csvOnly, delimiter: parameters.delimiter })) {
    if (value !== undefined) fault(name, `belongs to CSV; the format is ${format.format}`)
  }
  return format
}
