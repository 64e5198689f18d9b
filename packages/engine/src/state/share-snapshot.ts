import type { KeyValue } from '@millrace/base'
import { replicaOf } from '../run/keyed-fan.ts'
import { toPlainSnapshot } from './merge-changes.ts'
import type { SavedHandle, SavedState, SavedTimer, StageSnapshot } from './saved-state.ts'

type Values = readonly KeyValue[] | null

/** What stages that had a share of the keys each have kept, as one stage would have kept it. */
export function joinSnapshots(shares: readonly StageSnapshot[]): StageSnapshot {
  const [first] = shares
  if (first !== undefined && shares.length === 1) return first
  const all = shares.map(toPlainSnapshot)
  const timers = (service: 'event' | 'clock'): readonly SavedTimer[] =>
    all.flatMap((one) => one.timers[service]).toSorted(byTime)
  return {
    watermark: Math.min(...all.map(({ watermark }) => watermark)),
    largest: Math.max(...all.map(({ largest }) => largest)),
    eventTime: Math.min(...all.map(({ eventTime }) => eventTime)),
    keys: all.flatMap(({ keys }) => keys),
    state: joinStates(all.map(({ state }) => state)),
    timers: { event: timers('event'), clock: timers('clock') },
  }
}

/** What a stage has kept, as that many stages would have kept it that have a share of the keys each; `shareOf` says which. */
export function splitSnapshot(
  snapshot: StageSnapshot,
  count: number,
  shareOf: (key: Values) => number,
): readonly StageSnapshot[] {
  const { timers, ...whole } = toPlainSnapshot(snapshot)
  return Array.from({ length: count }, (_, index): StageSnapshot => {
    const isOwn = ({ key }: { readonly key: Values }): boolean => shareOf(key) === index
    return {
      ...whole,
      keys: whole.keys.filter((key) => isOwn({ key })),
      state: Object.fromEntries(
        Object.entries(whole.state).map(([name, handle]) => [name, share(handle, isOwn, index)]),
      ),
      timers: { event: timers.event.filter(isOwn), clock: timers.clock.filter(isOwn) },
    }
  })
}

/** Which of so many replicas a key is with; what has no key is with the first. */
export function keyShare(count: number): (key: Values) => number {
  return (key) => (key === null ? 0 : replicaOf(key, count))
}

function share(
  { entries, expired, kind, version }: SavedHandle,
  isOwn: (entry: SavedHandle['entries'][number]) => boolean,
  index: number,
): SavedHandle {
  const own = { kind, version, entries: entries.filter(isOwn) }
  // Who has the first share counts for all.
  return index === 0 && expired !== undefined ? { ...own, expired } : own
}

function joinStates(states: readonly SavedState[]): SavedState {
  const joined: Record<string, SavedHandle> = {}
  for (const [name, handle] of states.flatMap((state) => Object.entries(state))) {
    const before = joined[name]
    const { kind, version } = handle
    const expired = (before?.expired ?? 0) + (handle.expired ?? 0)
    const entries = [...(before?.entries ?? []), ...handle.entries]
    joined[name] = { kind, version, entries, ...(expired > 0 && { expired }) }
  }
  return joined
}

/** Infinity less Infinity is no number. */
function byTime(one: SavedTimer, other: SavedTimer): number {
  if (one.at === other.at) return 0
  return one.at < other.at ? -1 : 1
}
