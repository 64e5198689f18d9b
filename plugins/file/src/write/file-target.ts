import { type FileHandle, mkdir, open, realpath, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { FILE_EXISTS, FILE_IS_FOLDER } from '../errors.ts'
import { AppendedTarget } from './appended-target.ts'
import { changedFolders } from './durable.ts'
import type { FileEntry } from './file-token.ts'
import type { Target } from './output.ts'
import { ReplacingTarget } from './replacing-target.ts'
import type { RunMarks } from './run-marks.ts'
import { writeError } from './write-error.ts'

/** What happens to a file that exists: its content is replaced at the end, continued, or left alone with an error. */
export type WriteMode = 'replace' | 'append' | 'fail'

/** A file to write, and whether it has content that is kept. */
export interface OpenedFile {
  readonly target: Target
  readonly isContinued: boolean
}

/** How a file is opened for writing. */
export interface OpenOptions {
  readonly mode: WriteMode
  readonly gzip: boolean
  readonly marks: RunMarks
  /** Told of a file that is about to be appended to, and its size; undefined: it is not there yet. */
  readonly before?: ((real: string, size: number | undefined) => Promise<void>) | undefined
}

/** The file of a path, without links; what does not exist yet keeps its name. */
export function realTarget(path: string): Promise<string> {
  return realpath(path).catch(() => resolve(path))
}

/**
 * Opens a file for writing and makes its folders. `replace` and `fail` write beside it and rename on commit, so that a
 * reader sees the old content or the whole new one. Pipes and devices are written straight. Throws FILE_* errors.
 */
export async function openFile(path: string, options: OpenOptions): Promise<OpenedFile> {
  const { marks, mode } = options
  try {
    const real = await realTarget(path)
    const existing = await stat(real).catch(() => undefined)
    if (existing?.isDirectory()) throw FILE_IS_FOLDER({ path, reading: false })
    if (existing !== undefined && mode === 'fail') throw FILE_EXISTS({ path })
    const made = await mkdir(dirname(real), { recursive: true })
    if (existing !== undefined && !existing.isFile()) {
      const handle = await open(real, 'w')
      const target = new AppendedTarget(path, { handle, disk: undefined, size: 0 })
      return { target, isContinued: false }
    }
    const changed = changedFolders(real, made)
    if (mode === 'append') {
      await options.before?.(real, existing?.size)
      if (existing === undefined) marks.changed(changed)
      return await openAppend(path, real, options)
    }
    const permissions = existing?.mode
    const target = new ReplacingTarget({ path, real, mode, marks, changed, permissions })
    await target.create()
    return { target, isContinued: false }
  } catch (error) {
    throw writeError(error, path)
  }
}

async function openAppend(
  path: string,
  real: string,
  { gzip, marks }: OpenOptions,
): Promise<OpenedFile> {
  const handle = await open(real, 'a+')
  const { size } = await handle.stat()
  const target = new AppendedTarget(path, { handle, disk: marks.disk, size })
  // Somebody left half a line: ours must not become its end.
  if (size > 0 && !gzip && (await lastByte(handle, size)) !== 10) {
    await target.write(Buffer.from('\n'))
  }
  return { target, isContinued: size > 0 }
}

async function lastByte(handle: FileHandle, size: number): Promise<number | undefined> {
  const last = Buffer.alloc(1)
  await handle.read(last, 0, 1, size - 1)
  return last[0]
}

/** Takes a file up that a checkpoint names: what `recover` has cut to `entry`. Nothing is opened. */
export function takeUpFile(
  path: string,
  real: string,
  entry: FileEntry,
  { marks, mode }: Pick<OpenOptions, 'marks' | 'mode'>,
): Target {
  const size = entry.body ?? entry.size
  if (mode === 'append') return new AppendedTarget(path, { disk: marks.disk, size, synced: size })
  const isNamed = entry.body !== undefined
  return new ReplacingTarget(
    { path, real, mode, marks },
    { size, crc: entry.crc, isNamed, isOurs: isNamed || entry.ours === true },
  )
}
