import type { SourceInstance } from '@millrace/sdk'
import type { PartitionSnapshot, SourceSnapshot } from '../checkpoint/checkpoint.ts'

/** Sizes of a piece, bytes: so that each worker gets several, and no time is lost with one. */
const LEAST_BYTES = 64 * 1024
const MOST_BYTES = 32 * 1024 * 1024
const PIECES_EACH = 4

const { NEGATIVE_INFINITY, POSITIVE_INFINITY } = Number

/** What is still to be read of a source by any of its workers, in order. */
export class Pieces {
  readonly #left: PartitionSnapshot[]
  /** Bytes of the partitions that can be read in pieces. */
  readonly #sizes: ReadonlyMap<string, number>
  readonly #pieceBytes: number
  /** Of all partitions there are, in their order. */
  readonly names: readonly string[]

  private constructor(
    names: readonly string[],
    left: readonly PartitionSnapshot[],
    sizes: ReadonlyMap<string, number>,
    workers: number,
  ) {
    this.names = names
    this.#left = [...left]
    this.#sizes = sizes
    const bytes = left.reduce((sum, { name, piece }) => {
      const to = Math.min(piece?.to ?? 0, sizes.get(name) ?? 0)
      return sum + Math.max(0, to - (piece?.from ?? 0))
    }, 0)
    const share = Math.ceil(bytes / (workers * PIECES_EACH))
    this.#pieceBytes = Math.min(MOST_BYTES, Math.max(LEAST_BYTES, share))
  }

  /** What `instance` has, and a run before left of it. */
  static async of(
    instance: SourceInstance,
    restored: SourceSnapshot | undefined,
    workers: number,
  ): Promise<Pieces> {
    const found = (await instance.partitions?.()) ?? ['']
    const begun = restored?.partitions ?? []
    const done = new Set(restored?.done)
    const names = [...new Set([...begun.map(({ name }) => name), ...found])]
    const ordered = names.filter((name) => found.includes(name) || !done.has(name))
    const sizes = new Map<string, number>()
    const left: PartitionSnapshot[] = []
    for (const name of inOrder(ordered, found)) {
      const own = begun.filter((one) => one.name === name)
      if (own.length === 0 && done.has(name)) continue
      for (const saved of own.length === 0 ? [unread(name)] : own.toSorted(byPlace)) {
        const extent = await instance.extent?.(name, saved.position)
        if (extent !== undefined) sizes.set(name, extent.to)
        if (extent === undefined || saved.piece !== undefined) left.push(saved)
        else {
          const piece = { from: extent.from, to: POSITIVE_INFINITY }
          left.push({ ...saved, position: extent.position, bytes: 0, offset: piece.from, piece })
        }
      }
    }
    return new Pieces(names, left, sizes, workers)
  }

  /** What is left, in order. */
  get left(): readonly PartitionSnapshot[] {
    return [...this.#left]
  }

  /** The next one for a worker; undefined: there is no more. */
  next(): PartitionSnapshot | undefined {
    const first = this.#left.shift()
    if (first?.piece === undefined || first.piece.to !== POSITIVE_INFINITY) return first
    const { name, piece, position } = first
    const cut = piece.from + this.#pieceBytes
    if (cut + this.#pieceBytes / 2 > (this.#sizes.get(name) ?? 0)) return first
    const rest = { from: cut, to: piece.to }
    this.#left.unshift({ ...unread(name), offset: cut, position, piece: rest })
    return { ...first, piece: { from: piece.from, to: cut } }
  }
}

/** Whether nobody has begun a partition: it is there for whoever asks what there is. */
export function isUnread({ bytes, piece, position, offset }: PartitionSnapshot): boolean {
  if (bytes > 0) return false
  return piece === undefined
    ? position === undefined && offset === 0
    : piece.from === 0 && piece.to === POSITIVE_INFINITY
}

function unread(name: string): PartitionSnapshot {
  const marks = { mark: NEGATIVE_INFINITY, largest: NEGATIVE_INFINITY }
  return { name, offset: 0, position: undefined, bytes: 0, ...marks }
}

const byPlace = (one: PartitionSnapshot, other: PartitionSnapshot): number =>
  (one.piece?.from ?? 0) - (other.piece?.from ?? 0)

/** As they are found; those that are not any more stand first. */
function inOrder(names: readonly string[], found: readonly string[]): readonly string[] {
  return names.toSorted((one, other) => found.indexOf(one) - found.indexOf(other))
}
