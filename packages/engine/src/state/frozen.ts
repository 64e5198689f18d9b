import type { SlotEntry } from './saved-state.ts'

/** What one handle keeps for one key, as it waits on the disk. */
export type Frozen = readonly [
  data: readonly unknown[],
  names?: readonly unknown[] | undefined,
  times?: readonly number[] | undefined,
  order?: number | undefined,
]

/** The same as entries. */
export function* entriesOf(
  slot: number,
  [data, names, times, order]: Frozen,
): Iterable<SlotEntry & { readonly isOwn: true }> {
  for (let at = 0; at < data.length; at++) {
    yield {
      slot,
      data: data[at],
      ...(names && { name: names[at] }),
      ...(times && { time: times[at] }),
      ...(order !== undefined && { order }),
      isOwn: true,
    }
  }
}
