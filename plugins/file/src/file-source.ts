import { glob } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { messageOf, nearestName, parseSize } from '@millrace/base'
import {
  type Decoded,
  defineSource,
  type Extent,
  type Logger,
  type Prefilter,
  type ReadOptions,
  type SourceBatch,
  type SourceDefinition,
  type SourceInstance,
} from '@millrace/sdk'
import * as z from '@millrace/sdk/zod'
import { FILE_NO_MATCH, FILE_STDIN_ONCE, fileError } from './errors.ts'
import { FilesInUse, filesInUse } from './files-in-use.ts'
import { checkFormat, type FileFormat, fileFormat, rawFormat, standardStream } from './format.ts'
import { columnNames, formatParameters, sizeText } from './file-parameters.ts'
import type { ByteInput } from './read/byte-input.ts'
import { type CellTypes, typedColumns } from './cell.ts'
import { decodeAgain } from './read/decode-again.ts'
import { type Decoder, fileStart, type Position } from './read/decoder.ts'
import { decodeJson, decodeLine } from './read/decode-text.ts'
import { FieldScanner } from './read/field-scanner.ts'
import { JsonDecoder } from './read/json-decoder.ts'
import { LineDecoder } from './read/line-decoder.ts'
import { identify } from './read/identity.ts'
import { openInput, statInput } from './read/open-input.ts'
import { readEntries } from './read/read-entries.ts'
import { readPiece } from './read/read-piece.ts'
import { ScanningCsvDecoder } from './read/scanning-csv-decoder.ts'
import { isRegular } from './is-regular.ts'
import { realPath } from './real-path.ts'

const parameters = z
  .strictObject({
    path: z.string().min(1).meta({
      description:
        'The file to read; a pattern such as logs/*.jsonl.gz for several, read in the order of their names; - for standard input.',
      format: 'path',
    }),
    ...formatParameters,
    columns: columnNames.optional().meta({
      description: 'CSV without a header row: the names of its columns.',
    }),
    types: z
      .union([
        z.enum(['infer', 'strings']),
        z.record(z.string(), z.enum(['string', 'number', 'boolean'])),
      ])
      .default('infer')
      .meta({
        description:
          'CSV: how cells become values. infer: unquoted numbers and booleans that print as the same text, null where empty, else text (007 stays text); strings: always text; a map: the type of each column, the others inferred.',
      }),
    maxLine: sizeText.default('1MiB').meta({
      description:
        'Longest line, CSV row or JSON element taken; a longer one is malformed and skipped up to the next newline.',
      format: 'size',
    }),
  })
  .superRefine((value, context) => {
    const { columns, types } = value
    const csvOnly = { columns, types: types === 'infer' ? undefined : types }
    checkFormat(value, csvOnly, (path, message) =>
      context.addIssue({ code: 'custom', path: [path], message }),
    )
    for (const name of columns === undefined ? [] : typedColumns(types)) {
      if (columns?.includes(name) === true) continue
      const near = nearestName(name, columns ?? [])
      const hint = near === undefined ? '' : `; did you mean "${near}"?`
      const message = `names the column "${name}", which "columns" does not${hint}`
      context.addIssue({ code: 'custom', path: ['types', name], message })
    }
  })

/** What the source `file` takes. */
export type FileSourceParameters = z.output<typeof parameters>

/** Reads files: JSON lines, JSON, CSV or lines, plain or gzip. What cannot be decoded is malformed, with its line. */
export const fileSource: SourceDefinition<FileSourceParameters> = defineSource({
  name: 'file',
  summary: 'Reads records from files or standard input: JSON lines, JSON, CSV, lines, gzip.',
  parameters,
  main: 'path',
  replay: ({ path }) => (isRegular(path) ? 'position' : 'none'),
  splits: ({ path }) => isRegular(path),
  ends: true,
  raw: (parameters) => rawFormat(parameters),
  readsFiles: ({ path }) => (path === standardStream ? [] : [realPath(path)]),
  create: ({ parameters, id, logger, shared }) => {
    const files = shared?.(filesInUse, () => new FilesInUse())
    return createFileSource(parameters, { id, logger, files })
  },
})

