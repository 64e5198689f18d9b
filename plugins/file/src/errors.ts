import { basename, dirname } from 'node:path'
import { readdir } from 'node:fs/promises'
import {
  defineError,
  type ErrorOf,
  isMillraceError,
  type MillraceError,
  nearestName,
} from '@millrace/base'

/** A row of CSV that has another number of cells, an open quote or a cell of another type. */
export const FILE_CSV = 'FILE_CSV'
/** An entry nests deeper than a reader can follow. */
export const FILE_DEPTH = 'FILE_DEPTH'
/** An entry is not valid JSON. */
export const FILE_JSON = 'FILE_JSON'
/** A line, or a value of a JSON array, is longer than `maxLine`. */
export const FILE_LINE_TOO_LONG = 'FILE_LINE_TOO_LONG'
/** An entry is not valid UTF-8. */
export const FILE_UTF8 = 'FILE_UTF8'

/** Why an entry cannot be decoded: no error of the job, but what its dead letter says. */
export type Undecodable =
  | typeof FILE_CSV
  | typeof FILE_DEPTH
  | typeof FILE_JSON
  | typeof FILE_LINE_TOO_LONG
  | typeof FILE_UTF8

/** The file or folder of the path does not exist. */
export const FILE_NOT_FOUND: ErrorOf<{ path: string; near?: string | undefined }> = defineError({
  code: 'FILE_NOT_FOUND',
  message: (details) => `There is no file "${details.path}".`,
  hint: (details) =>
    details.near === undefined
      ? 'Check the path; a relative one counts from the job file.'
      : `Did you mean "${details.near}"?`,
})

/** A pattern such as `*.jsonl` found no file. */
export const FILE_NO_MATCH: ErrorOf<{ path: string }> = defineError({
  code: 'FILE_NO_MATCH',
  message: (details) => `No file matches "${details.path}".`,
  hint: () => 'Check the pattern and the folder; a relative path counts from the job file.',
})

/** A folder stands where a file was expected. */
export const FILE_IS_FOLDER: ErrorOf<{ path: string; reading: boolean }> = defineError({
  code: 'FILE_IS_FOLDER',
  message: (details) => `"${details.path}" is a folder, not a file.`,
  hint: (details) =>
    details.reading
      ? `Name a file in it, or all of a kind: "${details.path}/*.jsonl".`
      : `Name a file in it, such as "${details.path}/out.jsonl".`,
})

/** A file stands where a folder is needed. */
export const FILE_NOT_FOLDER: ErrorOf<{ path: string }> = defineError({
  code: 'FILE_NOT_FOLDER',
  message: (details) => `"${details.path}" cannot be a folder: a file is in the way.`,
  hint: () => 'Choose another folder, or move the file away.',
})

/** The folder was taken away, or is one of the system's own such as `/proc`. */
export const FILE_NO_FOLDER: ErrorOf<{ path: string }> = defineError({
  code: 'FILE_NO_FOLDER',
  message: (details) => `The folder "${details.path}" takes no new file.`,
  hint: () => 'Choose another folder, and leave it in its place while the job runs.',
})

/** The process may not read or write the path. */
export const FILE_NO_ACCESS: ErrorOf<{ path: string; reading: boolean }> = defineError({
  code: 'FILE_NO_ACCESS',
  message: (details) => `No permission to ${details.reading ? 'read' : 'write'} "${details.path}".`,
  hint: (details) =>
    `Give the user of this process ${details.reading ? 'read' : 'write'} access to the path.`,
})

/** Neither the extension nor a parameter says what the file holds. */
export const FILE_UNKNOWN_FORMAT: ErrorOf<{ path: string }> = defineError({
  code: 'FILE_UNKNOWN_FORMAT',
  message: (details) => `The extension of "${details.path}" does not say its format.`,
  hint: () => 'Add "format: jsonl", "json", "csv" or "lines" to the parameters.',
})

/** The target exists and `mode: fail` forbids touching it. */
export const FILE_EXISTS: ErrorOf<{ path: string }> = defineError({
  code: 'FILE_EXISTS',
  message: (details) => `"${details.path}" exists already and "mode: fail" leaves it alone.`,
  hint: () => 'Remove the file, choose another path, or set "mode: replace" or "mode: append".',
})

/** Another part of the job holds the file, perhaps under another name. */
export const FILE_SHARED: ErrorOf<{ path: string; other: string; use: 'reads' | 'writes' }> =
  defineError({
    code: 'FILE_SHARED',
    message: (details) => `"${details.other}" ${details.use} "${details.path}" already.`,
    hint: () => 'Give each its own file; links and other names of a file count as that file.',
  })

/** A file that a checkpoint names was taken away, cut or replaced since. */
export const FILE_NOT_AS_LEFT: ErrorOf<{ path: string; left: number; found: number | undefined }> =
  defineError({
    code: 'FILE_NOT_AS_LEFT',
    message: ({ found, left, path }) =>
      found === undefined
        ? `"${path}" is gone; the last checkpoint left it with ${left} bytes.`
        : `"${path}" has ${found} bytes; the last checkpoint left it with ${left}.`,
    hint: () => 'Put the file back as it was, or start the job anew with --fresh.',
  })

