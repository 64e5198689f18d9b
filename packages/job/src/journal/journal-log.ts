import { join } from 'node:path'
import { invariant, isMillraceError, messageOf } from '@millrace/base'
import type { FileSystem, NewFile } from '@millrace/store'
import { JOB_JOURNAL_DAMAGED, JOB_JOURNAL_DISK, JOB_JOURNAL_GONE } from '../errors.ts'
import { encodeFrame } from './frame.ts'
import { endOfSegment, listSegments, readFrames, type Segment, segmentAt } from './segment.ts'

/** A file that has grown to this many bytes is followed by another, or earlier. */
const SEGMENT_BYTES = 8 << 20

/** What a log is opened with. */
export interface LogOptions {
  readonly fs: FileSystem
  /** A folder of its own. */
  readonly directory: string
  /** A file that has grown to this is followed by another. At most 8 MiB, the default. */
  readonly segmentBytes?: number | undefined
}

/** Entries in the order they were appended, each with a number; what was appended survives a power cut. */
export class JournalLog {
  readonly #fs: FileSystem
  readonly #directory: string
  readonly #segmentBytes: number
  readonly #segments: Segment[]
  /** The entry in front of `next`, as it was found. */
  readonly last: Uint8Array | undefined
  #next: number
  #file: NewFile | undefined
  #bytes = 0
  /** Bytes of each file, by the number of its first entry. */
  readonly #sizes = new Map<number, number>()
  #failure: unknown

  private constructor(options: LogOptions, segments: Segment[], next: number, last?: Uint8Array) {
    this.#fs = options.fs
    this.#directory = options.directory
    this.#segmentBytes = Math.min(options.segmentBytes ?? SEGMENT_BYTES, SEGMENT_BYTES)
    this.#segments = segments
    this.#next = next
    this.last = last
  }

  /** Opens the log of a folder, made where there is none. Rejects with JOB_JOURNAL_DAMAGED and JOB_JOURNAL_DISK. */
  static async open(options: LogOptions): Promise<JournalLog> {
    const { directory, fs } = options
    try {
      await fs.makeDirectory(directory)
      const segments = await listSegments(fs, directory)
      for (let next: number | undefined; ;) {
        const segment = segments.at(-1)
        if (segment === undefined) return new JournalLog(options, [], next ?? 0)
        const end = await endOfSegment(fs, segment)
        if (end.isDamaged || (next !== undefined && end.next !== next)) {
          throw JOB_JOURNAL_DAMAGED({ file: segment.path, offset: end.offset })
        }
        next = end.next
        if (end.last !== undefined) {
          await settle(options, segment, end.offset)
          const log = new JournalLog(options, segments, next, end.last.entries.at(-1))
          for (const one of segments) log.#sizes.set(one.first, await fs.size(one.path))
          return log
        }
        // It was begun and no more: what was last stands in the one before.
        segments.pop()
      }
    } catch (error) {
      throw diskError(error, directory)
    }
  }

  /** Number of the next entry. */
  get next(): number {
    return this.#next
  }

  /** Bytes that it takes on the disk. */
  get bytes(): number {
    let sum = 0
    for (const bytes of this.#sizes.values()) sum += bytes
    return sum
  }

  /** Number of the first entry that there is. */
  get first(): number {
    return this.#segments[0]?.first ?? this.#next
  }

  /**
   * Appends entries together. Once it resolves they survive a power cut. Rejects with JOB_JOURNAL_DISK; then nothing can be appended
   * any more: nobody knows what the disk has.
   */
  async append(entries: readonly Uint8Array[]): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure
    try {
      const frame = encodeFrame(this.#next, entries)
      const begun = this.#file === undefined ? segmentAt(this.#directory, this.#next) : undefined
      if (begun !== undefined) {
        this.#file = await this.#fs.create(begun.path)
        this.#bytes = 0
      }
      const file = this.#file
      invariant(file !== undefined, 'it was made')
      for (let at = 0; at < frame.length;) at += await file.write(frame.subarray(at))
      await file.sync()
      if (begun !== undefined) {
        await this.#fs.syncDirectory(this.#directory)
        // Not before: the file in front of it may be dropped from now on.
        this.#segments.push(begun)
      }
      this.#bytes += frame.length
      const current = this.#segments.at(-1)?.first ?? 0
      this.#sizes.set(current, (this.#sizes.get(current) ?? 0) + frame.length)
      this.#next += entries.length
      if (this.#bytes >= this.#segmentBytes) await this.#finish()
    } catch (error) {
      this.#failure = diskError(error, this.#directory)
      throw this.#failure
    }
  }

  /** The entries from a number on, up to what has been appended by now. Throws JOB_JOURNAL_GONE, JOB_JOURNAL_DAMAGED and JOB_JOURNAL_DISK. */
  async *read(
    from: number,
  ): AsyncGenerator<{ readonly number: number; readonly entry: Uint8Array }> {
    const end = this.#next
    const { first } = this
    if (from < first || from > end) {
      throw JOB_JOURNAL_GONE({ directory: this.#directory, from, first, end })
    }
    let next = from
    try {
      while (next < end) {
        const segment = this.#segments.findLast((one) => one.first <= next)
        invariant(segment !== undefined, 'what was not dropped is in a file')
        const before = next
        for await (const frame of readFrames(this.#fs, segment)) {
          for (const [index, entry] of frame.entries.entries()) {
            const number = frame.first + index
            if (number < next || number >= end) continue
            next = number + 1
            yield { number, entry }
          }
        }
        if (next === before) throw JOB_JOURNAL_DAMAGED({ file: segment.path, offset: undefined })
      }
    } catch (error) {
      throw diskError(error, this.#directory)
    }
  }

  /** Removes the files that have only entries in front of a number. The last one stays: it knows how far the numbers have come. */
  async drop(before: number): Promise<void> {
    try {
      while ((this.#segments[1]?.first ?? Number.POSITIVE_INFINITY) <= before) {
        const [segment] = this.#segments
        invariant(segment !== undefined, 'there are two')
        await this.#fs.remove(segment.path)
        this.#segments.shift()
        this.#sizes.delete(segment.first)
      }
    } catch (error) {
      throw diskError(error, this.#directory)
    }
  }

  async close(): Promise<void> {
    const file = this.#file
    this.#file = undefined
    // What was appended is on the disk already.
    await file?.close().catch(() => undefined)
  }

  async #finish(): Promise<void> {
    const file = this.#file
    this.#file = undefined
    await file?.close()
  }
}

/** Cuts off what is not whole, and makes sure of the rest: its process may have died before it was synced. */
async function settle(
  { directory, fs }: LogOptions,
  { path }: Segment,
  bytes: number,
): Promise<void> {
  const copy = join(directory, 'unfinished')
  const content = await fs.read(path, 0, bytes)
  const file = await fs.create(copy)
  for (let at = 0; at < bytes;) at += await file.write(content.subarray(at))
  await file.sync()
  await file.close()
  await fs.rename(copy, path)
  await fs.syncDirectory(directory)
}

function diskError(error: unknown, directory: string): unknown {
  if (isMillraceError(error)) return error
  return JOB_JOURNAL_DISK({ directory, reason: messageOf(error) }, {}, error)
}
