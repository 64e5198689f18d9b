/**
 * Makes amounts of dimensions their shares, in place: at least 0, together 1; what is negative has none. Undefined where nothing is
 * above 0. Amounts are finite, and so is their sum.
 */
export function toShares(amounts: Float64Array): Float64Array | undefined {
  let total = 0
  for (let k = 0; k < amounts.length; k++) total += Math.max(amounts[k] as number, 0)
  if (total === 0) return undefined
  for (let k = 0; k < amounts.length; k++) {
    amounts[k] = Math.max(amounts[k] as number, 0) / total
  }
  return amounts
}
