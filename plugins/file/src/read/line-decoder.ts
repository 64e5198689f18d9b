import { formatSize } from '@millrace/base'
import { FILE_LINE_TOO_LONG } from '../errors.ts'
import type { Decoder, Encoding, Position } from './decoder.ts'
import { encodingOf, encodingOfAll } from './decode-text.ts'
import { type EntryBatch, rawBytesMax } from './entry-batch.ts'
import type { QuoteFinder } from './quote-finder.ts'

const newline = 10
const carriageReturn = 13

/** What a line becomes. The bytes belong to a buffer that is used again. */
export type LineHandler = (
  bytes: Buffer,
  start: number,
  end: number,
  encoding: Encoding,
  line: number,
  out: EntryBatch,
) => void

/** Lines of a chunk that a follower reads. */
export interface Followed {
  readonly chunk: Buffer
  readonly encoding: Encoding
  /** Where its last newline is. */
  readonly last: number
  readonly maxLine: number
}

/** Finds the ends of lines while it reads them, which spares the search. */
export interface LineFollower {
  /**
   * Reads lines of a chunk from `start` on, the first of which begins at `byte` and has `line` lines in front, into a batch. It stops
   * where that is full, and in front of a line that must be read in another way, that is longer than `maxLine` bytes, or that has no newline.
   * Returns where.
   */
  follow(lines: Followed, start: number, byte: number, line: number, out: EntryBatch): number
  /** How many lines it read then. */
  readonly linesRead: number
}

/**
 * Splits bytes into lines (rows, with a `finder`) and hands them to `take`. Empty lines are skipped. What grows longer
 * than `maxLine` bytes is malformed: its start is kept, and it ends at the first newline behind that many bytes,
 * so that no length of input is ever held in memory.
 */
export class LineDecoder implements Decoder {
  readonly #maxLine: number
  readonly #take: LineHandler
  readonly #follower: LineFollower | undefined
  readonly #finder: QuoteFinder | undefined
  #bytes: number
  #line: number
  #pending: Buffer[] = []
  #pendingBytes = 0
  #pendingLines = 0
  #tooLong = false

  constructor(
    position: Position,
    options: {
      readonly maxLine: number
      readonly take: LineHandler
      /** Asked first. */
      readonly follower?: LineFollower | undefined
      readonly finder?: QuoteFinder | undefined
    },
  ) {
    this.#bytes = position.bytes
    this.#line = position.line
    this.#maxLine = options.maxLine
    this.#take = options.take
    this.#follower = options.follower
    this.#finder = options.finder
  }

  decode(chunk: Buffer, from: number, out: EntryBatch): number {
    const encoding = encodingOf(chunk, from)
    this.#finder?.begin()
    let start = from
    const follower = encoding === 'unknown' ? undefined : this.#follower
    const last = follower === undefined ? -1 : chunk.lastIndexOf(newline)
    const lines: Followed = { chunk, encoding, last, maxLine: this.#maxLine }
    while (start < chunk.length && !out.isFull) {
      if (follower !== undefined && start < last && this.#pendingBytes === 0) {
        start = this.#followed(follower, lines, start, out)
        if (start > last || out.isFull) continue
      }
      const limit = Math.min(chunk.length, start + this.#maxLine + 2 - this.#pendingBytes)
      const end =
        this.#finder === undefined || this.#tooLong
          ? chunk.indexOf(newline, start)
          : this.#finder.find(chunk, start, limit)
      if (end !== -1) {
        this.#entry(chunk, start, end, encoding, out)
        start = end + 1
      } else {
        const stop = this.#finder === undefined || this.#tooLong ? chunk.length : limit
        this.#keep(chunk.subarray(start, stop))
        start = stop
      }
    }
    return start
  }

  /** Reads the lines from `start` on whose ends its follower finds; returns where the next one begins. */
  #followed(follower: LineFollower, lines: Followed, start: number, out: EntryBatch): number {
    let at = start
    while (at < lines.last && !out.isFull) {
      const stop = follower.follow(lines, at, this.#bytes, this.#line, out)
      if (stop === at) break
      this.#line += follower.linesRead
      this.#bytes += stop - at
      at = stop
    }
    return at
  }

  end(out: EntryBatch): void {
    if (this.#pendingBytes > 0) this.#entry(Buffer.alloc(0), 0, 0, 'unknown', out)
  }

  position(offset: number): Position {
    return { bytes: this.#bytes, offset, line: this.#line }
  }

  #entry(chunk: Buffer, start: number, end: number, encoding: Encoding, out: EntryBatch): void {
    const line = this.#line + 1
    out.begin(this.#bytes)
    const lines = this.#pendingLines + this.#newlines(chunk, start, end)
    this.#line += lines + 1
    this.#bytes += this.#pendingBytes + end - start + 1
    if (this.#pendingBytes === 0) this.#hand(chunk, start, end, encoding, line, out)
    else {
      const whole = Buffer.concat([...this.#pending, chunk.subarray(start, end)])
      if (this.#tooLong)
        this.#refuse(whole.subarray(0, endOfText(whole, 0, whole.length)), line, out)
      else this.#hand(whole, 0, whole.length, encodingOfAll(whole), line, out)
    }
    this.#pending = []
    this.#pendingBytes = 0
    this.#pendingLines = 0
    this.#tooLong = false
  }

  #hand(
    bytes: Buffer,
    start: number,
    end: number,
    encoding: Encoding,
    line: number,
    out: EntryBatch,
  ): void {
    const stop = endOfText(bytes, start, end)
    if (stop === start) return
    out.place(bytes, start, stop)
    if (stop - start > this.#maxLine) this.#refuse(bytes.subarray(start, stop), line, out)
    else this.#take(bytes, start, stop, encoding, line, out)
  }

  #refuse(bytes: Buffer, line: number, out: EntryBatch): void {
    const limit = formatSize(this.#maxLine)
    const message = this.#finder?.isOpen
      ? `A quote opens here and is not closed within ${limit} (maxLine).`
      : `The line is longer than ${limit} (maxLine).`
    this.#finder?.reset()
    out.reject(line, bytes, FILE_LINE_TOO_LONG, message)
  }

  #keep(part: Buffer): void {
    this.#pendingBytes += part.length
    this.#pendingLines += this.#newlines(part, 0, part.length)
    if (this.#pendingBytes > this.#maxLine + 1) this.#tooLong = true
    if (!this.#tooLong) this.#pending.push(Buffer.from(part))
    else this.#pending = [firstBytes([...this.#pending, part])]
  }

  /** Only rows of CSV have newlines inside. */
  #newlines(bytes: Buffer, start: number, end: number): number {
    if (this.#finder === undefined) return 0
    let count = 0
    for (let at = bytes.indexOf(newline, start); at !== -1 && at < end; count++) {
      at = bytes.indexOf(newline, at + 1)
    }
    return count
  }
}

/** Only the start of what is too long is shown in the dead letter: the rest need not be held, but enough to tell that it is no more than the start. */
export function firstBytes(parts: readonly Buffer[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  return Buffer.concat(parts, Math.min(rawBytesMax + 2, length))
}

function endOfText(bytes: Buffer, start: number, end: number): number {
  return end > start && bytes[end - 1] === carriageReturn ? end - 1 : end
}
