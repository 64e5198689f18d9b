/** Where the series ends and the continued fraction begins. */
const SERIES_TO = 2.5

/** The chance that a standard normal variable is larger than z, to twelve digits also far out; 0 from about 38 on. */
export function normalTail(z: number): number {
  if (z < 0) return 1 - normalTail(-z)
  const density = Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI)
  if (z < SERIES_TO) {
    let term = z
    let sum = z
    for (let odd = 3; term > 1e-16 * sum; odd += 2) {
      term *= (z * z) / odd
      sum += term
    }
    return 0.5 - density * sum
  }
  let fraction = z
  for (let i = 60; i > 0; i--) fraction = z + i / fraction
  return density / fraction
}
