import { invariant, type KeyValue } from '@millrace/base'
import {
  type ColdColumns,
  type EntryColumns,
  type HandleChanges,
  mergeChanges,
  type NumberRows,
  type Sliced,
  type StageCapture,
  type StageChanges,
  type StageCheckpoint,
  type TimerColumns,
} from '@millrace/engine'
import { measureBlocks, readBlocks } from './blocks.ts'
import { coldColumns, type ColdPiece, coldPieces, measureCold } from './cold-pieces.ts'
import type { KeptBlock } from './kept-blocks.ts'
import { closed, type Columns, fromColumns, lengthOf, toColumns } from './columns.ts'

/** Entries in one piece: of some hundred bytes each, it takes a millisecond or two to encode. */
const PIECE_ENTRIES = 1000
/** Where they are keys or timers, which are small. */
const PIECE_SMALL = 4096
/** Where the state may be larger than the heap. */
const CLOSED_ENTRIES = 100
/** Where they are nothing but numbers. */
const PIECE_ROWS = 16_384

/** What is written down of a stage at a checkpoint, piece by piece: the head first. */
export type StagePiece =
  | { readonly piece: 'head'; readonly head: StageHead }
  | SlotsPiece
  | KeysPiece
  | StatePiece
  | TimersPiece
  | ColdPiece

interface SlotsPiece {
  readonly piece: 'slots'
  readonly slots: Int32Array
}

interface KeysPiece {
  readonly piece: 'keys'
  readonly slots: Int32Array
  readonly orders: Float64Array
  readonly values: Columns
}

interface StatePiece {
  readonly piece: 'state'
  readonly handle: string
  readonly slots: Int32Array
  readonly orders?: Float64Array | undefined
  readonly names?: Columns | undefined
  readonly times?: Float64Array | undefined
  readonly data: Columns | NumberRows
}

interface TimersPiece {
  readonly piece: 'timers'
  readonly service: 'event' | 'clock'
  readonly slots: Int32Array
  readonly times: Float64Array
  readonly orders: Float64Array
  readonly names: Columns
}

type Head = Omit<StageChanges, 'slots' | 'keys' | 'handles' | 'timers' | 'cold'>

/** All of a stage but what there may be much of. */
interface StageHead extends Omit<StageCapture, 'changes'> {
  readonly changes: Head
  readonly size: number
  /** Absent: it keeps all in memory. */
  readonly cold?: ColdColumns['handles'] | undefined
  readonly handles: Readonly<Record<string, Omit<HandleChanges, 'entries'>>>
}

/** The pieces of a stage. Each is made when it is asked for. */
export function* stagePieces({ changes, ...rest }: StageCapture): Iterable<StagePiece> {
  const { cold, handles: all, keys, slots, timers, ...head } = changes
  const handles = Object.fromEntries(
    Object.entries(all).map(([name, { expired, isWhole, kind, version }]) => [
      name,
      { expired, isWhole, kind, version },
    ]),
  )
  const { size } = keys
  yield {
    piece: 'head',
    head: { ...rest, changes: head, size, handles, ...(cold && { cold: cold.handles }) },
  }
  for (const [from, to] of ranges(slots.length, PIECE_ROWS)) {
    yield { piece: 'slots', slots: slots.subarray(from, to) }
  }
  for (const [from, to] of ranges(keys.slots.length, PIECE_SMALL)) {
    yield {
      piece: 'keys',
      slots: keys.slots.subarray(from, to),
      orders: keys.orders.subarray(from, to),
      values: keyColumns(keys.values.slice(from, to)),
    }
  }
  // A state larger than the heap must not come back as a whole.
  const pack =
    cold === undefined ? toColumns : (list: readonly unknown[]) => closed(toColumns(list))
  for (const [handle, { entries }] of Object.entries(all)) {
    yield* statePieces(handle, entries, pack)
  }
  for (const service of ['event', 'clock'] as const) {
    const { names, orders, slots, times } = timers[service]
    for (const [from, to] of ranges(slots.length, PIECE_SMALL)) {
      yield {
        piece: 'timers',
        service,
        slots: slots.subarray(from, to),
        times: times.subarray(from, to),
        orders: orders.subarray(from, to),
        names: toColumns(names.slice(from, to)),
      }
    }
  }
  if (cold !== undefined) yield* coldPieces(cold)
}

