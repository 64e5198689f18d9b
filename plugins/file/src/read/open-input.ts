import { createReadStream, type Stats } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { FILE_IS_FOLDER, FILE_SHRUNK, FILE_STDIN_ONCE, fileError, notFound } from '../errors.ts'
import { standardStream } from '../format.ts'
import { type ByteInput, openPlain, openStream } from './byte-input.ts'

/** Opens a file, a pipe or standard input behind its first `start` unpacked bytes. Throws FILE_* errors with the path. */
export async function openInput(
  path: string,
  options: {
    readonly start: number
    readonly gzip: boolean
    readonly chunkBytes: number
    readonly stdin: () => Readable
    readonly signal: AbortSignal
    /** Where most of what is asked for ends. */
    readonly enough?: number | undefined
  },
): Promise<ByteInput> {
  const { start, gzip, chunkBytes, enough } = options
  if (path === standardStream) {
    if (start > 0) throw FILE_STDIN_ONCE({})
    const stdin = options.stdin()
    return unpack(stdin, { ...options, destroy: () => stdin.pause() })
  }
  const stats = await statInput(path)
  if (stats.isDirectory()) throw FILE_IS_FOLDER({ path, reading: true })
  try {
    if (stats.isFile() && !gzip) return await openPlain(path, start, chunkBytes, enough)
  } catch (error) {
    throw fileError(error, path, true)
  }
  // A pipe cannot be read from a place in it, so it goes the way of streams.
  const stream = createReadStream(path, { highWaterMark: chunkBytes })
  return skip(unpack(stream, { ...options, destroy: () => stream.destroy() }), {
    path,
    signal: options.signal,
    start,
  })
}

/** Size and kind of a file. Throws FILE_NOT_FOUND with the nearest name in the folder, or what else is wrong. */
export async function statInput(path: string): Promise<Stats> {
  try {
    return await stat(path)
  } catch (error) {
    const coded = fileError(error, path, true)
    throw coded.code === 'FILE_NOT_FOUND' ? await notFound(path, error) : coded
  }
}

function unpack(
  stream: Readable,
  options: {
    readonly gzip: boolean
    readonly chunkBytes: number
    readonly signal: AbortSignal
    readonly destroy: () => void
  },
): ByteInput {
  const { signal, gzip, chunkBytes } = options
  if (!gzip) {
    let bytes = 0
    const input = openStream(stream, { signal, bytesRead: () => bytes, destroy: options.destroy })
    return {
      ...input,
      get bytesRead(): number {
        return bytes
      },
      async next(): Promise<Buffer | undefined> {
        const chunk = await input.next()
        bytes += chunk?.length ?? 0
        return chunk
      },
    }
  }
  const gunzip = createGunzip({ chunkSize: Math.max(64, chunkBytes) })
  const onError = (error: Error): void => void gunzip.destroy(error)
  stream.on('error', onError).pipe(gunzip)
  return openStream(gunzip, {
    signal,
    bytesRead: () => gunzip.bytesWritten,
    destroy: () => {
      stream.unpipe(gunzip)
      gunzip.destroy()
      options.destroy()
    },
  })
}

interface SkipOptions {
  readonly path: string
  readonly signal: AbortSignal
  readonly start: number
}

/** Leaves out the first `start` bytes. Throws FILE_SHRUNK where there are none so many. */
function skip(input: ByteInput, { path, signal, start: count }: SkipOptions): ByteInput {
  let left = count
  return {
    get bytesRead(): number {
      return input.bytesRead
    },
    close: () => input.close(),
    async next(): Promise<Buffer | undefined> {
      for (;;) {
        const chunk = await input.next()
        if (left === 0) return chunk
        if (chunk === undefined) {
          // Behind a last line without a newline a position counts the one that is not there.
          if (left <= 1 || signal.aborted) return undefined
          throw FILE_SHRUNK({ path, read: count, size: count - left })
        }
        const passed = Math.min(left, chunk.length)
        left -= passed
        if (passed < chunk.length) return chunk.subarray(passed)
      }
    },
  }
}
