import { type FileHandle, open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { FILE_SHRUNK } from '../errors.ts'

/** Bytes in order, one chunk at a time. A chunk is valid until the one after the next is asked for. */
export interface ByteInput {
  /** The next chunk; undefined at the end, or as soon as the input is told to stop. */
  next(): Promise<Buffer | undefined>
  /** Bytes taken from the file itself, packed as they are there. */
  readonly bytesRead: number
  close(): Promise<void>
}

/**
 * Reads a plain file from `start`. Two buffers take turns: while one is decoded, the system fills the other. `enough`: where nothing more is
 * read before it is asked for.
 */
export async function openPlain(
  path: string,
  start: number,
  chunkBytes: number,
  enough: number = Number.POSITIVE_INFINITY,
): Promise<ByteInput> {
  const handle: FileHandle = await open(path, 'r')
  let spare = Buffer.allocUnsafeSlow(chunkBytes)
  let other = Buffer.allocUnsafeSlow(chunkBytes)
  let at = start
  const fill = (buffer: Buffer): Promise<number> => {
    const reading = handle.read(buffer, 0, chunkBytes, at).then((result) => result.bytesRead)
    // Whoever awaits it gets the failure; when nobody does any more it must not end the process.
    reading.catch(() => undefined)
    return reading
  }
  let ahead: Promise<number> | undefined
  return {
    get bytesRead(): number {
      return at
    },
    async next(): Promise<Buffer | undefined> {
      const length = await (ahead ?? fill(spare))
      if (length === 0) {
        // What was read is no longer there: the file is not the one whose end this would be.
        const { size } = await handle.stat()
        if (at > start && size < at) throw FILE_SHRUNK({ path, read: at, size })
        return undefined
      }
      const chunk = spare.subarray(0, length)
      at += length
      ;[spare, other] = [other, spare]
      ahead = at < enough ? fill(spare) : undefined
      return chunk
    },
    async close(): Promise<void> {
      await ahead?.catch(() => undefined)
      await handle.close()
    },
  }
}

/** Reads a stream: standard input, a pipe, a file that is unpacked. Stops waiting as soon as `signal` aborts. */
export function openStream(
  stream: Readable,
  options: {
    readonly signal: AbortSignal
    readonly bytesRead: () => number
    readonly destroy: () => void
  },
): ByteInput {
  let ended = false
  let failure: Error | undefined
  let wake: (() => void) | undefined
  const notify = (): void => wake?.()
  const onEnd = (): void => {
    ended = true
    notify()
  }
  const onError = (error: Error): void => {
    failure = error
    notify()
  }
  stream.on('readable', notify).on('end', onEnd).on('close', onEnd).on('error', onError)
  options.signal.addEventListener('abort', notify)
  return {
    get bytesRead(): number {
      return options.bytesRead()
    },
    async next(): Promise<Buffer | undefined> {
      for (;;) {
        if (failure !== undefined) throw failure
        if (options.signal.aborted) return undefined
        const chunk = stream.read() as Buffer | string | null
        if (chunk !== null) return typeof chunk === 'string' ? Buffer.from(chunk) : chunk
        if (ended || stream.readableEnded) return undefined
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
    close(): Promise<void> {
      options.signal.removeEventListener('abort', notify)
      stream.off('readable', notify).off('end', onEnd).off('close', onEnd).off('error', onError)
      // A stream that is torn down may still report why: nobody is left to hear it.
      stream.on('error', () => undefined)
      options.destroy()
      return Promise.resolve()
    },
  }
}
