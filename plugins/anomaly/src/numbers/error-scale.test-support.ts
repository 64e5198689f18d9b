/** What an `ErrorScale` of rate 1/200 knows of errors, told from its definition. */
export interface SlowErrorScale {
  readonly deviation: number
  /** An error, no larger than it is let through. */
  readonly clipped: (error: number) => number
}

/**
 * Mean of absolute errors, each held within three times the mean before it, or more after many such errors in a row; the newest counts
 * 1/200, the first ones alike. At least `least`.
 */
export function errorScaleOf(errors: readonly number[], least = 0): SlowErrorScale {
  let [mean, run] = [0, 0]
  const clipped = (error: number): number => {
    const usual = 3 * Math.max(mean, least)
    if (usual === 0 || Math.abs(error) <= usual) return error
    return Math.sign(error) * Math.min(Math.abs(error), usual * 2 ** (run / 16))
  }
  for (const [index, error] of errors.entries()) {
    const held = Math.abs(clipped(error))
    run = Math.abs(error) > 3 * Math.max(mean, least) ? run + 1 : 0
    const rate = Math.max(1 / (index + 1), 0.005)
    mean = (1 - rate) * mean + rate * held * Math.sqrt(Math.PI / 2)
  }
  return { deviation: Math.max(mean, least), clipped }
}
