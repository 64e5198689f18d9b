import { invariant } from '@millrace/base'
import type { SavedEntry, SavedHandle, SavedTimer, StageCheckpoint } from '@millrace/engine'
import { measureBlocks, readBlocks } from './blocks.ts'
import { type Columns, fromColumns, toColumns } from './columns.ts'

/** Entries in one piece: of some hundred bytes each, it takes a millisecond or two to encode. */
const PIECE_ENTRIES = 1000

/** What is written down of a stage, piece by piece: the head first. */
export type StagePiece =
  | { readonly piece: 'head'; readonly head: StageHead }
  | { readonly piece: 'keys'; readonly items: Columns }
  | { readonly piece: 'state'; readonly handle: string; readonly items: Columns }
  | { readonly piece: 'timers'; readonly service: 'event' | 'clock'; readonly items: Columns }

/** All of a stage but what there may be much of. */
interface StageHead extends Omit<StageCheckpoint, 'snapshot'> {
  readonly watermark: number
  readonly largest: number
  readonly eventTime: number
  readonly handles: Readonly<Record<string, Omit<SavedHandle, 'entries'>>>
}

/** The pieces of a stage. Each is made when it is asked for. */
export function* stagePieces({ snapshot, ...rest }: StageCheckpoint): Iterable<StagePiece> {
  const { eventTime, keys, largest, state, timers, watermark } = snapshot
  const handles = Object.fromEntries(
    Object.entries(state).map(([name, { kind, version }]) => [name, { kind, version }]),
  )
  yield { piece: 'head', head: { ...rest, watermark, largest, eventTime, handles } }
  for (const items of pieces(keys)) yield { piece: 'keys', items }
  for (const [handle, { entries }] of Object.entries(state)) {
    for (const items of pieces(entries)) yield { piece: 'state', handle, items }
  }
  for (const service of ['event', 'clock'] as const) {
    for (const items of pieces(timers[service])) yield { piece: 'timers', service, items }
  }
}

/** The stage whose pieces are in these blocks. Throws JOB_STATE_NEWER. */
export function readStage(blocks: readonly Uint8Array[]): StageCheckpoint {
  let head: StageHead | undefined
  const keys: unknown[] = []
  const entries = new Map<string, unknown[]>()
  const timers = { event: [] as unknown[], clock: [] as unknown[] }
  for (const one of readBlocks(blocks) as Iterable<StagePiece>) {
    if (one.piece === 'head') {
      head = one.head
      for (const name of Object.keys(head.handles)) entries.set(name, [])
    } else if (one.piece === 'keys') addAll(keys, one.items)
    else if (one.piece === 'state') addAll(entries.get(one.handle) ?? [], one.items)
    else addAll(timers[one.service], one.items)
  }
  invariant(head !== undefined, 'The blocks of a stage begin with its head.')
  const { eventTime, handles, largest, watermark, ...rest } = head
  const state = Object.entries(handles).map(([name, handle]): [string, SavedHandle] => [
    name,
    { ...handle, entries: (entries.get(name) ?? []) as SavedEntry[] },
  ])
  return {
    ...rest,
    snapshot: {
      watermark,
      largest,
      eventTime,
      keys: keys as StageCheckpoint['snapshot']['keys'],
      state: Object.fromEntries(state),
      timers: timers as { event: SavedTimer[]; clock: SavedTimer[] },
    },
  }
}

/** Bytes of each state handle in the blocks of a stage. */
export function bytesOfHandles(blocks: readonly Uint8Array[]): ReadonlyMap<string, number> {
  const bytes = new Map<string, number>()
  for (const [piece, length] of measureBlocks(blocks) as Iterable<readonly [StagePiece, number]>) {
    if (piece.piece !== 'state') continue
    bytes.set(piece.handle, (bytes.get(piece.handle) ?? 0) + length)
  }
  return bytes
}

function* pieces(items: readonly unknown[]): Iterable<Columns> {
  for (let at = 0; at < items.length; at += PIECE_ENTRIES) {
    yield toColumns(items.slice(at, at + PIECE_ENTRIES))
  }
}

function addAll(list: unknown[], items: Columns): void {
  for (const item of fromColumns(items)) list.push(item)
}
