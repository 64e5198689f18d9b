/**
 * What a chi-square variable exceeds with this probability, which is below a half: the cube of Wilson and Hilferty (1931), to about one in a hundred
 * from three degrees of freedom on.
 */
export function chiSquareAbove(probability: number, degrees: number): number {
  const share = 2 / (9 * degrees)
  return degrees * Math.max(1 - share + normalAbove(probability) * Math.sqrt(share), 0) ** 3
}

/** What a standard normal variable exceeds with this probability, to 0.0005 (Abramowitz and Stegun, 26.2.23). */
function normalAbove(probability: number): number {
  const t = Math.sqrt(-2 * Math.log(probability))
  const above = 2.515517 + t * (0.802853 + t * 0.010328)
  const below = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308))
  return t - above / below
}