/** The source behind `fileSource`; tests give it small chunks and their own standard input. */
export function createFileSource(
  parameters: FileSourceParameters,
  options: {
    readonly chunkBytes?: number
    readonly stdin?: () => Readable
    readonly id?: string
    readonly logger?: Pick<Logger, 'warn'>
    /** What the parts of the job hold. */
    readonly files?: FilesInUse | undefined
  } = {},
): SourceInstance {
  const chunkBytes = options.chunkBytes ?? 256 * 1024
  const warn = warnOnce(parameters.types, options.logger)
  const stdin = options.stdin ?? ((): Readable => process.stdin)
  // What it has learned of one piece helps with the next one.
  let scanner: FieldScanner | undefined
  let header: { readonly path: string; readonly columns: readonly string[] | undefined } | undefined
  return {
    async decode({ partition: path, raw, code }): Promise<Decoded> {
      const format = fileFormat(path, parameters)
      if (format.format === 'csv' && parameters.columns === undefined && header?.path !== path) {
        try {
          header = { path, columns: await readHeader(this, path) }
        } catch (error) {
          const message = `The header of its file cannot be read: ${messageOf(error)}`
          return { code, message }
        }
      }
      const position: Position = { ...fileStart, columns: header?.columns, json: 'values' }
      const decoder = createDecoder(path, { format, parameters, fields: undefined, position, warn })
      return decodeAgain(raw, code, decoder)
    },
    async partitions(): Promise<readonly string[]> {
      const { path } = parameters
      const { id = 'source', files } = options
      const found = await findFiles(path)
      if (files === undefined || path === standardStream) return found
      for (const file of found) files.take({ id, use: 'reads', path: file })
      if (found[0] !== path) files.takePattern(id, path)
      return found
    },
    async size(): Promise<number | undefined> {
      if (parameters.path === standardStream) return undefined
      const stats = await Promise.all((await findFiles(parameters.path)).map(statInput))
      // A pipe has no size.
      if (stats.some((stat) => !stat.isFile())) return undefined
      return stats.reduce((sum, stat) => sum + stat.size, 0)
    },
    async *read(
      path,
      position,
      { fields, piece, prefilter, raw, signal }: ReadOptions,
    ): AsyncGenerator<SourceBatch> {
      const format = fileFormat(path, parameters)
      const from = position as Position | undefined
      const read = format.gzip ? 0 : (from?.bytes ?? 0)
      const file = isRegular(path) ? await identify(path, from?.file, read) : undefined
      const open = (start: number): Promise<ByteInput> => {
        const { gzip } = format
        return openInput(path, { start, gzip, chunkBytes, stdin, signal, enough: piece?.to })
      }
      const createOwn = (start: Position): Decoder => {
        if (piece !== undefined && FieldScanner.takes(fields))
          scanner ??= new FieldScanner(fields, prefilter)
        const own = { format, parameters, fields, prefilter, position: start, warn }
        return createDecoder(path, { ...own, scanner })
      }
      const asked = { prefilter, raw }
      const common = { path, createDecoder: createOwn, position: from, file, signal, asked }
      if (piece !== undefined) yield* readPiece({ ...common, piece, open })
      else {
        const input = await open(from?.bytes ?? 0)
        yield* readEntries({ ...common, input, isPacked: format.gzip })
      }
    },
    async extent(path, position): Promise<Extent | undefined> {
      const { format, gzip } = fileFormat(path, parameters)
      if (gzip || (format !== 'jsonl' && format !== 'lines')) return undefined
      const stats = await statInput(path)
      if (!stats.isFile()) return undefined
      const before = position as Position | undefined
      const read = before?.bytes ?? 0
      const file = await identify(path, before?.file, read)
      const kept: Position = { ...fileStart, ...before, file }
      return { from: read, to: Math.max(read, stats.size), position: kept }
    },
  }
}

/** The columns that the header of a CSV file names. Standard input cannot be read a second time, so it has none to give. */
async function readHeader(
  source: Pick<SourceInstance, 'read'>,
  path: string,
): Promise<readonly string[] | undefined> {
  if (path === standardStream) throw FILE_STDIN_ONCE({})
  const { signal } = new AbortController()
  for await (const batch of source.read(path, undefined, { fields: undefined, signal })) {
    return (batch.position as Position).columns
  }
  return undefined
}

/** The files of a path or pattern, sorted. A file whose name looks like a pattern is that file. */
async function findFiles(path: string): Promise<readonly string[]> {
  if (path === standardStream || !/[*?[\]{}]/.test(path) || existsSync(path)) return [path]
  const found: string[] = []
  try {
    for await (const entry of glob(path, { withFileTypes: true })) {
      if (!entry.isDirectory()) found.push(`${entry.parentPath}/${entry.name}`)
    }
  } catch (error) {
    throw fileError(error, path, true)
  }
  if (found.length === 0) throw FILE_NO_MATCH({ path })
  return found.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))
}

/** Tells of types for columns that a header has not, each column once. */
function warnOnce(
  types: CellTypes,
  logger: Pick<Logger, 'warn'> | undefined,
): (columns: readonly string[], path: string) => void {
  const told = new Set<string>()
  return (columns, path) => {
    for (const name of typedColumns(types)) {
      if (columns.includes(name) || told.has(name)) continue
      told.add(name)
      const near = nearestName(name, columns)
      const hint = near === undefined ? `It has ${columns.join(', ')}.` : `Did you mean "${near}"?`
      logger?.warn(`"types" names the column "${name}", which "${path}" does not have. ${hint}`)
    }
  }
}

function createDecoder(
  path: string,
  options: {
    readonly format: FileFormat
    readonly parameters: FileSourceParameters
    readonly fields: readonly string[] | undefined
    readonly prefilter?: Prefilter | undefined
    readonly position: Position
    readonly warn: (columns: readonly string[], path: string) => void
    /** Default: a new one. */
    readonly scanner?: FieldScanner | undefined
  },
): Decoder {
  const { format, parameters, fields, position } = options
  const maxLine = parseSize(parameters.maxLine) ?? 2 ** 20
  const { types, columns } = parameters
  const { delimiter } = format
  if (format.format === 'lines') return new LineDecoder(position, { maxLine, take: decodeLine })
  if (format.format === 'json') return new JsonDecoder(position, { maxLine })
  if (format.format === 'csv') {
    const onHeader = (found: readonly string[]): void => options.warn(found, path)
    return new ScanningCsvDecoder(
      position,
      { path, maxLine, delimiter, types, columns, fields, onHeader },
      options.prefilter?.reads,
    )
  }
  if (!FieldScanner.takes(fields)) return new LineDecoder(position, { maxLine, take: decodeJson })
  const { scanner = new FieldScanner(fields, options.prefilter) } = options
  return new LineDecoder(position, {
    maxLine,
    take: scanner.take.bind(scanner),
    follower: scanner,
  })
}
