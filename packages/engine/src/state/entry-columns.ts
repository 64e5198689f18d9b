import type { SlotEntry } from './saved-state.ts'
import type { EntryColumns } from './stage-changes.ts'

/** Entries column by column. */
export function toEntryColumns(entries: Iterable<SlotEntry>): EntryColumns {
  const slots: number[] = []
  const names: unknown[] = []
  const times: number[] = []
  const all: unknown[] = []
  let hasNames = false
  let hasTimes = false
  for (const { data, name, slot, time } of entries) {
    slots.push(slot)
    all.push(data)
    names.push(name)
    times.push(time ?? Number.NaN)
    hasNames ||= name !== undefined
    hasTimes ||= time !== undefined
  }
  return {
    slots: Int32Array.from(slots),
    data: all,
    ...(hasNames && { names }),
    ...(hasTimes && { times: Float64Array.from(times) }),
  }
}
