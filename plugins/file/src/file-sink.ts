import type { Writable } from 'node:stream'
import { compileTemplate, expectedOfTexts } from '@millrace/expression'
import {
  defineSink,
  type ExpressionScope,
  type SinkDefinition,
  type SinkInstance,
} from '@millrace/sdk'
import { z } from 'zod'
import { columnNames, formatParameters } from './file-parameters.ts'
import { FilesInUse, filesInUse } from './files-in-use.ts'
import { isRegular } from './is-regular.ts'
import { checkFormat, fileFormat, standardStream } from './format.ts'
import { realPath } from './real-path.ts'
import { syncFile, syncFolder } from './write/durable.ts'
import { createEncoder } from './write/encoder.ts'
import { openFile } from './write/file-target.ts'
import { FileWriter } from './write/file-writer.ts'
import { Output } from './write/output.ts'
import { PathTemplate } from './write/path-template.ts'
import type { Refusal } from './write/refusal.ts'
import { StreamTarget } from './write/stream-target.ts'

const parameters = z
  .strictObject({
    path: z.string().min(1).meta({
      description:
        'The file to write, - for standard output. Expressions in braces make it depend on the record: out/{day(eventTime())}.jsonl; {{ is a brace.',
      format: 'path-template',
    }),
    ...formatParameters,
    mode: z.enum(['replace', 'append', 'fail']).default('replace').meta({
      description:
        'When the file exists. replace: a new file takes its place when the job is done; append: records are added at its end; fail: it is an error.',
    }),
    columns: columnNames.optional().meta({
      description:
        'CSV: the columns to write, in order; other fields are left out. Default: the fields of the first record, and later records with others are rejected.',
    }),
    maxOpen: z.int().min(1).max(10_000).default(64).meta({
      description: 'How many files may be open at once where the path depends on the record.',
    }),
  })
  .superRefine((value, context) => {
    const format = checkFormat(value, { columns: value.columns }, (path, message) =>
      context.addIssue({ code: 'custom', path: [path], message }),
    )
    if (format?.format === 'json' && value.mode === 'append') {
      const message = 'cannot be append for a JSON array; use the format jsonl'
      context.addIssue({ code: 'custom', path: ['mode'], message })
    }
  })

/** What the sink `file` takes. */
export type FileSinkParameters = z.output<typeof parameters>

/** Writes files: JSON lines, JSON, CSV or lines, plain or gzip. Whole lines only; a replaced file changes in one step. */
export const fileSink: SinkDefinition<FileSinkParameters> = defineSink({
  name: 'file',
  summary: 'Writes records to files or standard output: JSON lines, JSON, CSV, lines, gzip.',
  parameters,
  main: 'path',
  guarantee:
    'A replaced file appears whole when the job is done, and a failed job leaves the old one; with mode append, after a failure, lines may stand twice when the job runs again.',
  replaces: ({ path, mode }) => mode !== 'append' && isRegular(path),
  reopens: (parameters) => {
    const { path, mode, columns } = parameters
    if (mode !== 'append' || !isRegular(path)) return false
    // A new instance would take the columns from its own first record, under the header of another one.
    return fileFormat(path, parameters).format !== 'csv' || columns !== undefined
  },
  writesFiles: ({ path }) => (path === standardStream ? [] : [realPath(path)]),
  expects: ({ path }) => (path.includes('{') ? expectedOfTexts([path], compileTemplate) : []),
  create: ({ parameters, expressions, random, id, shared }) => {
    const files = shared?.(filesInUse, () => new FilesInUse())
    return createFileSink(parameters, { expressions, random, id, files })
  },
})

/** The sink behind `fileSink`; tests give it their own standard output. */
export function createFileSink(
  parameters: FileSinkParameters,
  options: {
    readonly expressions: ExpressionScope
    readonly random: () => number
    readonly id?: string | undefined
    /** What the parts of the job hold. */
    readonly files?: FilesInUse | undefined
    readonly stdout?: () => Writable
    /** False leaves it to the operating system when files come to the disk: for tests that write hundreds. Default: true. */
    readonly durable?: boolean
  },
): SinkInstance {
  const { path, mode, columns, maxOpen } = parameters
  const format = fileFormat(path, parameters)
  const { id = 'sink', files = new FilesInUse() } = options
  const isStandard = path === standardStream
  const template =
    !isStandard && path.includes('{')
      ? new PathTemplate(compileTemplate(path, options.expressions))
      : undefined
  const folders = new Set<string>()
  return new FileWriter({
    path,
    template,
    maxOpen,
    isLive: isStandard || mode === 'append',
    refuse(name): Refusal | undefined {
      const other = files.hold({ id, use: 'writes', path: name })
      if (other === undefined) return undefined
      const message = `The record leads to "${name}", which "${other.id}" ${other.use}.`
      return { code: 'FILE_PATH', message }
    },
    async open(name): Promise<Output> {
      if (isStandard) {
        const stream = options.stdout?.() ?? process.stdout
        const encoder = createEncoder(format, { columns, isContinued: false })
        return new Output(new StreamTarget(stream), encoder, format.gzip)
      }
      if (template === undefined) files.take({ id, use: 'writes', path: name })
      const { gzip } = format
      const { random, durable = true } = options
      const sync = durable ? syncFile : (): Promise<void> => Promise.resolve()
      const opened = await openFile(name, { mode, gzip, random, folders, sync })
      const encoder = createEncoder(format, { columns, isContinued: opened.isContinued })
      return new Output(opened.target, encoder, gzip)
    },
    async settled(): Promise<void> {
      if (options.durable !== false) for (const folder of folders) await syncFolder(folder)
      folders.clear()
    },
  })
}