function keyColumns(keys: readonly (readonly KeyValue[] | null)[]): Columns {
  const [first] = keys
  // Some were forgotten.
  if (!first || keys.includes(null)) return toColumns(keys)
  const columns = first.map((_, at) => toColumns(keys.map((key) => key?.[at])))
  return { kind: 'lists', columns }
}

function* statePieces(
  handle: string,
  entries: EntryColumns,
  pack: (list: readonly unknown[]) => Columns,
): Iterable<StatePiece> {
  const { data, names, orders, slots, times } = entries
  const size = 'rows' in data ? PIECE_ROWS : pack === toColumns ? PIECE_ENTRIES : CLOSED_ENTRIES
  for (const [from, to] of ranges(slots.length, size)) {
    yield {
      piece: 'state',
      handle,
      slots: slots.subarray(from, to),
      orders: orders?.subarray(from, to),
      names: names && pack(names.slice(from, to)),
      times: times?.subarray(from, to),
      data: 'rows' in data ? someRows(data, from, to) : pack(data.slice(from, to)),
    }
  }
}

function someRows({ rows, ...of }: NumberRows, from: number, to: number): NumberRows {
  const width = of.fields.length
  return { ...of, rows: rows.subarray(from * width, to * width) }
}

function* ranges(length: number, size: number): Iterable<readonly [number, number]> {
  for (let from = 0; from < length; from += size) yield [from, Math.min(length, from + size)]
}

/**
 * The stage whose pieces are in these blocks: those of one checkpoint after the other; `found` is told which blocks are whose. Throws
 * JOB_STATE_NEWER.
 */
export function readStage(
  blocks: readonly Uint8Array[],
  found: (kept: readonly KeptBlock[]) => void = () => {},
): StageCheckpoint {
  const taken: Gathered[] = []
  for (const block of blocks) {
    for (const one of readBlocks([block]) as Iterable<StagePiece>) gather(taken, one)
    const last = taken.at(-1)
    if (last !== undefined) last.blocks++
  }
  found(taken.map(({ blocks: count, head }) => ({ number: head.changes.number, blocks: count })))
  const last = taken.at(-1)
  invariant(last !== undefined, 'The blocks of a stage begin with its head.')
  const { changes: _, cold: _cold, handles: _handles, size: _size, ...rest } = last.head
  return { ...rest, snapshot: mergeChanges(taken.map(changesOf)) }
}

function gather(taken: Gathered[], one: StagePiece): void {
  if (one.piece === 'head') {
    const none = { slots: [], keys: [], state: [], timers: [], cold: [] }
    taken.push({ head: one.head, blocks: 0, ...none })
  } else if (one.piece === 'slots') taken.at(-1)?.slots.push(one)
  else if (one.piece === 'keys') taken.at(-1)?.keys.push(one)
  else if (one.piece === 'state') taken.at(-1)?.state.push(one)
  else if (one.piece === 'cold') taken.at(-1)?.cold.push(one)
  else taken.at(-1)?.timers.push(one)
}

/** The pieces of one checkpoint. */
interface Gathered {
  blocks: number
  readonly head: StageHead
  readonly slots: SlotsPiece[]
  readonly keys: KeysPiece[]
  readonly state: StatePiece[]
  readonly timers: TimersPiece[]
  readonly cold: ColdPiece[]
}

