import { defineDetector, type Detector, type DetectorEvidence } from '@millrace/sdk'
import * as z from '@millrace/sdk/zod'
import { tame } from '../numbers/deviations.ts'
import {
  type Comparison,
  factorOf,
  PastStretches,
  type PastStretchesData,
} from '../numbers/past-stretches.ts'

const knnSchema = z.strictObject({
  length: z.int().min(1).max(1000).default(32).meta({
    description: 'How many points, the newest of them last, are compared with the past.',
  }),
  neighbours: z.int().min(1).max(50).default(5).meta({
    description: 'How many of the most similar stretches of the past count.',
  }),
  history: z.int().min(50).max(100_000).default(1000).meta({
    description: 'How many stretches of the past are compared with.',
  }),
  delay: z.int().min(1).max(100_000).default(50).meta({
    description:
      'After how many points a stretch is past, so that an anomaly is not its own neighbour.',
  }),
  normalize: z.enum(['none', 'level', 'shape']).default('level').meta({
    description:
      'What is taken from a stretch before it is compared: nothing, its mean, or its mean and spread.',
  }),
})

/** Parameters of the nearest neighbours, defaults filled in. */
type KnnParameters = z.output<typeof knnSchema>

const comparisons: Readonly<Record<KnnParameters['normalize'], Comparison>> = {
  none: { level: true, floor: undefined },
  level: { level: false, floor: undefined },
  shape: { level: false, floor: 0 },
}

class Knn implements Detector {
  readonly evidence: DetectorEvidence & { expected: [number] } = { expected: [Number.NaN] }
  readonly #past: PastStretches
  readonly #comparison: Comparison
  readonly #nearest: Float64Array

  constructor(parameters: KnnParameters) {
    this.#past = new PastStretches(parameters)
    this.#comparison = comparisons[parameters.normalize]
    this.#nearest = new Float64Array(parameters.neighbours)
    this.evidence.span = parameters.length
  }

  score(point: Float64Array): number {
    const { evidence } = this
    const past = this.#past
    const nearest = this.#nearest
    past.look(tame(point[0] as number))
    evidence.expected[0] = Number.NaN
    evidence.nearest = undefined
    if (past.size < nearest.length) return Number.NaN

    const age = past.find(nearest, this.#comparison)
    evidence.expected[0] = this.#expected(age)
    evidence.nearest = age
    let sum = 0
    for (let rank = 0; rank < nearest.length; rank++) sum += Math.sqrt(nearest[rank] as number)
    return Math.min(sum / nearest.length, Number.MAX_VALUE)
  }

  update(point: Float64Array): number {
    const score = this.score(point)
    this.#past.learn(tame(point[0] as number))
    return score
  }

  snapshot(): PastStretchesData {
    return this.#past.snapshot()
  }

  restore(data: PastStretchesData): void {
    this.#past.restore(data)
  }

  /** The last value of the stretch that ended so many points ago, put at the place of the newest. */
  #expected(age: number): number {
    const past = this.#past
    const { level, floor } = this.#comparison
    const value = past.valueAt(age)
    if (level) return value
    const { mean, deviation } = past.shape
    const factor = floor === undefined ? 1 : deviation * factorOf(past.deviationAt(age), floor)
    return mean + (value - past.meanAt(age)) * factor
  }
}

/**
 * How far the last points are from the most similar stretches of the past, as the mean over those of the root mean square of the
 * differences: in the units of the values, or of their spread under `normalize: shape`. Its rank among the scores of the past is
 * the p-value of the conformal detector (Laxhammar and Falkman, 2011; for lag vectors Burnaev and Ishimtsev,
 * arXiv 1608.04585). Values beyond 1e100 count as that. NaN until as many stretches are past as neighbours count.
 *
 * Memory of a snapshot: 8 (history + delay + 3 length) + 8 bytes; live 34 instead of the first 8. A point
 * costs at most history * length steps, mostly a third of it.
 */
export const knn = defineDetector<KnnParameters>({
  name: 'knn',
  summary: 'Distance of the last points to the most similar stretches of the past.',
  parameters: knnSchema,
  main: 'length',
  dimensions: 'one',
  bytes: (parameters) => PastStretches.bytes(parameters),
  create: (parameters) => new Knn(parameters),
})
