/** A sum held to about 32 decimal digits: `hi` is the nearest double, `lo` what it leaves out. */
export interface DoubleDouble {
  hi: number
  lo: number
}

/**
 * Adds `value` without losing what rounding takes away, so that the order of additions does not show in the result.
 * A sum beyond the range of doubles becomes infinite and stays so.
 */
export function addTo(sum: DoubleDouble, value: number): void {
  const total = sum.hi + value
  if (!Number.isFinite(total)) {
    sum.hi = total
    sum.lo = 0
    return
  }
  // Knuth's two-sum: the exact rounding error of the addition above.
  const part = total - sum.hi
  const low = sum.lo + (sum.hi - (total - part) + (value - part))
  const hi = total + low
  sum.hi = hi
  sum.lo = low - (hi - total)
}

/** Adds another sum, its small part first. */
export function addSum(sum: DoubleDouble, other: DoubleDouble): void {
  addTo(sum, other.lo)
  addTo(sum, other.hi)
}

/** Splits a double into halves of 26 bits each. */
const SPLITTER = 2 ** 27 + 1

/** What rounding takes away from `a * b`, which is `product`; NaN near the end of the range of doubles. */
export function productError(a: number, b: number, product: number): number {
  // Dekker's product.
  const partA = SPLITTER * a
  const highA = partA - (partA - a)
  const lowA = a - highA
  const partB = SPLITTER * b
  const highB = partB - (partB - b)
  const lowB = b - highB
  return lowA * lowB - (product - highA * highB - lowA * highB - highA * lowB)
}

/** Adds `a * b`. */
export function addProduct(sum: DoubleDouble, a: number, b: number): void {
  const product = a * b
  addTo(sum, productError(a, b, product))
  addTo(sum, product)
}
