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
