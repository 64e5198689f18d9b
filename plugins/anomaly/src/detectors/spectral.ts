import { defineDetector, type Detector, type DetectorEvidence } from '@millrace/sdk'
import * as z from '@millrace/sdk/zod'
import { tame } from '../numbers/deviations.ts'
import { RecentNumbers } from '../numbers/recent-numbers.ts'
import { SpectralResidual } from '../numbers/spectral-residual.ts'

const spectralSchema = z.strictObject({
  window: z.literal([32, 64, 128, 256, 512, 1024]).default(128).meta({
    description: 'Points that are looked at together: a power of 2 from 32 to 1024.',
  }),
})

/** Parameters of `spectral`, defaults filled in. */
type SpectralParameters = z.output<typeof spectralSchema>

interface SpectralData {
  readonly recent: Float64Array
}

/** The spectrum takes a window for a circle: a few points that might come next keep the newest one from its seam. */
const guessed = 5
/** How many saliences before its own a point is measured by. */
const compared = 21
const scoreMost = 1e6

class Spectral implements Detector {
  readonly evidence: DetectorEvidence = {}
  readonly #residual: SpectralResidual
  readonly #values: Float64Array
  /** Those before the next point. */
  readonly #recent: RecentNumbers

  constructor({ window }: SpectralParameters) {
    this.#residual = new SpectralResidual(window)
    this.#values = new Float64Array(window)
    this.#recent = new RecentNumbers(window - guessed - 1)
  }

  score(point: Float64Array): number {
    const { data, start, end, length, capacity } = this.#recent
    if (length < capacity) return Number.NaN
    const values = this.#values
    for (let index = start; index < end; index++) values[index - start] = data[index] as number
    values[capacity] = tame(point[0] as number)
    // From those before the point: a spike must not look like the beginning of a plateau.
    values.fill(nextOf(values, capacity - 1), capacity + 1)
    const saliency = this.#residual.measure(values)
    let sum = 0
    for (let index = capacity - compared; index < capacity; index++)
      sum += saliency[index] as number
    const own = saliency[capacity] as number
    return own === 0 ? 0 : Math.min((own * compared) / sum, scoreMost)
  }

  update(point: Float64Array): number {
    const score = this.score(point)
    this.#recent.push(tame(point[0] as number))
    return score
  }

  snapshot(): SpectralData {
    return { recent: this.#recent.toArray() }
  }

  restore({ recent }: SpectralData): void {
    this.#recent.clear()
    for (const value of recent) this.#recent.push(value)
  }
}

/** The value at `newest` carried on by the mean slope from the five values before to it: five slopes on from the fourth before it. */
function nextOf(values: Float64Array, newest: number): number {
  let slope = 0
  for (let back = 1; back <= guessed; back++) {
    const rise = (values[newest] as number) - (values[newest - back] as number)
    slope += rise / back / guessed
  }
  return (values[newest - guessed + 1] as number) + slope * guessed
}

/**
 * How much a point stands out of its window once the regular part is taken out of the spectrum, against the mean of the 21 points before
 * it: the spectral residual (Hou and Zhang 2007; for series Ren et al., KDD 2019, whose score is this one less 1). Knows the next point
 * after a window less 5. Memory: 8 bytes for each point of the window.
 */
export const spectral = defineDetector<SpectralParameters>({
  name: 'spectral',
  summary: 'How far a point stands out of its window without the regular part of the spectrum.',
  parameters: spectralSchema,
  main: 'window',
  dimensions: 'one',
  bytes: ({ window }) => 8 * (window - guessed - 1),
  create: (parameters) => new Spectral(parameters),
})