function changesOf({ cold, head, keys, slots, state, timers }: Gathered): StageChanges {
  const handles = Object.entries(head.handles).map(([name, handle]) => {
    const entries = entriesOf(state.filter((piece) => piece.handle === name))
    return [name, { ...handle, entries }] as const
  })
  const timersOf = (service: 'event' | 'clock'): TimerColumns => {
    const pieces = timers.filter((piece) => piece.service === service)
    return {
      slots: joinedSlots(pieces),
      times: joined(pieces.map(({ times }) => times)),
      orders: joined(pieces.map(({ orders }) => orders)),
      names: items(pieces.map(({ names }) => names)) as Sliced<string>,
    }
  }
  return {
    ...head.changes,
    // Format 1 said the keys of all slots.
    slots: joinedSlots(slots.length === 0 ? keys : slots),
    keys: {
      size: head.size,
      slots: joinedSlots(keys),
      orders: joined(keys.map(({ orders }) => orders)),
      // Where one has none, nothing is said once for all.
      areGiven: keys.every(({ values }) => values.kind === 'lists'),
      values: items(keys.map(({ values }) => values)) as Sliced<readonly KeyValue[] | null>,
    },
    handles: Object.fromEntries(handles),
    timers: { event: timersOf('event'), clock: timersOf('clock') },
    ...(head.cold && { cold: coldColumns(head.cold, cold) }),
  }
}

function entriesOf(pieces: readonly StatePiece[]): EntryColumns {
  const [first] = pieces
  if (first === undefined) return { slots: new Int32Array(0), orders: noNumbers, data: [] }
  const column = <T>(of: (piece: StatePiece) => T | undefined): T[] =>
    pieces.flatMap((piece) => of(piece) ?? [])
  return {
    slots: joinedSlots(pieces),
    ...(first.orders && { orders: joined(column(({ orders }) => orders)) }),
    ...(first.names && { names: items(column(({ names }) => names)) }),
    ...(first.times && { times: joined(column(({ times }) => times)) }),
    data:
      'rows' in first.data
        ? {
            ...first.data,
            rows: joined(column(({ data }) => ('rows' in data ? data.rows : undefined))),
          }
        : items(column(({ data }) => ('rows' in data ? undefined : data))),
  }
}

const noNumbers = new Float64Array(0)

const joinedSlots = (pieces: readonly { readonly slots: Int32Array }[]): Int32Array => {
  const lists = pieces.map(({ slots }) => slots)
  return inOne(lists, Int32Array)
}

const joined = (lists: readonly Float64Array[]): Float64Array => inOne(lists, Float64Array)

function inOne<List extends Int32Array | Float64Array>(
  lists: readonly List[],
  List: new (length: number) => List,
): List {
  const all = new List(lists.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const list of lists) {
    all.set(list, at)
    at += list.length
  }
  return all
}

/** Lists one behind the other; what is asked for is made anew each time. */
function items(lists: readonly Columns[]): Sliced<unknown> {
  const starts = [0]
  for (const list of lists) starts.push((starts.at(-1) ?? 0) + lengthOf(list))
  let list = 0
  return {
    length: starts.at(-1) ?? 0,
    step: (starts[1] ?? 0) > 0 ? starts[1] : undefined,
    slice(from, to) {
      const some: unknown[] = []
      if (from < (starts[list] ?? 0)) list = 0
      while ((starts[list + 1] ?? Infinity) <= from) list++
      for (let at = list; at < lists.length && (starts[at] ?? 0) < to; at++) {
        const start = starts[at] ?? 0
        const found = fromColumns(lists[at] as Columns)
        // Most ask piece by piece.
        if (start === from && start + found.length === to) return found
        for (let item = Math.max(0, from - start); item < found.length; item++) {
          if (start + item >= to) break
          some.push(found[item])
        }
      }
      return some
    },
  }
}

/** Bytes that each state handle takes in the blocks of a stage. */
export function bytesOfHandles(blocks: readonly Uint8Array[]): ReadonlyMap<string, number> {
  const bytes = new Map<string, number>()
  const add = (handle: string, length: number): void => {
    bytes.set(handle, (bytes.get(handle) ?? 0) + length)
  }
  let cold: ColdColumns['handles'] = []
  for (const [piece, length] of measureBlocks(blocks) as Iterable<readonly [StagePiece, number]>) {
    if (piece.piece === 'head') cold = piece.head.cold ?? []
    else if (piece.piece === 'state') add(piece.handle, length)
    else if (piece.piece === 'cold') measureCold(piece, cold, add)
  }
  return bytes
}
