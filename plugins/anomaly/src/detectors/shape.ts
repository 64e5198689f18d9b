import {
  defineDetector,
  type Detector,
  type DetectorEvidence,
  type DetectorScope,
} from '@millrace/sdk'
import * as z from '@millrace/sdk/zod'
import { Categories, type CategoriesData } from '../numbers/categories.ts'
import { tame } from '../numbers/deviations.ts'

const shapeSchema = z
  .strictObject({
    span: z.number().positive().max(100_000).default(0.3).meta({
      description: 'How long a shape is: so many points, or below 1 a share of the warm-up.',
    }),
    length: z
      .union([z.literal(2), z.literal(4), z.literal(8), z.literal(16), z.literal(32)])
      .default(8)
      .meta({ description: 'Of how many steps it is made: a power of two.' }),
    categories: z.int().min(2).max(10_000).default(100).meta({
      description:
        'How many kinds of shapes are remembered; the one that was met longest ago is forgotten.',
    }),
    upper: z.number().positive().max(1000).default(2).meta({
      description:
        'A shape that lies outside of its category by no more than so many times the usual is learnt by it: it grows.',
    }),
    lower: z.number().positive().max(1000).default(8).meta({
      description:
        'One that lies outside by more than so many times the usual is an oddity: its category is forgotten first, until it is met again.',
    }),
  })
  .refine(({ lower, upper }) => lower >= upper, {
    path: ['lower'],
    message: 'must be at least `upper`.',
  })

/** Parameters of the memory of shapes, defaults filled in. */
type ShapeParameters = z.output<typeof shapeSchema>

/** What was said of the step that was full last. */
interface Told {
  readonly score: number
  readonly low: number
  readonly high: number
}

interface ShapeData extends Told {
  /** The oldest first. */
  readonly steps: Float64Array
  /** Of the step that is not full yet. */
  readonly sum: number
  readonly count: number
  /** Of all steps. */
  readonly range: readonly [number, number]
  readonly usual: number
  readonly seen: number
  readonly categories: CategoriesData
}

/** The usual is a mean of about so many steps. */
const memory = 200

class Shape implements Detector {
  readonly evidence: DetectorEvidence & {
    expected: [number]
    low: [number]
    high: [number]
  } = { expected: [Number.NaN], low: [Number.NaN], high: [Number.NaN] }
  readonly #pace: number
  readonly #parameters: ShapeParameters
  /** Means of steps, the newest last: the shape that is learnt next, then the one that is looked at. */
  readonly #steps: Float64Array
  readonly #features: Float64Array
  readonly #rest: Float64Array
  readonly #categories: Categories
  #kept = 0
  #sum = 0
  #count = 0
  #low = Infinity
  #high = -Infinity
  /** Mean of the scores lately, and of how many. */
  #usual = 0
  #seen = 0
  #told: Told = { score: Number.NaN, low: Number.NaN, high: Number.NaN }

  constructor(parameters: ShapeParameters, { warmup }: DetectorScope) {
    const { span, length, categories } = parameters
    const points = span < 1 ? span * warmup : span
    this.#pace = Math.max(1, Math.round(points / length))
    this.#parameters = parameters
    this.#steps = new Float64Array(2 * length)
    this.#features = new Float64Array(2 * length)
    this.#rest = new Float64Array(length)
    this.#categories = new Categories(categories, 2 * length)
    this.evidence.span = this.#pace * length
  }

