/** When the last number of a key stands in for one that is missing. */
export type Missing = 'skip' | 'last' | undefined

/**
 * Puts the last numbers in the place of those that are missing (NaN), of which there are so many: always under `last`, never under `skip`,
 * else where at least one number is there. False where some are missing still.
 */
export function fillLast(
  point: Float64Array,
  last: Float64Array,
  missing: number,
  how: Missing,
): boolean {
  if (missing === 0) return true
  if (how === 'skip' || (how === undefined && missing === point.length)) return false
  for (let index = 0; index < point.length; index++) {
    if (Number.isNaN(point[index])) point[index] = last[index] as number
  }
  return !point.some(Number.isNaN)
}
