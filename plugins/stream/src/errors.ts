import { defineError, type ErrorOf } from '@millrace/base'

/** A name that no stream may have. */
export const STREAM_NAME: ErrorOf<{ what: string; name: string }> = defineError({
  code: 'STREAM_NAME',
  message: (d) =>
    `${d.what} is text of 1 to 200 characters without control characters; got ${d.name}.`,
  hint: () => 'Name it like a file: orders, or orders.eu.',
})

/** An option that does not exist, or has no sense with the others. */
export const STREAM_OPTION: ErrorOf<{ problem: string; hint: string }> = defineError({
  code: 'STREAM_OPTION',
  message: (d) => `${d.problem}.`,
  hint: (d) => d.hint,
})

/** No stream of this name in the directory, and none was to be made. */
export const STREAM_UNKNOWN: ErrorOf<{ name: string; dir: string; near: string | undefined }> =
  defineError({
    code: 'STREAM_UNKNOWN',
    message: (d) => `There is no stream "${d.name}" in "${d.dir}".`,
    hint: (d) =>
      d.near === undefined
        ? 'Run millrace stream ls to see what there is; the first append makes a stream.'
        : `Did you mean "${d.near}"?`,
  })

/** A value that JSON cannot hold. */
export const STREAM_VALUE: ErrorOf<{ stream: string; got: string }> = defineError({
  code: 'STREAM_VALUE',
  message: (d) => `Stream "${d.stream}" takes values that JSON can hold; got ${d.got}.`,
  hint: () => 'Append objects, lists, text, numbers, booleans or null.',
})

/** The stream was ended; nothing can be appended to it. */
export const STREAM_ENDED: ErrorOf<{ stream: string }> = defineError({
  code: 'STREAM_ENDED',
  message: (d) => `Stream "${d.stream}" has ended: nothing more is appended to it.`,
  hint: () => 'Append to a stream of another name.',
})

/** What was opened here was closed. */
export const STREAM_CLOSED: ErrorOf<{ stream: string }> = defineError({
  code: 'STREAM_CLOSED',
  message: (d) => `Stream "${d.stream}" was closed by this process.`,
  hint: () => 'Open it again with openStream.',
})

/** The lease ran out, and the window belongs to somebody else or to nobody. */
export const STREAM_LEASE_LOST: ErrorOf<{ stream: string; group: string; first: number }> =
  defineError({
    code: 'STREAM_LEASE_LOST',
    message: (d) =>
      `Group "${d.group}" of stream "${d.stream}" took back the window from offset ${d.first}: its lease ran out, or the group was reset.`,
    hint: () =>
      'Somebody else handles it again. Give a longer lease, or let the handler leave the event loop its turns.',
  })

/** What should be read was deleted. */
export const STREAM_GONE: ErrorOf<{ stream: string; offset: number; first: number }> = defineError({
  code: 'STREAM_GONE',
  message: (d) =>
    `Stream "${d.stream}" begins at offset ${d.first}; offset ${d.offset}, from which to go on, was deleted.`,
  hint: () =>
    'Its retention deleted messages that this job had not read. Start the job anew, or give the source a group: retention waits for groups.',
})

/** A job goes on from a position or token that is not one of a stream. */
export const STREAM_POSITION: ErrorOf<{ part: 'source' | 'sink'; got: string }> = defineError({
  code: 'STREAM_POSITION',
  message: (d) =>
    d.part === 'source'
      ? `A position in a stream is an offset; got ${d.got}.`
      : `What a checkpoint has of the sink stream is a writer and an epoch; got ${d.got}.`,
  hint: (d) => `Start the job anew: this checkpoint was written by another ${d.part}.`,
})

/** Nobody let go of the store for too long. */
export const STREAM_BUSY: ErrorOf<{ path: string; seconds: number }> = defineError({
  code: 'STREAM_BUSY',
  retry: 'later',
  message: (d) => `Another process has held "${d.path}" for ${d.seconds} s.`,
  hint: () => 'See which process that is; a stopped one (Ctrl-Z) or a debugger holds it.',
})

/** The disk took no more. */
export const STREAM_DISK_FULL: ErrorOf<{ path: string }> = defineError({
  code: 'STREAM_DISK_FULL',
  retry: 'later',
  message: (d) => `There is no room for "${d.path}": nothing of this was written.`,
  hint: () => 'Free space on its disk, or give the streams a retention; then try again.',
})

/** The directory or its store may not be written. */
export const STREAM_READONLY: ErrorOf<{ path: string }> = defineError({
  code: 'STREAM_READONLY',
  message: (d) => `"${d.path}" may not be written.`,
  hint: () => 'Give this user the right to write the directory and the files in it.',
})

/** The store is not one, or was damaged. */
export const STREAM_CORRUPT: ErrorOf<{ path: string; reason: string }> = defineError({
  code: 'STREAM_CORRUPT',
  message: (d) => `"${d.path}" is damaged or no store of streams: ${d.reason}.`,
  hint: () =>
    'Keep a copy and bring back a backup, with streams.db-wal beside streams.db. Nothing was changed.',
})

/** The store was written by a newer Millrace. */
export const STREAM_VERSION: ErrorOf<{ path: string; version: number }> = defineError({
  code: 'STREAM_VERSION',
  message: (d) => `"${d.path}" has format ${d.version}, which this version does not know.`,
  hint: () => 'Upgrade @millrace/stream.',
})

/** Everything else the store can say. */
export const STREAM_STORE: ErrorOf<{ path: string; reason: string }> = defineError({
  code: 'STREAM_STORE',
  retry: 'later',
  message: (d) => `"${d.path}" cannot be used: ${d.reason}.`,
  hint: () =>
    'See that its directory exists, that its disk is sound, and that this user may use it.',
})

/** A job goes on with a store that does not have what its sink prepared. */
export const STREAM_TOKEN: ErrorOf<{ path: string; stream: string }> = defineError({
  code: 'STREAM_TOKEN',
  message: (d) =>
    `"${d.path}" knows nothing of what this job wrote to stream "${d.stream}" before its checkpoint.`,
  hint: () =>
    'Bring back the directory that the job wrote to, or start the job anew: some of its results are not there.',
})
