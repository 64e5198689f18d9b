/** What each slot of a period adds to the level, and the distance between the largest and the smallest of it. */
export interface SeasonProfile {
  readonly profile: Float64Array
  readonly range: number
}

/**
 * What each slot of a period adds to the level: over the whole periods at the end of `values`, the median of the distances from the
 * mean of their period. The newest value stands in slot `newest`.
 */
export function seasonProfile(values: Float64Array, slots: number, newest: number): SeasonProfile {
  const periods = Math.floor(values.length / slots)
  const profile = new Float64Array(slots)
  if (periods === 0) return { profile, range: 0 }
  const start = values.length - periods * slots
  const means = Array.from({ length: periods }, (_, period) => {
    const from = start + period * slots
    return values.subarray(from, from + slots).reduce((sum, value) => sum + value / slots, 0)
  })
  const distances = new Float64Array(periods)
  for (let place = 0; place < slots; place++) {
    for (const [period, mean] of means.entries()) {
      distances[period] = (values[start + period * slots + place] as number) - mean
    }
    distances.sort()
    const slot = (newest + 1 + place) % slots
    const [lower, upper] = [(periods - 1) >> 1, periods >> 1]
    profile[slot] = (distances[lower] as number) / 2 + (distances[upper] as number) / 2
  }
  const sorted = profile.toSorted()
  return { profile, range: (sorted[slots - 1] as number) - (sorted[0] as number) }
}
