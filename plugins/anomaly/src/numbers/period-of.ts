import { Fft } from './fft.ts'

/** A pattern of fewer points is no season: it is told from noise by nothing. */
const shortest = 4

/** So many times a pattern has to be seen. */
const repetitions = 2.5

/** A correlation below it is no period, and one has to stand out by `prominence` above what comes before it. */
const least = 0.3
const prominence = 0.15

/** A shorter period is taken before a longer one that repeats it, unless that correlates better by this factor. */
const gain = 1.15

/**
 * The number of points after which the values repeat themselves, 0 for none: the first high peak of their autocorrelation, without
 * straight trend and single outliers. Scale and offset do not matter.
 */
export function periodOf(values: Float64Array): number {
  const count = values.length
  const longest = Math.floor(count / repetitions)
  if (longest < 2 * shortest) return 0
  const correlations = autocorrelations(levelled(values), longest + Math.floor(longest / 8) + 1)
  let best = 0
  let top = 0
  for (const lag of peaks(correlations, longest)) {
    const correlation = correlations[lag] as number
    if (correlation <= top * (best === 0 ? 1 : gain)) continue
    if (correlation < least + 2 / Math.sqrt(count - lag)) continue
    best = lag
    top = correlation
  }
  return best === 0 ? 0 : refined(correlations, best)
}

/** The period after which peaks come again: the later the peak, the less does a point in its place matter. */
function refined(correlations: Float64Array, lag: number): number {
  let period = lag
  const reach = Math.max(1, lag >> 4)
  for (let times = 2; Math.round(times * period) + reach < correlations.length; times++) {
    const middle = Math.round(times * period)
    let peak = middle
    for (let at = middle - reach; at <= middle + reach; at++) {
      if ((correlations[at] as number) > (correlations[peak] as number)) peak = at
    }
    if ((correlations[peak] as number) < (correlations[lag] as number) / 2) break
    period = peak / times
  }
  return Math.round(period)
}

/** Lags whose correlation is the largest of their neighborhood and stands out above the lowest before it, shortest first. */
function peaks(correlations: Float64Array, longest: number): number[] {
  const found: number[] = []
  let lowest = 1
  for (let lag = 1; lag <= longest; lag++) {
    const here = correlations[lag] as number
    lowest = Math.min(lowest, here)
    if (lag < shortest || here < lowest + prominence) continue
    const reach = Math.max(1, lag >> 3)
    const from = Math.max(1, lag - reach)
    if (correlations.subarray(from, lag + reach + 1).every((other) => other <= here))
      found.push(lag)
  }
  return found
}

/** Without its straight trend, and held within the first and the last hundredth. */
function levelled(values: Float64Array): Float64Array {
  const count = values.length
  const sorted = values.toSorted()
  const low = sorted[Math.floor(0.01 * (count - 1))] as number
  const high = sorted[Math.ceil(0.99 * (count - 1))] as number
  const scale = high / 2 - low / 2 || 1
  const held = values.map((x) => (Math.min(Math.max(x, low), high) - low) / scale)
  const middle = (count - 1) / 2
  let sum = 0
  let slope = 0
  for (let index = 0; index < count; index++) {
    sum += held[index] as number
    slope += (held[index] as number) * (index - middle)
  }
  slope /= (count * (count * count - 1)) / 12
  return held.map((x, index) => x - sum / count - slope * (index - middle))
}

/** Pearson's correlation of the values with themselves so many points later, for all lags below `lags`. */
function autocorrelations(values: Float64Array, lags: number): Float64Array {
  const count = values.length
  let length = 2
  while (length < count + lags) length *= 2
  const fft = new Fft(length)
  const real = new Float64Array(length)
  const imaginary = new Float64Array(length)
  real.set(values)
  fft.transform(real, imaginary)
  for (let index = 0; index < length; index++) {
    real[index] = (real[index] as number) ** 2 + (imaginary[index] as number) ** 2
  }
  imaginary.fill(0)
  fft.transform(real, imaginary)
  const correlations = new Float64Array(lags)
  // Sums over the first and over the last `count - lag` values.
  const first = sums(values)
  const last = { sum: first.sum, squares: first.squares }
  for (let lag = 0; lag < lags; lag++) {
    const pairs = count - lag
    const product = (real[lag] as number) / length - (first.sum * last.sum) / pairs
    const spread = (first.squares - first.sum ** 2 / pairs) * (last.squares - last.sum ** 2 / pairs)
    correlations[lag] = spread > 0 ? product / Math.sqrt(spread) : 0
    const head = values[lag] as number
    const tail = values[count - 1 - lag] as number
    first.sum -= tail
    first.squares -= tail * tail
    last.sum -= head
    last.squares -= head * head
  }
  return correlations
}

function sums(values: Float64Array): { sum: number; squares: number } {
  let sum = 0
  let squares = 0
  for (const value of values) {
    sum += value
    squares += value * value
  }
  return { sum, squares }
}