/** A job goes back to a savepoint, and what it had written then is nowhere any more. */
export const FILE_NOT_BACK: ErrorOf<{ path: string; left: number }> = defineError({
  code: 'FILE_NOT_BACK',
  message: ({ left, path }) =>
    `"${path}" had ${left} bytes at the savepoint, and no longer begins with them.`,
  hint: () =>
    'Put the file there that the job had written since, or a copy of it; or begin anew with --fresh.',
})

/** A job goes back to a savepoint, and files hold results of later checkpoints that nobody can tell apart. */
export const FILE_LATER: ErrorOf<{ paths: readonly string[] }> = defineError({
  code: 'FILE_LATER',
  message: ({ paths }) => `Results from behind the savepoint are in ${listed(paths)}.`,
  hint: () =>
    'Move these files away, and run it again: what follows the savepoint is written anew.',
})

const listedMax = 3

/** Some files by name, and how many more there are. */
export function listed(paths: readonly string[]): string {
  const names = paths.slice(0, listedMax).map((path) => `"${path}"`)
  const more = paths.length - names.length
  return more === 0 ? names.join(', ') : `${names.join(', ')} and ${more} more`
}

/** The disk, or the user's share of it, is full. */
export const FILE_DISK_FULL: ErrorOf<{ path: string }> = defineError({
  code: 'FILE_DISK_FULL',
  retry: 'later',
  message: (details) => `No space left for "${details.path}".`,
  hint: () => 'Free space on that disk, or write to another one, and run the job again.',
})

/** Who read our output is gone: a broken pipe. The command ends quietly on it. */
export const FILE_BROKEN_PIPE: ErrorOf<{ path: string }> = defineError({
  code: 'FILE_BROKEN_PIPE',
  message: (details) => `The reader of "${details.path}" closed it before the job was done.`,
  hint: () => 'Nothing to do if the reader, such as "head", had enough.',
})

/** Reading or writing failed for a reason that has no code of its own. */
export const FILE_IO: ErrorOf<{ path: string; reading: boolean; reason: string }> = defineError({
  code: 'FILE_IO',
  retry: 'later',
  message: (details) =>
    `Could not ${details.reading ? 'read' : 'write'} "${details.path}": ${details.reason}.`,
  hint: () => 'Check the disk or the network share that holds the file, and run the job again.',
})

/** The file ends in .gz or says gzip, but its bytes do not. */
export const FILE_GZIP: ErrorOf<{ path: string }> = defineError({
  code: 'FILE_GZIP',
  message: (details) => `"${details.path}" is not whole gzip data.`,
  hint: () => 'Make the file again, or set "compression: none" if it is not compressed.',
})

/** A job that goes on finds another file under the name of the one it was reading. */
export const FILE_REPLACED: ErrorOf<{ path: string }> = defineError({
  code: 'FILE_REPLACED',
  message: (details) =>
    `"${details.path}" is not the file that was read before: it begins otherwise.`,
  hint: () =>
    'Put the old file back, give the new one a name of its own, or start the job anew with --fresh.',
})

/** The file lost bytes that were read already, while it was read or since. */
export const FILE_SHRUNK: ErrorOf<{ path: string; read: number; size: number }> = defineError({
  code: 'FILE_SHRUNK',
  message: (details) =>
    `"${details.path}" was cut to ${details.size} bytes after ${details.read} had been read.`,
  hint: () => 'Let its writer rename it or start a new one, and read files that only grow.',
})

/** The first row of a CSV file cannot name its columns. */
export const FILE_HEADER: ErrorOf<{ path: string; reason: string }> = defineError({
  code: 'FILE_HEADER',
  message: (details) => `The header of "${details.path}" ${details.reason}.`,
  hint: () => 'Correct the first row, or name the columns with "columns: [...]".',
})

/** Standard input was asked for again from a position. */
export const FILE_STDIN_ONCE: ErrorOf<Record<string, never>> = defineError({
  code: 'FILE_STDIN_ONCE',
  message: () => 'Standard input can be read only once, from its start.',
  hint: () => 'Save the input as a file and read that, so that a job can continue in it.',
})

/** Puts a failed file operation into our words. Errors that are coded already come back as they are. */
export function fileError(cause: unknown, path: string, reading: boolean): MillraceError {
  if (isMillraceError(cause)) return cause
  const { code, message } = cause as { readonly code?: unknown; readonly message?: unknown }
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      if (!reading) return FILE_NO_FOLDER({ path: dirname(path) }, {}, cause)
      return FILE_NOT_FOUND({ path }, {}, cause)
    case 'EISDIR':
      return FILE_IS_FOLDER({ path, reading }, {}, cause)
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return FILE_NO_ACCESS({ path, reading }, {}, cause)
    case 'ENOSPC':
    case 'EDQUOT':
      return FILE_DISK_FULL({ path }, {}, cause)
    case 'EPIPE':
    case 'ERR_STREAM_DESTROYED':
      return FILE_BROKEN_PIPE({ path }, {}, cause)
    case 'Z_DATA_ERROR':
    case 'Z_BUF_ERROR':
      return FILE_GZIP({ path }, {}, cause)
    default:
      return FILE_IO({ path, reading, reason: String(message ?? cause) }, {}, cause)
  }
}

/** `FILE_NOT_FOUND` with the nearest name that the folder holds. */
export async function notFound(path: string, cause?: unknown): Promise<MillraceError> {
  const names = await readdir(dirname(path)).catch(() => [])
  return FILE_NOT_FOUND({ path, near: nearestName(basename(path), names) }, {}, cause)
}
