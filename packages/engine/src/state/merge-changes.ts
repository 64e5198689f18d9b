import { invariant } from '@millrace/base'
import type { Trail } from './change-log.ts'
import type { KeyTimers, TimerAt } from './key-timers.ts'
import { MergedCold } from './merged-cold.ts'
import { type Merged, MergedHandle, toPlain } from './merged-handle.ts'
import { MergedKeys, NOBODY } from './merged-keys.ts'
import type { PlacedKeys, SavedTimer, SlotEntry, StageSnapshot } from './saved-state.ts'
import type { StageChanges } from './stage-changes.ts'

/** What a stage kept, as its changes have it. */
export class MergedSnapshot implements StageSnapshot {
  readonly watermark: number
  readonly largest: number
  readonly eventTime: number
  readonly state: StageSnapshot['state']
  /** What its handles do not load: keys that were on the disk. */
  readonly cold: MergedCold
  readonly #list: readonly StageChanges[]
  readonly #merged: Merged & { readonly keys: MergedKeys }
  readonly #isKeyed: boolean
  #timers: StageSnapshot['timers'] | undefined

  constructor(list: readonly StageChanges[], last: StageChanges) {
    const { size } = last.keys
    const merged = { keys: new MergedKeys(list, size), winners: winnersOf(list, size) }
    this.watermark = last.watermark
    this.largest = last.largest
    this.eventTime = last.eventTime
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

  get keys(): StageSnapshot['keys'] {
    return this.#merged.keys.keys
  }

  /** Whether it has keys. */
  get isKeyed(): boolean {
    return this.#isKeyed
  }

  /** What others need that follow these changes. */
  get trail(): Trail {
    const { keys, winners } = this.#merged
    return {
      since: this.#list[0]?.number ?? 1,
      told: this.#list.map(({ slots }) => slots.length),
      states: winners,
      keys: keys.tellers,
    }
  }

  /** Its keys and the slots that they had. */
  get placed(): PlacedKeys {
    return this.#merged.keys
  }

  get timers(): StageSnapshot['timers'] {
    this.#timers ??= { event: this.#timersOf('event'), clock: this.#timersOf('clock') }
    return this.#timers
  }

  /** Sets the timers of one time; keys must have the slots that they had. */
  loadTimers(service: 'event' | 'clock', timers: KeyTimers): void {
    timers.makeRoom(this.#timerCount(service))
    this.#eachTimer(service, (timer) => timers.load(timer, timer.order))
  }

  #timersOf(service: 'event' | 'clock'): readonly SavedTimer[] {
    // Infinity less Infinity is no number.
    const all: OrderedTimer[] = []
    this.#eachTimer(service, (timer) => all.push({ ...timer }))
    return all
      .toSorted((a, b) => (a.at === b.at ? a.order - b.order : a.at < b.at ? -1 : 1))
      .map(({ at, name, slot }) => {
        const place = this.#merged.keys.places[slot] as number
        return { key: this.#isKeyed ? (this.keys[place] ?? null) : null, at, name }
      })
  }

  /** Tells of timers in no order, in one object again and again. */
  #eachTimer(service: 'event' | 'clock', visit: (timer: OrderedTimer) => void): void {
    const timer = { slot: 0, at: 0, name: '', order: 0 }
    for (const [index, { timers }] of this.#list.entries()) {
      const { names, orders, slots, times } = timers[service]
      const texts = names.slice(0, names.length)
      for (let at = 0; at < slots.length; at++) {
        const slot = slots[at] as number
        if (!this.#isTrue(slot, index)) continue
        timer.slot = slot
        timer.at = times[at] as number
        timer.name = texts[at] as string
        timer.order = orders[at] as number
        visit(timer)
      }
    }
  }

  #timerCount(service: 'event' | 'clock'): number {
    let count = 0
    for (const [index, { timers }] of this.#list.entries()) {
      const { slots } = timers[service]
      for (let at = 0; at < slots.length; at++) {
        if (this.#isTrue(slots[at] as number, index)) count++
      }
    }
    return count
  }

  /** Whether what these changes say of the timers of a slot is the last word. Without keys, each has all of them. */
  #isTrue(slot: number, index: number): boolean {
    return this.#isKeyed ? this.#merged.winners[slot] === index : index === this.#list.length - 1
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

/** Which of several changes tells of each slot. */
function winnersOf(list: readonly StageChanges[], size: number): Int32Array {
  const winners = new Int32Array(size).fill(NOBODY)
  for (const [index, { slots }] of list.entries()) {
    for (let at = 0; at < slots.length; at++) {
      const slot = slots[at] as number
      if (slot < size) winners[slot] = index
    }
  }
  return winners
}
