import type { Piece, SourceBatch } from '@millrace/sdk'
import type { ByteInput } from './byte-input.ts'
import { fileStart, type Position } from './decoder.ts'
import { readEntries } from './read-entries.ts'

const newline = 10

/** Reads the lines that begin in a piece of a file, behind `position` where that lies in it. `open` opens the file at a byte. */
export async function* readPiece(
  options: Omit<Parameters<typeof readEntries>[0], 'input' | 'piece' | 'isPacked'> & {
    readonly piece: Piece
    readonly open: (start: number) => Promise<ByteInput>
  },
): AsyncGenerator<SourceBatch> {
  const { open, piece, position } = options
  const { bytes = 0 } = position ?? {}
  const known = bytes > 0 && bytes >= piece.from ? bytes : undefined
  const seek = known ?? Math.max(0, piece.from - 1)
  const input = await open(seek)
  const isWhole = known === undefined && piece.from === 0
  const own = known === undefined && piece.from > 0 ? await toNextLine(input, seek) : { at: seek }
  if (own === undefined || own.at >= piece.to) {
    await input.close()
    return
  }
  const { at, rest } = own
  const start: Position = { ...fileStart, bytes: at, offset: at }
  yield* readEntries({
    ...options,
    input: upTo(input, { at, rest, last: piece.to - 1 }),
    position: isWhole ? undefined : start,
    isPacked: false,
  })
}

/** Where the line behind the next newline begins, and what is left of its chunk; undefined: there is none. */
async function toNextLine(
  input: ByteInput,
  start: number,
): Promise<{ readonly at: number; readonly rest?: Buffer } | undefined> {
  let passed = start
  for (;;) {
    const chunk = await input.next()
    if (chunk === undefined) return undefined
    const end = chunk.indexOf(newline)
    if (end !== -1) return { at: passed + end + 1, rest: chunk.subarray(end + 1) }
    passed += chunk.length
  }
}

/** The same input, which ends behind the first newline at byte `last` or behind it. */
function upTo(
  input: ByteInput,
  options: { readonly at: number; readonly rest?: Buffer | undefined; readonly last: number },
): ByteInput {
  const { last } = options
  let { at, rest } = options
  let isOver = false
  return {
    get bytesRead(): number {
      return input.bytesRead
    },
    close: () => input.close(),
    async next(): Promise<Buffer | undefined> {
      if (isOver) return undefined
      const chunk = rest !== undefined && rest.length > 0 ? rest : await input.next()
      rest = undefined
      if (chunk === undefined) return undefined
      const begin = at
      at += chunk.length
      if (at <= last) return chunk
      const end = chunk.indexOf(newline, Math.max(0, last - begin))
      if (end === -1) return chunk
      isOver = true
      return chunk.subarray(0, end + 1)
    },
  }
}
