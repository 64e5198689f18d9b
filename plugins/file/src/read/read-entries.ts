import type { Piece, SourceBatch } from '@millrace/sdk'
import { fileError } from '../errors.ts'
import type { ByteInput } from './byte-input.ts'
import { type Decoder, fileStart, type Position } from './decoder.ts'
import { type BatchOptions, EntryBatch } from './entry-batch.ts'
import type { Identity } from './identity.ts'

const byteOrderMark = [0xef, 0xbb, 0xbf] as const

/**
 * Reads an input to its end, chunk by chunk, and yields what was decoded: full batches, and at the end of each chunk what
 * there is. Stops behind the batch in hand when `signal` aborts; the input is closed in any case.
 */
export async function* readEntries(options: {
  readonly path: string
  readonly input: ByteInput
  readonly createDecoder: (position: Position) => Decoder
  readonly position: Position | undefined
  /** What is told of the file with each position. */
  readonly file: Identity | undefined
  /** Where progress counts the bytes of a packed file, not what they unpack to. */
  readonly isPacked: boolean
  readonly signal: AbortSignal
  readonly asked: BatchOptions
  /** The input ends where this does. */
  readonly piece?: Piece | undefined
}): AsyncGenerator<SourceBatch> {
  const { file, input, path, piece, signal, isPacked } = options
  const asked = { ...options.asked, byBytes: piece !== undefined }
  const batch = new EntryBatch(options.position?.offset ?? 0, asked)
  const next = (): Promise<Buffer | undefined> =>
    input.next().catch((error: unknown) => {
      throw fileError(error, path, true)
    })
  try {
    const first = options.position === undefined ? await skipByteOrderMark(next) : undefined
    const start = options.position ?? { ...fileStart, bytes: first?.skipped ?? 0 }
    const decoder = options.createDecoder(start)
    const take = (): SourceBatch => {
      const position = decoder.position(batch.offset)
      const { from, to } = piece ?? { from: 0, to: Number.POSITIVE_INFINITY }
      const { bytesRead } = input
      // A line that goes on behind a piece counts there, and a position behind a last line the newline that is not there.
      const read = isPacked ? bytesRead : Math.min(position.bytes, bytesRead, to) - from
      return batch.take(read, file === undefined ? position : { ...position, file })
    }
    let chunk = first === undefined ? await next() : first.chunk
    for (; chunk !== undefined; chunk = await next()) {
      let at = 0
      while (at < chunk.length) {
        if (signal.aborted) return
        at = decoder.decode(chunk, at, batch)
        if (!batch.isEmpty) yield take()
      }
    }
    if (signal.aborted) return
    decoder.end(batch)
    if (!batch.isEmpty) yield take()
  } finally {
    await input.close()
  }
}

/** The first chunk without the mark that some editors put in front of UTF-8. */
async function skipByteOrderMark(
  next: () => Promise<Buffer | undefined>,
): Promise<{ readonly chunk: Buffer | undefined; readonly skipped: number }> {
  let chunk = await next()
  while (chunk !== undefined && chunk.length < 3) {
    const head = Buffer.from(chunk)
    const more = await next()
    if (more === undefined) return { chunk: head, skipped: 0 }
    chunk = Buffer.concat([head, more])
  }
  if (chunk === undefined || byteOrderMark.some((byte, index) => chunk[index] !== byte)) {
    return { chunk, skipped: 0 }
  }
  return { chunk: chunk.subarray(3), skipped: 3 }
}
