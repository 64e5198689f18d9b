import { invariant, type KeyValue } from '@millrace/base'
import type { TrailStep } from './change-log.ts'
import type { KeyTimers, TimerAt } from './key-timers.ts'
import { MergedCold } from './merged-cold.ts'
import { type Merged, MergedHandle, NOBODY, toPlain } from './merged-handle.ts'
import type { PlacedKeys, SavedTimer, SlotEntry, StageSnapshot } from './saved-state.ts'
import type { StageChanges, TimerColumns } from './stage-changes.ts'

/** What a stage kept, as its changes have it. */
export class MergedSnapshot implements StageSnapshot {
  readonly watermark: number
  readonly largest: number
  readonly eventTime: number
  readonly keys: readonly (readonly KeyValue[])[]
  readonly state: StageSnapshot['state']
  /** What its handles do not load: keys that were on the disk. */
  readonly cold: MergedCold
  readonly #list: readonly StageChanges[]
  readonly #merged: Merged
  readonly #isKeyed: boolean
  #timers: StageSnapshot['timers'] | undefined

  constructor(list: readonly StageChanges[], last: StageChanges) {
    const merged = mergeKeys(list, last.keys.size)
    this.watermark = last.watermark
    this.largest = last.largest
    this.eventTime = last.eventTime
    this.keys = merged.keys
    this.cold = new MergedCold(list, merged)
    const handles = Object.entries(last.handles).map(([name, handle]) => {
      const parts = handle.isWhole
        ? [handle.entries]
        : list.map(({ handles: of }) => of[name]?.entries)
      const entries = (): Iterable<SlotEntry> => this.cold.entries(name)
      return [name, new MergedHandle(handle, parts, merged, entries)] as const
    })
    this.state = { ...last.unclaimed, ...Object.fromEntries(handles) }
    this.#list = list
    this.#merged = merged
    this.#isKeyed = last.isKeyed
  }

  /** Whether it has keys. */
  get isKeyed(): boolean {
    return this.#isKeyed
  }

  /** What others need that follow these changes; undefined: they are of old, and none can. */
  get trail(): readonly TrailStep[] | undefined {
    const steps = this.#list.flatMap(({ number, swept }) =>
      swept === undefined ? [] : { number, ...swept },
    )
    return steps.length === this.#list.length ? steps : undefined
  }

  /** Its keys and the slots that they had. */
  get placed(): PlacedKeys {
    return this.#merged
  }

  get timers(): StageSnapshot['timers'] {
    this.#timers ??= { event: this.#timersOf('event'), clock: this.#timersOf('clock') }
    return this.#timers
  }

  /** Sets the timers of one time; keys must have the slots that they had. */
  loadTimers(service: 'event' | 'clock', timers: KeyTimers): void {
    for (const timer of this.#entries(service)) timers.load(timer, timer.order)
  }

  #timersOf(service: 'event' | 'clock'): readonly SavedTimer[] {
    // Infinity less Infinity is no number.
    return [...this.#entries(service)]
      .toSorted((a, b) => (a.at === b.at ? a.order - b.order : a.at < b.at ? -1 : 1))
      .map(({ at, name, slot }) => {
        const place = this.#merged.places[slot] as number
        return { key: this.#isKeyed ? (this.keys[place] ?? null) : null, at, name }
      })
  }

  *#entries(service: 'event' | 'clock'): Iterable<OrderedTimer> {
    // Without keys, each checkpoint has all of them.
    const last = this.#list.length - 1
    for (const [index, { timers }] of this.#list.entries()) {
      if (!this.#isKeyed && index < last) continue
      yield* this.#entriesOf(timers[service], index)
    }
  }

  *#entriesOf(columns: TimerColumns, index: number): Iterable<OrderedTimer> {
    const { orders, slots, times } = columns
    const names = columns.names.slice(0, columns.names.length)
    const { winners } = this.#merged
    for (let at = 0; at < slots.length; at++) {
      const slot = slots[at] as number
      if (this.#isKeyed && winners[slot] !== index) continue
      yield {
        slot,
        at: times[at] as number,
        name: names[at] as string,
        order: orders[at] as number,
      }
    }
  }
}

interface OrderedTimer extends TimerAt {
  readonly order: number
}

/**
 * All that a stage kept when the last of these changes were taken: those from its `since` on, in order. What their lists give must
 * be made anew each time they are asked: it goes into state as it is.
 */
export function mergeChanges(list: readonly StageChanges[]): MergedSnapshot {
  const last = list.at(-1)
  invariant(last !== undefined, 'There are changes to merge.')
  for (const [index, { number }] of list.entries()) {
    invariant(number === last.since + index, 'No changes are missing.')
  }
  return new MergedSnapshot(list, last)
}

/** The same as plain data. */
export function toPlainSnapshot(snapshot: StageSnapshot): StageSnapshot {
  const { eventTime, keys, largest, state, timers, watermark } = snapshot
  const handles = Object.entries(state).map(([name, handle]) => [name, toPlain(handle)] as const)
  return { watermark, largest, eventTime, keys, state: Object.fromEntries(handles), timers }
}

function mergeKeys(list: readonly StageChanges[], size: number): Merged {
  const winners = new Int32Array(size).fill(NOBODY)
  list.forEach(({ slots }, index) => {
    for (const slot of slots) if (slot < size) winners[slot] = index
  })
  const found: (readonly KeyValue[] | null)[] = []
  for (let slot = 0; slot < size; slot++) found.push(null)
  const orders = new Float64Array(size)
  for (const { keys } of list) {
    const values = keys.values.slice(0, keys.values.length)
    for (let at = 0; at < values.length; at++) {
      const slot = keys.slots[at] as number
      if (slot >= size) continue
      found[slot] = values[at] as readonly KeyValue[] | null
      orders[slot] = keys.orders[at] as number
    }
  }
  const given = new Int32Array(size)
  let count = 0
  for (let slot = 0; slot < size; slot++) if (found[slot] !== null) given[count++] = slot
  const inOrder = sortedBy(given.subarray(0, count), orders)
  const places = new Int32Array(size).fill(NOBODY)
  const keys: (readonly KeyValue[])[] = []
  for (const slot of inOrder) {
    places[slot] = keys.length
    keys.push(found[slot] as readonly KeyValue[])
  }
  return { winners, places, orders, keys }
}

/** These places by what `orders` says of them; most often they stand so already. */
function sortedBy(places: Int32Array, orders: Float64Array): Int32Array {
  for (let at = 1; at < places.length; at++) {
    if ((orders[places[at] as number] as number) < (orders[places[at - 1] as number] as number)) {
      return places.toSorted((a, b) => (orders[a] as number) - (orders[b] as number))
    }
  }
  return places
}
