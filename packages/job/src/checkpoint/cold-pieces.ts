import type { ColdColumns } from '@millrace/engine'
import { decode, encode } from '../spill/encoding.ts'

/** Bytes in one piece, unless one key has more: some hundred keys, which are read from the disk one by one. */
const PIECE_BYTES = 64 << 10

/** Keys that waited on the disk, as they were there. */
export interface ColdPiece {
  readonly piece: 'cold'
  readonly slots: Int32Array
  readonly lengths: Int32Array
  /** One behind the other. */
  readonly bytes: Uint8Array
}

/** The pieces of what waited on the disk. Each is made when it is asked for. */
export function* coldPieces({ bytes, lengths, slots }: ColdColumns): Iterable<ColdPiece> {
  for (let from = 0; from < slots.length;) {
    let to = from
    let size = 0
    do size += lengths[to++] as number
    while (to < slots.length && size + (lengths[to] as number) <= PIECE_BYTES)
    const joined = new Uint8Array(size)
    let at = 0
    for (const one of bytes.slice(from, to)) {
      joined.set(one, at)
      at += one.length
    }
    const part = { slots: slots.subarray(from, to), lengths: lengths.subarray(from, to) }
    yield { piece: 'cold', ...part, bytes: joined }
    from = to
  }
}

/** The same again; bytes are cut out when they are asked for. */
export function coldColumns(
  handles: ColdColumns['handles'],
  pieces: readonly ColdPiece[],
): ColdColumns {
  const length = pieces.reduce((sum, { slots }) => sum + slots.length, 0)
  const slots = new Int32Array(length)
  const lengths = new Int32Array(length)
  /** Of each key, the piece and where it begins there. */
  const places = new Int32Array(length)
  const starts = new Int32Array(length)
  let at = 0
  for (const [place, piece] of pieces.entries()) {
    slots.set(piece.slots, at)
    lengths.set(piece.lengths, at)
    let start = 0
    for (const one of piece.lengths) {
      places[at] = place
      starts[at++] = start
      start += one
    }
  }
  const bytesOf = (key: number): Uint8Array => {
    const start = starts[key] as number
    const { bytes } = pieces[places[key] as number] as ColdPiece
    return bytes.subarray(start, start + (lengths[key] as number))
  }
  const slice = (from: number, to: number): readonly Uint8Array[] =>
    Array.from({ length: Math.max(0, Math.min(to, length) - from) }, (_, key) =>
      bytesOf(from + key),
    )
  return {
    slots,
    lengths,
    bytes: { length, slice },
    handles,
    decode: decode as ColdColumns['decode'],
  }
}

/** Tells how many bytes each handle has in a piece. */
export function measureCold(
  piece: ColdPiece,
  handles: ColdColumns['handles'],
  add: (handle: string, bytes: number) => void,
): void {
  const { bytes, decode: partsOf } = coldColumns(handles, [piece])
  for (const one of bytes.slice(0, bytes.length)) {
    for (const [at, part] of partsOf(one).entries()) {
      if (part !== undefined) add(handles[at]?.name ?? '', encode(part).length)
    }
  }
}
