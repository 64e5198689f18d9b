import { crc32 } from 'node:zlib'

const MAGIC = 0x4d4a_4631
const CRC_AT = 20
/** Bytes in front of what a frame holds. */
export const HEAD_BYTES = 24
const LENGTH_BYTES = 4

/** The head of a frame. */
export interface FrameHead {
  /** Number of its first entry. */
  readonly first: number
  readonly count: number
  /** Of what it holds. */
  readonly bytes: number
  readonly crc: number
}

/** A frame of the entries from number `first` on. It is written in one piece and synced before the next one begins. */
export function encodeFrame(first: number, entries: readonly Uint8Array[]): Uint8Array {
  const bytes = entries.reduce((sum, entry) => sum + LENGTH_BYTES + entry.length, 0)
  const frame = new Uint8Array(HEAD_BYTES + bytes)
  const view = new DataView(frame.buffer)
  view.setUint32(0, MAGIC)
  view.setFloat64(4, first)
  view.setUint32(12, entries.length)
  view.setUint32(16, bytes)
  let at = HEAD_BYTES
  for (const entry of entries) {
    view.setUint32(at, entry.length)
    frame.set(entry, at + LENGTH_BYTES)
    at += LENGTH_BYTES + entry.length
  }
  view.setUint32(CRC_AT, checksum(frame.subarray(0, HEAD_BYTES), frame.subarray(HEAD_BYTES)))
  return frame
}

/** The head of a frame; undefined: no frame begins there. */
export function decodeHead(head: Uint8Array): FrameHead | undefined {
  if (head.length < HEAD_BYTES) return undefined
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  if (view.getUint32(0) !== MAGIC) return undefined
  const [first, count, bytes] = [view.getFloat64(4), view.getUint32(12), view.getUint32(16)]
  return { first, count, bytes, crc: view.getUint32(CRC_AT) }
}

/** What a frame holds, entry by entry; undefined: that is not what was written. */
export function decodeFrame(
  head: Uint8Array,
  { bytes, count, crc }: FrameHead,
  content: Uint8Array,
): readonly Uint8Array[] | undefined {
  if (content.length < bytes || checksum(head, content) !== crc) return undefined
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength)
  const entries: Uint8Array[] = []
  for (let at = 0; entries.length < count;) {
    const length = view.getUint32(at)
    at += LENGTH_BYTES
    entries.push(content.subarray(at, at + length))
    at += length
  }
  return entries
}

/** Whether a whole frame begins anywhere in these bytes. */
export function holdsFrame(bytes: Uint8Array): boolean {
  const first = MAGIC >>> 24
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
    const raw = bytes.subarray(at, at + HEAD_BYTES)
    const head = decodeHead(raw)
    if (head === undefined) continue
    const from = at + HEAD_BYTES
    if (decodeFrame(raw, head, bytes.subarray(from, from + head.bytes)) !== undefined) return true
  }
  return false
}

function checksum(head: Uint8Array, content: Uint8Array): number {
  return crc32(content, crc32(head.subarray(4, CRC_AT)))
}
