import {
  defineDetector,
  type Detector,
  type DetectorEvidence,
  type DetectorScope,
} from '@millrace/sdk'
import * as z from '@millrace/sdk/zod'
import { tame } from '../numbers/deviations.ts'
import { periodOf } from '../numbers/period-of.ts'
import {
  factorOf,
  PastStretches,
  type PastStretchesData,
  type PastStretchesOptions,
} from '../numbers/past-stretches.ts'

const profileSchema = z.strictObject({
  length: z
    .union([z.literal('auto'), z.int().min(4).max(1000)])
    .default('auto')
    .meta({
      description:
        'How many points, the newest of them last, are compared with the past. auto: one period of the first points, or 32.',
    }),
  history: z.int().min(50).max(100_000).default(2000).meta({
    description: 'How many stretches of the past are compared with.',
  }),
  floor: z.number().min(0).max(1).default(0.2).meta({
    description:
      'Stretches with less spread than this share of the usual are not blown up to full size: their noise has no shape.',
  }),
})

/** Parameters of the matrix profile, defaults filled in. */
type ProfileParameters = z.output<typeof profileSchema>

/** Bounds of a length that is found, and the one where nothing repeats itself. */
const shortest = 16
const longest = 256
const usual = 32

/** So many points are looked at to find it, as many as the warm-up within these bounds. */
const leastPoints = 400
const mostPoints = 2000

interface ProfileData {
  /** 0 while it is not found. */
  readonly length: number
  /** Until the length is found, just the values. */
  readonly past: PastStretchesData
  /** How many stretches had any spread, up to `history`, and the mean of the logarithms of their spreads. */
  readonly spreads: number
  readonly logSpread: number
}

class Profile implements Detector {
  readonly evidence: DetectorEvidence & { expected: [number] } = { expected: [Number.NaN] }
  readonly #parameters: ProfileParameters
  /** From how many points the length is found. */
  readonly #enough: number
  readonly #nearest = new Float64Array(1)
  readonly #comparison = { level: false, floor: 0 }
  /** Points that wait for the length. */
  #waiting: number[] = []
  #past: PastStretches | undefined
  #length = 0
  #spreads = 0
  #logSpread = 0

  constructor(parameters: ProfileParameters, { warmup }: DetectorScope) {
    this.#parameters = parameters
    this.#enough = Math.min(Math.max(warmup, leastPoints), mostPoints, parameters.history)
    if (parameters.length !== 'auto') this.#begin(parameters.length)
  }

  score(point: Float64Array): number {
    const { evidence } = this
    const past = this.#past
    evidence.expected[0] = Number.NaN
    evidence.nearest = undefined
    if (past === undefined) return Number.NaN
    past.look(tame(point[0] as number))
    if (past.size === 0) return Number.NaN

    const floor = this.#spreads === 0 ? 0 : this.#parameters.floor * Math.exp(this.#logSpread)
    this.#comparison.floor = floor
    const age = past.find(this.#nearest, this.#comparison)
    const { mean, deviation } = past.shape
    const size = Math.max(deviation, floor) * factorOf(past.deviationAt(age), floor)
    evidence.expected[0] = mean + (past.valueAt(age) - past.meanAt(age)) * size
    evidence.nearest = age
    // Of two that have nothing in common the mean squared distance is 2.
    return Math.sqrt((this.#nearest[0] as number) / 2)
  }

  update(point: Float64Array): number {
    const score = this.score(point)
    const value = tame(point[0] as number)
    if (this.#past !== undefined) this.#learn(this.#past, value)
    else if (this.#waiting.push(value) >= this.#enough) this.#choose()
    return score
  }

  snapshot(): ProfileData {
    const waiting = { phase: 0, values: Float64Array.from(this.#waiting) }
    const past = this.#past?.snapshot() ?? waiting
    return { length: this.#length, past, spreads: this.#spreads, logSpread: this.#logSpread }
  }

  restore({ length, past, spreads, logSpread }: ProfileData): void {
    if (length === 0) this.#waiting = [...past.values]
    else this.#begin(length).restore(past)
    this.#spreads = spreads
    this.#logSpread = logSpread
  }

  #begin(length: number): PastStretches {
    const past = new PastStretches(optionsOf(length, this.#parameters))
    this.#past = past
    this.#length = length
    this.evidence.span = length
    return past
  }

  /** Finds the length, and learns what waited for it. */
  #choose(): void {
    const period = periodOf(Float64Array.from(this.#waiting))
    const several = period * Math.ceil(shortest / period)
    const past = this.#begin(period === 0 ? usual : Math.min(several, longest))
    for (const value of this.#waiting) {
      past.look(value)
      this.#learn(past, value)
    }
    this.#waiting = []
  }

  /** Learns a value that was looked at. */
  #learn(past: PastStretches, value: number): void {
    const { deviation } = past.shape
    if (deviation > 0) {
      this.#spreads = Math.min(this.#spreads + 1, this.#parameters.history)
      this.#logSpread += (Math.log(deviation) - this.#logSpread) / this.#spreads
    }
    past.learn(value)
  }
}

/** A stretch is past when the newest shares no point with it. */
function optionsOf(length: number, { history }: ProfileParameters): PastStretchesOptions {
  return { length, history, delay: length }
}

/**
 * How unlike the shape of the last points is to the most similar shape of the past, whatever their level and size: 0 is the same,
 * 1 has nothing in common (the square root of 1 - correlation), so that scores of all lengths compare. This is the left matrix profile
 * (Yeh et al. 2016; online STAMPI; for discords DAMP, Lu et al. 2022) over a bounded history. Flat stretches have no shape: 0 from each other, 0.71
 * from others. Values beyond 1e100 count as that. NaN until the length is
 * found and a stretch is past.
 *
 * Memory of a snapshot: 8 (history + 4 length) + 32 bytes, with a length of 256 where it is to be found; live 34 instead of 8. A point costs 2.5 * history steps, however long the
 * stretches are.
 */
export const profile = defineDetector<ProfileParameters>({
  name: 'profile',
  summary: 'How unlike the shape of the last points is to any shape of the past.',
  parameters: profileSchema,
  main: 'length',
  dimensions: 'one',
  bytes: (parameters) => {
    const length = parameters.length === 'auto' ? longest : parameters.length
    return 24 + PastStretches.bytes(optionsOf(length, parameters))
  },
  create: (parameters, scope) => new Profile(parameters, scope),
})
