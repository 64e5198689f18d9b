import type { StageCounts } from './summary.ts'

type Numbers = Readonly<Record<string, number>>

/** Most reasons a summary lists. */
export const REASONS_MAX = 20

/**
 * The counts of each stage once, in this order: those of its replicas, which stand side by side under its id, together, with at most so many
 * reasons.
 */
export function sumReplicas(
  all: readonly StageCounts[],
  mostReasons: number = REASONS_MAX,
): readonly StageCounts[] {
  const sums: StageCounts[] = []
  for (const counts of all) {
    const last = sums.at(-1)
    if (last?.id === counts.id) sums[sums.length - 1] = sum(last, counts, mostReasons)
    else sums.push(counts)
  }
  return sums
}

function sum(one: StageCounts, other: StageCounts, mostReasons: number): StageCounts {
  const { openWindows, stateEntries, stateExpired, timers } = one
  const reasons = Object.entries(added(one.reasons, other.reasons))
    .toSorted((a, b) => b[1] - a[1])
    .slice(0, mostReasons)
  return {
    id: one.id,
    module: one.module,
    in: one.in + other.in,
    used: one.used + other.used,
    filtered: one.filtered + other.filtered,
    late: one.late + other.late,
    dead: one.dead + other.dead,
    dropped: one.dropped + other.dropped,
    held: one.held + other.held,
    sent: added(one.sent, other.sent),
    reasons: Object.fromEntries(reasons),
    metrics: added(one.metrics, other.metrics),
    ...(openWindows !== undefined && { openWindows: openWindows + (other.openWindows ?? 0) }),
    ...(stateEntries && { stateEntries: added(stateEntries, other.stateEntries) }),
    ...(stateExpired && { stateExpired: added(stateExpired, other.stateExpired) }),
    ...(timers !== undefined && { timers: timers + (other.timers ?? 0) }),
  }
}

function added(one: Numbers = {}, other: Numbers = {}): Numbers {
  const sums = new Map(Object.entries(one))
  for (const [name, count] of Object.entries(other)) sums.set(name, (sums.get(name) ?? 0) + count)
  return Object.fromEntries(sums)
}
