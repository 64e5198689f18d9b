import type { SourceSnapshot } from '@millrace/engine'
import { displayPath } from './fault-text.ts'
import { formatBytesOf, formatCount } from './quantity.ts'

type Partition = SourceSnapshot['partitions'][number]

/** Where sources stand, by id, as rows of text: which source and partition, how far it is, and what it reads on from. */
export function sourcePlaces(
  sources: Readonly<Record<string, SourceSnapshot>>,
  cwd: string,
): readonly (readonly string[])[] {
  return Object.entries(sources).flatMap(([id, { counts, isOver, partitions }]) => {
    if (isOver) return [[`  ${id}`, 'at its end']]
    const { bytes, bytesTotal } = counts
    const inPieces = partitions.some(({ piece }) => piece !== undefined)
    return [
      ...(inPieces && bytesTotal !== undefined
        ? [[`  ${id}`, `${formatBytesOf(bytes, bytesTotal)}, in pieces`]]
        : []),
      ...partitions.map((partition) => [
        `  ${id}${partition.name === '' ? '' : ` ${displayPath(partition.name, cwd)}`}`,
        ...placeOf(partition),
      ]),
    ]
  })
}

function placeOf({ offset, piece, position }: Partition): readonly string[] {
  if (piece === undefined) return [`entry ${formatCount(offset)}`, JSON.stringify(position) ?? '']
  const end = Number.isFinite(piece.to) ? `byte ${formatCount(piece.to)}` : 'its end'
  return [`byte ${formatCount(offset)}`, `of ${formatCount(piece.from)} to ${end}`]
}

/** The same for machines: `unit` says what `offset` counts; `piece` is null where all of the partition is read, its `to` where it has no end. */
export function placeJson({ name, offset, piece, position }: Partition): object {
  const end = piece !== undefined && Number.isFinite(piece.to) ? piece.to : null
  return {
    name,
    offset,
    unit: piece === undefined ? 'entries' : 'bytes',
    piece: piece === undefined ? null : { from: piece.from, to: end },
    position,
  }
}