  score(point: Float64Array): number {
    if (this.#count + 1 < this.#pace)
      return this.#tell(this.#told.low, this.#told.high, this.#told.score)
    return this.#look((this.#sum + tame(point[0] as number)) / this.#pace)
  }

  update(point: Float64Array): number {
    const score = this.score(point)
    this.#sum += tame(point[0] as number)
    this.#count++
    if (this.#count < this.#pace) return score
    this.#told = { score, low: this.evidence.low[0], high: this.evidence.high[0] }
    this.#take(this.#sum / this.#pace, score)
    this.#sum = 0
    this.#count = 0
    return score
  }

  snapshot(): ShapeData {
    return {
      ...this.#told,
      steps: this.#steps.slice(this.#steps.length - this.#kept),
      sum: this.#sum,
      count: this.#count,
      range: [this.#low, this.#high],
      usual: this.#usual,
      seen: this.#seen,
      categories: this.#categories.snapshot(),
    }
  }

  restore(data: ShapeData): void {
    this.#told = { score: data.score, low: data.low, high: data.high }
    this.#kept = data.steps.length
    this.#steps.set(data.steps, this.#steps.length - data.steps.length)
    this.#sum = data.sum
    this.#count = data.count
    this.#low = data.range[0]
    this.#high = data.range[1]
    this.#usual = data.usual
    this.#seen = data.seen
    this.#categories.restore(data.categories)
  }

  #tell(low: number, high: number, score: number): number {
    this.evidence.low[0] = low
    this.evidence.high[0] = high
    this.evidence.expected[0] = (low + high) / 2
    return score
  }

  /** How far the newest shape, `step` its last step, lies outside of the nearest category, as a share of the range. */
  #look(step: number): number {
    const { length } = this.#parameters
    const categories = this.#categories
    if (categories.size === 0) return this.#tell(Number.NaN, Number.NaN, Number.NaN)
    this.#describe(this.#steps.length - length + 1, step)
    const nearest = categories.find(this.#features)
    const range = Math.max(this.#high, step) - Math.min(this.#low, step)
    const score = range === 0 ? 0 : categories.outside / (2 * length * range)
    // A step that is off counts twice: for itself, and for the halves that it is in. So far its shape would still be learnt.
    const margin = this.#parameters.upper * this.#usual * length * range
    return this.#tell(
      categories.low(nearest, length - 1) - margin,
      categories.high(nearest, length - 1) + margin,
      score,
    )
  }

  /** Takes a full step, and learns the shape that ended where the newest one begins: so none is its own neighbour. */
  #take(step: number, score: number): void {
    const { length } = this.#parameters
    this.#low = Math.min(this.#low, step)
    this.#high = Math.max(this.#high, step)
    this.#steps.copyWithin(0, 1)
    this.#steps[2 * length - 1] = step
    this.#kept = Math.min(this.#kept + 1, 2 * length)
    if (!Number.isNaN(score)) {
      this.#seen++
      this.#usual += (score - this.#usual) / Math.min(this.#seen, memory)
    }
    if (this.#kept < 2 * length) return
    this.#describe(0)
    this.#learn(2 * length * (this.#high - this.#low))
  }

  /** `whole`: what a category as wide as the range would measure. */
  #learn(whole: number): void {
    const categories = this.#categories
    const nearest = categories.find(this.#features)
    const size = nearest < 0 ? Infinity : categories.outside + categories.extent(nearest)
    const usual = this.#usual * whole
    if (size <= this.#parameters.upper * usual) categories.grow(nearest, this.#features)
    else categories.found(this.#features, size > this.#parameters.lower * usual)
  }

  /** Fills the features: the steps from `first` on, the last of them `step`, and how their halves differ, at every scale. */
  #describe(first: number, step?: number): void {
    const { length } = this.#parameters
    const features = this.#features
    const rest = this.#rest
    for (let index = 0; index < length; index++) rest[index] = this.#steps[first + index] as number
    if (step !== undefined) rest[length - 1] = step
    features.set(rest)
    let next = length
    for (let width = length / 2; width >= 1; width /= 2) {
      for (let index = 0; index < width; index++) {
        const left = rest[2 * index] as number
        const right = rest[2 * index + 1] as number
        features[next++] = (left - right) / 2
        rest[index] = (left + right) / 2
      }
    }
    features[next] = rest[0] as number
  }
}

/**
 * A memory of shapes by adaptive resonance (fuzzy ART: Carpenter, Grossberg and Rosen 1991; with two levels of vigilance). A shape
 * is the means of `length` steps and their Haar coefficients. A category is the box around the shapes it learnt, which is what
 * complement coding amounts to. What lies little outside of the nearest one makes it grow, what lies further founds another, and what
 * lies far founds one that has to be met again to stay; how much that is follows from what was usual lately.
 *
 * The score is how far a shape lies outside of the nearest category: the mean over its features, as a share of the range of steps so
 * far. Told anew at the end of each step; a shape is learnt once it has no point in common with the newest. Memory of a snapshot:
 * 8 (4 length + 1) bytes for each category, and 16 length + 88; of the default 26.6 KB.
 */
export const shape = defineDetector<ShapeParameters>({
  name: 'shape',
  summary:
    'Remembers the shapes of a stream in categories, and tells how far the last one lies outside.',
  parameters: shapeSchema,
  main: 'span',
  dimensions: 'one',
  bytes: ({ length, categories }) => 16 * length + 80 + Categories.bytes(categories, 2 * length),
  create: (parameters, scope) => new Shape(parameters, scope),
})
