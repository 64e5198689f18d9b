/** No score in deviations is larger: what has no spread yet is this strange as soon as it moves. */
const most = 1e6

/** Values are held within plus and minus this, so that no sum or product of a few thousand of them overflows. */
const limit = 1e100

/** The value, or the nearest one that can be reckoned with: from -1e100 to 1e100, and never -0. */
export function tame(value: number): number {
  if (value > limit) return limit
  return value < -limit ? -limit : value + 0
}

/**
 * How many times `spread` a distance is, at most a million. `level` is a usual size of the values: a distance or a spread below its
 * 12th digit is nothing but rounding.
 */
export function deviations(distance: number, spread: number, level: number): number {
  const noise = 1e-12 * Math.abs(level)
  const size = Math.abs(distance)
  if (size <= noise) return 0
  return Math.min(size / Math.max(spread, noise), most)
}
