/** Numbers with less spread than this share of their size are as good as equal: what differs is rounding. */
const rounding = 1e-13

/** So are numbers with less spread than this: products of what differs are lost. */
const least = 1e-100

/** Of a stretch of numbers: its mean, and the square root of the mean squared distance from it. */
export interface WindowShape {
  mean: number
  deviation: number
}

/**
 * Writes what `length` numbers of `data` from `start` on are like into `shape`. In two passes, so that a large offset takes nothing
 * from the deviation; that of equal numbers is 0.
 */
export function measureWindow(
  data: Float64Array,
  start: number,
  length: number,
  shape: WindowShape,
): void {
  const end = start + length
  let sum = 0
  for (let index = start; index < end; index++) sum += data[index] as number
  const mean = sum / length
  let squares = 0
  for (let index = start; index < end; index++) {
    const difference = (data[index] as number) - mean
    squares += difference * difference
  }
  const deviation = Math.sqrt(squares / length)
  shape.mean = mean
  shape.deviation = deviation > Math.max(rounding * Math.abs(mean), least) ? deviation : 0
}
