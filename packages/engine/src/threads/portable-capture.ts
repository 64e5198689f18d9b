import type { StageCapture } from '../checkpoint/checkpoint.ts'
import type { EntryColumns, HandleChanges, Sliced, TimerColumns } from '../state/stage-changes.ts'

/** The same with lists in the place of those that are made piece by piece: it can be copied to another thread. */
export function portableCapture(capture: StageCapture): StageCapture {
  const { changes } = capture
  const { handles, keys, timers } = changes
  return {
    ...capture,
    changes: {
      ...changes,
      keys: { ...keys, values: all(keys.values) },
      handles: Object.fromEntries(
        Object.entries(handles).map(([name, handle]) => [name, portableHandle(handle)]),
      ),
      timers: { event: portableTimers(timers.event), clock: portableTimers(timers.clock) },
    },
  }
}

function portableHandle(handle: HandleChanges): HandleChanges {
  const { data, names } = handle.entries
  const entries: EntryColumns = {
    ...handle.entries,
    ...(names && { names: all(names) }),
    data: 'rows' in data ? data : all(data),
  }
  return { ...handle, entries }
}

const portableTimers = (timers: TimerColumns): TimerColumns => ({
  ...timers,
  names: all(timers.names),
})

const all = <T>(list: Sliced<T>): readonly T[] => list.slice(0, list.length)
