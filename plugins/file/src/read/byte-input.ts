import { readSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { FILE_SHRUNK } from '../errors.ts'

/** Bytes in order, one chunk at a time. A chunk is valid until the next one is asked for. */
export interface ByteInput {
  /** The next chunk; undefined at the end, or as soon as the input is told to stop. */
  next(): Promise<Buffer | undefined>
  /** Bytes taken from the file itself, packed as they are there. */
  readonly bytesRead: number
  close(): Promise<void>
}

/** A read that takes no longer, ms, is of bytes that are in memory: the next one is done at once. */
const QUICK_MS = 1
/** So many chunks are read beside the thread behind one that took longer. */
const BESIDE = 64
/** So many chunks are read at once before others get a turn: where nothing comes of them nobody else waits for anything. */
const AT_ONCE = 16

/**
 * Reads a plain file from `start`. What is in memory it reads at once: to have it read beside costs more than to copy it. Otherwise two buffers
 * take turns: while one is decoded, the system fills the other. `enough`: where nothing more is read before it is asked for. `now` is in ms.
 */
export async function openPlain(
  path: string,
  start: number,
  chunkBytes: number,
  enough: number = Number.POSITIVE_INFINITY,
  now: () => number = () => performance.now(),
): Promise<ByteInput> {
  const handle: FileHandle = await open(path, 'r')
  let spare = Buffer.allocUnsafeSlow(chunkBytes)
  let other = Buffer.allocUnsafeSlow(chunkBytes)
  let at = start
  // Nobody knows yet how far away the file is: one that does not answer must not hold up the thread.
  let beside = 1
  let ahead: Promise<number> | undefined
  const fill = (): Promise<number> => {
    const reading = handle.read(spare, 0, chunkBytes, at).then((result) => result.bytesRead)
    // Whoever awaits it gets the failure; when nobody does any more it must not end the process.
    reading.catch(() => undefined)
    return reading
  }
  let left = AT_ONCE
  const fillAtOnce = async (): Promise<number> => {
    if (--left === 0) {
      left = AT_ONCE
      await turn()
    }
    const began = now()
    const length = readSync(handle.fd, spare, 0, chunkBytes, at)
    if (now() - began > QUICK_MS) beside = BESIDE
    return length
  }
  return {
    get bytesRead(): number {
      return at
    },
    async next(): Promise<Buffer | undefined> {
      const length = await (ahead ?? (beside === 0 ? fillAtOnce() : fill()))
      ahead = undefined
      if (length === 0) {
        // What was read is no longer there: the file is not the one whose end this would be.
        const { size } = await handle.stat()
        if (at > start && size < at) throw FILE_SHRUNK({ path, read: at, size })
        return undefined
      }
      const chunk = spare.subarray(0, length)
      at += length
      ;[spare, other] = [other, spare]
      if (beside > 0 && --beside > 0 && at < enough) ahead = fill()
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
