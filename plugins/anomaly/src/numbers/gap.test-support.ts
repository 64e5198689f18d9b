/**
 * The largest difference between two lists, relative where numbers are above 1; infinite where only one of two is NaN or the lists
 * are not of one length.
 */
export function gap(one: readonly number[], other: readonly number[]): number {
  if (one.length !== other.length) return Infinity
  const gaps = one.map((a, index) => {
    const b = other[index] as number
    if (Object.is(a, b)) return 0
    const difference = Math.abs(a - b) / Math.max(1, Math.abs(a), Math.abs(b))
    return Number.isNaN(difference) ? Infinity : difference
  })
  return Math.max(0, ...gaps)
}
