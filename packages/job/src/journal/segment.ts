import { join } from 'node:path'
import type { FileSystem } from '@millrace/store'
import { decodeFrame, decodeHead, HEAD_BYTES, holdsFrame } from './frame.ts'

/** A file of the journal. */
export interface Segment {
  /** Number of its first entry. */
  readonly first: number
  readonly path: string
}

/** Frames as they were written. */
export interface Frame {
  readonly first: number
  readonly entries: readonly Uint8Array[]
}

/** Where the whole frames of a file end. */
export interface SegmentEnd {
  /** Number behind its last entry. */
  readonly next: number
  /** Bytes of whole frames. */
  readonly offset: number
  readonly last: Frame | undefined
  /** A whole frame stands behind one that is not: such a file was damaged, for each frame was synced before the next. */
  readonly isDamaged: boolean
}

const NAME = /^segment-(\d+)$/

/** The files in a folder, in order. */
export async function listSegments(fs: FileSystem, directory: string): Promise<Segment[]> {
  const names = await fs.list(directory)
  return names
    .flatMap((name) => NAME.exec(name)?.[1] ?? [])
    .map((digits) => segmentAt(directory, Number(digits)))
    .toSorted((a, b) => a.first - b.first)
}

/** The file of the entries from number `first` on. */
export function segmentAt(directory: string, first: number): Segment {
  return { first, path: join(directory, `segment-${first}`) }
}

/** The whole frames of a file with where each ends, up to the first that is not whole. */
export async function* readFrames(
  fs: FileSystem,
  { first, path }: Segment,
): AsyncGenerator<Frame & { readonly end: number }> {
  let next = first
  for (let at = 0; ;) {
    const raw = await fs.read(path, at, HEAD_BYTES)
    const head = decodeHead(raw)
    if (head === undefined || head.first !== next) return
    const rest = (await fs.size(path)) - at - HEAD_BYTES
    if (head.bytes > rest) return
    const content = await fs.read(path, at + HEAD_BYTES, head.bytes)
    const entries = decodeFrame(raw, head, content)
    if (entries === undefined) return
    at += HEAD_BYTES + head.bytes
    yield { first: next, entries, end: at }
    next += entries.length
  }
}

/** Reads a file to the end of its whole frames. */
export async function endOfSegment(fs: FileSystem, segment: Segment): Promise<SegmentEnd> {
  let offset = 0
  let next = segment.first
  let last: Frame | undefined
  for await (const frame of readFrames(fs, segment)) {
    offset = frame.end
    next = frame.first + frame.entries.length
    last = frame
  }
  const size = await fs.size(segment.path)
  const tail = size > offset ? await fs.read(segment.path, offset, size - offset) : undefined
  return { next, offset, last, isDamaged: tail !== undefined && holdsFrame(tail) }
}
