import { dirname } from 'node:path'
import type { Writable } from 'node:stream'
import { compileTemplate, expectedOfTexts } from '@millrace/expression'
import {
  defineSink,
  type ExpressionScope,
  type Logger,
  type SinkDefinition,
  type SinkInstance,
} from '@millrace/sdk'
import * as z from '@millrace/sdk/zod'
import { columnNames, formatParameters } from './file-parameters.ts'
import { FilesInUse, filesInUse } from './files-in-use.ts'
import { isRegular } from './is-regular.ts'
import { checkFormat, fileFormat, rawFormat, standardStream } from './format.ts'
import { realPath } from './real-path.ts'
import { CheckpointedFiles } from './write/checkpointed-files.ts'
import { type Disk, realDisk } from './write/durable.ts'
import { createEncoder } from './write/create-encoder.ts'
import { FileSink, type FileSinkParts, StreamSink } from './write/file-sink-instance.ts'
import { type OpenOptions, openFile, takeUpFile } from './write/file-target.ts'
import type { FileEntry } from './write/file-token.ts'
import { FileWriter } from './write/file-writer.ts'
import { FirstTouches } from './write/first-touches.ts'
import { removeAbandoned } from './write/hidden-files.ts'
import { Output } from './write/output.ts'
import { OutputSet } from './write/output-set.ts'
import { newMark } from './write/owner.ts'
import { partPath } from './write/part-path.ts'
import { PathTemplate } from './write/path-template.ts'
import type { Refusal } from './write/refusal.ts'
import { RunMarks } from './write/run-marks.ts'
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
    commit: z.enum(['end', 'rename']).default('end').meta({
      description:
        'When a replaced file appears. end: when the job is done; rename: with each checkpoint the records since the last one become a file of their own, out-000017.jsonl for checkpoint 17.',
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
    const fault = (parameter: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [parameter], message })
    if (format?.format === 'json' && value.mode === 'append') {
      fault('mode', 'cannot be append for a JSON array; use the format jsonl')
    }
    if (value.commit === 'end') return
    if (value.mode === 'append') {
      fault('commit', 'cannot be rename with mode append, which shows records as they come')
    }
    if (!isRegular(value.path)) fault('commit', 'cannot be rename where the path is no file')
    if (format?.format === 'csv' && value.columns === undefined) {
      fault('commit', 'needs "columns" with CSV: each file has a header of its own')
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
    'A replaced file appears whole when the job is done, and a failed job leaves the old one; with mode append and without checkpoints, lines may stand twice when a failed job runs again.',
  delivers: ({ path }) => (isRegular(path) ? 'exactlyOnce' : 'atLeastOnce'),
  replaces: ({ commit, mode, path }) => mode !== 'append' && commit === 'end' && isRegular(path),
  reopens: (parameters) => {
    const { path, mode, columns } = parameters
    if (mode !== 'append' || !isRegular(path)) return false
    // A new instance would take the columns from its own first record, under the header of another one.
    return fileFormat(path, parameters).format !== 'csv' || columns !== undefined
  },
  raw: (parameters) => (parameters.path.includes('{') ? undefined : rawFormat(parameters)),
  writesFiles: ({ path }) => (path === standardStream ? [] : [realPath(path)]),
  expects: ({ path }) => (path.includes('{') ? expectedOfTexts([path], compileTemplate) : []),
  create: ({ parameters, shared, ...scope }) => {
    const files = shared?.(filesInUse, () => new FilesInUse())
    return createFileSink(parameters, { ...scope, files })
  },
})

/** What `createFileSink` gets beside the parameters. */
export interface FileSinkSurroundings {
  readonly expressions: ExpressionScope
  readonly random: () => number
  readonly id?: string | undefined
  readonly logger?: Pick<Logger, 'warn'> | undefined
  /** Whether `recover` will be called. */
  readonly recovers?: boolean | undefined
  /** Whether `prepare` may be called; default true. */
  readonly prepares?: boolean | undefined
  /** What the parts of the job hold. */
  readonly files?: FilesInUse | undefined
  readonly stdout?: () => Writable
  readonly disk?: Disk
}

/** The sink behind `fileSink`; tests give it their own standard output and disk. */
export function createFileSink(
  parameters: FileSinkParameters,
  surroundings: FileSinkSurroundings,
): SinkInstance {
  const { columns, commit, maxOpen, mode, path } = parameters
  const { disk = realDisk, files: held = new FilesInUse(), id = 'sink', random } = surroundings
  const isStandard = path === standardStream
  const format = fileFormat(path, parameters)
  const marks = new RunMarks(newMark(random), disk, surroundings.prepares)
  const template =
    !isStandard && path.includes('{')
      ? new PathTemplate(compileTemplate(path, surroundings.expressions))
      : undefined
  const folder = template?.folder ?? dirname(isStandard ? '.' : realPath(path))
  const inParts = commit === 'rename'
  const touches =
    template !== undefined && mode === 'append' ? new FirstTouches(folder, marks) : undefined
  const tidy = new Set<string>()

  function refuse(name: string): Refusal | undefined {
    const wanted = inParts ? [name, partPath(name, 1)] : [name]
    for (const path of wanted) {
      const other = held.hold({ id, use: 'writes', path })
      if (other === undefined) continue
      const message = `The record leads to "${path}", which "${other.id}" ${other.use}.`
      return { code: 'FILE_PATH', message }
    }
    return undefined
  }

  async function open(name: string): Promise<Output> {
    if (isStandard) {
      const stream = surroundings.stdout?.() ?? process.stdout
      const encoder = createEncoder(format, { columns, isContinued: false })
      return new Output(new StreamTarget(stream), encoder, format.gzip)
    }
    if (template === undefined) {
      held.take({ id, use: 'writes', path: name })
      if (inParts) held.take({ id, use: 'writes', path: partPath(name, 1) })
    }
    const near = dirname(name)
    // Another sink of a job that goes on may still have to take its own up.
    if (!tidy.has(near) && surroundings.recovers !== true) await removeAbandoned(near)
    tidy.add(near)
    const { gzip } = format
    const before: OpenOptions['before'] = (real, size) =>
      touches !== undefined && marks.hasCheckpoints ? touches.note(real, size) : Promise.resolve()
    const { isContinued, target } = await openFile(name, { mode, gzip, marks, before })
    return new Output(target, createEncoder(format, { columns, isContinued }), gzip)
  }

  function takeUp(name: string, real: string, entry: FileEntry): Output {
    refuse(name)
    const isContinued = (entry.body ?? entry.size) > 0
    const encoder = createEncoder(format, { columns, isContinued, named: entry.columns })
    return new Output(takeUpFile(name, real, entry, { mode, marks }), encoder, format.gzip, entry)
  }

  const isLive = isStandard || mode === 'append'
  const isTemplate = template !== undefined
  const outputs = new OutputSet(maxOpen, open)
  const writer = new FileWriter({ path, template, outputs, isLive, refuse })
  const warn = (sentence: string): void => surroundings.logger?.warn(sentence)
  const shared = { path, folder, warn, isTemplate, mode, inParts, marks, outputs, writer, touches }
  const parts: FileSinkParts = {
    writer,
    outputs,
    files: new CheckpointedFiles({ ...shared, takeUp }),
    isLive,
    recovers: surroundings.recovers === true,
    opensAtOnce: !isTemplate && !inParts,
  }
  return isRegular(path) ? new FileSink(parts) : new StreamSink(parts)
}
