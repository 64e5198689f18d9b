import { defineError, type ErrorOf, isMillraceError, messageOf } from '@millrace/base'

/** Another process holds the directory. */
export const STORE_LOCKED: ErrorOf<{
  directory: string
  holder?: { pid: number; host: string; since: string } | undefined
}> = defineError({
  code: 'STORE_LOCKED',
  retry: 'later',
  message: ({ directory, holder }) =>
    holder === undefined
      ? `Another process holds the state in "${directory}".`
      : `Process ${holder.pid} on ${holder.host} holds the state in "${directory}" since ${holder.since}.`,
  hint: () => 'Stop it first, or give this job another directory.',
})

/** What is on disk is not what was written. */
export const STORE_CORRUPT: ErrorOf<{
  file: string
  offset: number
  reason: string
  /** Files of checkpoints that need the damaged one. */
  needing: readonly string[]
  /** Ids of checkpoints that do without. */
  others: readonly number[]
}> = defineError({
  code: 'STORE_CORRUPT',
  message: ({ file, offset, reason }) => `"${file}" is damaged at byte ${offset}: ${reason}.`,
  hint: ({ needing, others }) =>
    others.length === 0
      ? 'Restore the directory from a copy, import an export, or start without it: --fresh (in code fresh: true).'
      : `Restore the file from a copy, or move ${needing.join(', ')} out of the directory to go on from checkpoint ` +
        `${others.at(-1)}: results since then come again.`,
})

/** There were checkpoints, and there are none. */
export const STORE_REMOVED: ErrorOf<{ directory: string }> = defineError({
  code: 'STORE_REMOVED',
  message: ({ directory }) =>
    `"${directory}" has had checkpoints of the job, and somebody has removed all of them.`,
  hint: () =>
    'Restore the directory from a copy, import an export in its place (millrace state import --replace), or begin anew: --fresh (in code fresh: true).',
})

/** Written by a later version of Millrace. */
export const STORE_NEWER: ErrorOf<{ file: string; format: number; known: number }> = defineError({
  code: 'STORE_NEWER',
  message: ({ file, format, known }) =>
    `"${file}" has format ${format}; this version of Millrace reads up to ${known}.`,
  hint: () => 'Run the version that wrote it or a later one, or export the state there.',
})

/** The state is that of another job. */
export const STORE_OTHER_JOB: ErrorOf<{ directory: string; job: string; found: string }> =
  defineError({
    code: 'STORE_OTHER_JOB',
    message: ({ directory, job, found }) =>
      `"${directory}" holds the state of job "${found}", not of "${job}".`,
    hint: () => 'Give each job a directory of its own, or give the job its old name.',
  })

/** No room left on the disk, or in the quota. */
export const STORE_FULL: ErrorOf<{ path: string }> = defineError({
  code: 'STORE_FULL',
  retry: 'later',
  message: ({ path }) => `The disk is full: "${path}" could not be written.`,
  hint: () => 'Make room; the last checkpoint before this is untouched.',
})

/** The directory must not be read or written. */
export const STORE_NO_ACCESS: ErrorOf<{ path: string }> = defineError({
  code: 'STORE_NO_ACCESS',
  message: ({ path }) => `"${path}" must not be read or written.`,
  hint: () => 'Check owner and permissions, and that the disk is not mounted read-only.',
})

/** The disk, or the system below it, failed. */
export const STORE_IO: ErrorOf<{ path: string; reason: string }> = defineError({
  code: 'STORE_IO',
  retry: 'later',
  message: ({ path, reason }) => `"${path}" could not be read or written: ${reason}.`,
  hint: () => 'Check the disk; the last checkpoint before this is untouched.',
})

/** A commit failed in a way that leaves open whether it is on disk. */
export const STORE_UNCERTAIN: ErrorOf<{ id: number; directory: string }> = defineError({
  code: 'STORE_UNCERTAIN',
  message: ({ id, directory }) =>
    `The disk failed while checkpoint ${id} was committed to "${directory}"; it may be there, whole, or not.`,
  hint: () => 'Start the job again: it goes on from what is there.',
})

/** The store was closed before. */
export const STORE_CLOSED: ErrorOf<{ directory: string }> = defineError({
  code: 'STORE_CLOSED',
  message: ({ directory }) => `The store in "${directory}" is closed.`,
  hint: () => 'Open it again; commit only to a store that is open.',
})

/** There is no state in the directory. */
export const STORE_NONE: ErrorOf<{ directory: string }> = defineError({
  code: 'STORE_NONE',
  message: ({ directory }) => `There is no state in "${directory}".`,
  hint: () => 'Check the path; a job writes its first checkpoint some seconds after its start.',
})

/** A checkpoint was removed while it was read without holding the directory. */
export const STORE_GONE: ErrorOf<{ id: number; directory: string }> = defineError({
  code: 'STORE_GONE',
  retry: 'later',
  message: ({ id, directory }) =>
    `Checkpoint ${id} in "${directory}" was replaced by later ones while it was read.`,
  hint: () => 'Read again, or keep a savepoint and read that.',
})

/** A name of a savepoint that cannot be given or does not exist. */
export const STORE_SAVEPOINT: ErrorOf<{ name: string; reason: string; known: readonly string[] }> =
  defineError({
    code: 'STORE_SAVEPOINT',
    message: ({ name, reason }) => `Savepoint "${name}" ${reason}.`,
    hint: ({ known }) =>
      known.length === 0
        ? 'There are no savepoints; names are letters, digits, "-", "_" and ".".'
        : `Savepoints: ${known.join(', ')}.`,
  })

/** A file that is no export of state, or no whole one. */
export const STORE_IMPORT: ErrorOf<{ line: number; reason: string }> = defineError({
  code: 'STORE_IMPORT',
  message: ({ line, reason }) => `The file is no whole export of state: line ${line} ${reason}.`,
  hint: () => 'Export the state again; nothing was imported.',
})

/** The error code a system gave, such as `ENOENT`; undefined for errors of another kind. */
export function systemCode(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null
  return typeof code === 'string' ? code : undefined
}

/** An error of the disk as one of the store; those that have a code of Millrace stay as they are. */
export function diskError(error: unknown, path: string): unknown {
  if (isMillraceError(error)) return error
  switch (systemCode(error)) {
    case undefined:
      return error
    case 'ENOSPC':
    case 'EDQUOT':
      return STORE_FULL({ path }, {}, error)
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return STORE_NO_ACCESS({ path }, {}, error)
    default:
      return STORE_IO({ path, reason: messageOf(error) }, {}, error)
  }
}
