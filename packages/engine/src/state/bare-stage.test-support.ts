import { createManualRuntime } from '@millrace/core'
import { Emitter } from '../run/emitter.ts'
import { EventClock } from '../run/event-clock.ts'
import { KeySweep } from '../run/key-sweep.ts'
import { KeyInterner } from '../run/key.ts'
import { ChangeLog } from './change-log.ts'
import { CurrentKey } from './current-key.ts'
import { HeapState } from './heap-state.ts'
import { Journal } from './journal.ts'
import { KeyTimers } from './key-timers.ts'
import type { StageSnapshot } from './saved-state.ts'
import { SpillingSlots } from './spilling-slots.ts'
import type { EntryColumns, HandleChanges, StageChanges } from './stage-changes.ts'

/** How the keys of records are read. */
export const keyParts = ['site', 'user'].map((name) => {
  return { name, description: name, read: (record: unknown) => (record as never)[name] }
})

/** A stage that has no state so far, and forgets keys as soon as it can. */
export function bareStage(keys?: number) {
  const journal = new Journal()
  const spilling = keys === undefined ? undefined : newSpilling(keys, journal)
  const interner = new KeyInterner(['site', 'user'], spilling)
  const current = CurrentKey.of(interner)
  const emitter = new Emitter(10)
  const time = new EventClock(emitter, createManualRuntime())
  const heap = new HeapState(current, journal, time, interner, spilling)
  const event = new KeyTimers('event', current, journal)
  const clock = new KeyTimers('clock', current, journal)
  const holder = {
    get held(): number {
      return heap.held + event.size + clock.size
    },
    holds: (slot: number) => heap.holds(slot) || event.holds(slot) || clock.holds(slot),
  }
  const kept = { emitter, time, current, state: heap, interner, hooks: { event, clock } }
  return {
    current,
    emitter,
    event,
    heap,
    interner,
    journal,
    time,
    kept: { ...kept, lot: undefined, largest: 0, spilling },
    log: new ChangeLog(interner.touched, interner.renamed),
    sweep: new KeySweep(interner, current, holder, () => 1),
  }
}

function newSpilling(keys: number, journal: Journal): SpillingSlots {
  const fail = (error: unknown): never => {
    throw error
  }
  return new SpillingSlots({ id: 'stage', keys, journal, fail })
}

/** What the lists of changes say, which may be asked once. */
export function readChanges(changes: StageChanges): StageChanges {
  const { cold, handles, keys } = changes
  const entriesOf = ({ data, names, ...entries }: EntryColumns): EntryColumns => ({
    ...entries,
    ...(names && { names: names.slice(0, names.length) }),
    data: 'rows' in data ? data : structuredClone(inTwo(data)),
  })
  const all = Object.entries(handles).map(([name, handle]): [string, HandleChanges] => [
    name,
    { ...handle, entries: entriesOf(handle.entries) },
  ])
  return {
    ...changes,
    handles: Object.fromEntries(all),
    keys: { ...keys, values: inTwo(keys.values) },
    ...(cold && { cold: { ...cold, bytes: inTwo(cold.bytes) } }),
  }
}

const inTwo = <T>(list: { length: number; slice(from: number, to: number): readonly T[] }): T[] => {
  const half = list.length >> 1
  return [...list.slice(0, half), ...list.slice(half, list.length)]
}

/** Between keys, nobody sees the order of the entries of maps and lists. */
export function seen({ state, ...snapshot }: StageSnapshot): unknown {
  const handles = Object.entries(state).map(([name, { entries, ...handle }]) => {
    if (handle.kind !== 'map' && handle.kind !== 'list') return [name, { ...handle, entries }]
    const sorted = entries.toSorted((a, b) => String(a.key).localeCompare(String(b.key)))
    return [name, { ...handle, entries: sorted }]
  })
  return { ...snapshot, state: Object.fromEntries(handles) }
}
