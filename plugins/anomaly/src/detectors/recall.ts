import {
  defineDetector,
  type Detector,
  type DetectorEvidence,
  type DetectorScope,
} from '@millrace/sdk'
import * as z from '@millrace/sdk/zod'
import { tame } from '../numbers/deviations.ts'
import { RecentNumbers } from '../numbers/recent-numbers.ts'

const recallSchema = z.strictObject({
  span: z.number().positive().max(100_000).default(0.3).meta({
    description:
      'How much is compared with the past: so many points, or below 1 a share of the warm-up.',
  }),
  length: z.int().min(2).max(100).default(8).meta({
    description:
      'Of how many steps it is made; a step is the mean of as many points as fill the span.',
  }),
  history: z.int().min(10).max(100_000).default(1000).meta({
    description: 'How many stretches of the past are compared with, each one step later.',
  }),
})

/** Parameters of `recall`, defaults filled in. */
type RecallParameters = z.output<typeof recallSchema>

interface RecallData {
  /** The oldest first. */
  readonly steps: Float64Array
  /** Of the points of the step that is not full yet. */
  readonly sum: number
  readonly count: number
  /** What the last full step scored. */
  readonly score: number
  readonly expected: number
  readonly nearest: number
}

class Recall implements Detector {
  readonly evidence: DetectorEvidence & { expected: [number] } = { expected: [Number.NaN] }
  readonly #pace: number
  readonly #history: number
  /** The newest stretch, its last step the one that is looked at. */
  readonly #newest: Float64Array
  readonly #steps: RecentNumbers
  /** What the last full step scored, and by which stretch: `expected` of evidence, and the points since its end; 0 is none. */
  #last = { score: Number.NaN, expected: Number.NaN, nearest: 0 }
  #looked = { score: Number.NaN, expected: Number.NaN, nearest: 0 }
  #sum = 0
  #count = 0

  constructor(parameters: RecallParameters, scope: DetectorScope) {
    this.#pace = paceOf(parameters, scope)
    this.#history = parameters.history
    this.#newest = new Float64Array(parameters.length)
    this.#steps = new RecentNumbers(parameters.history + 2 * parameters.length)
    this.evidence.span = this.#pace * parameters.length
  }

  score(point: Float64Array): number {
    if (this.#count + 1 < this.#pace) return this.#tell(this.#last)
    this.#look((this.#sum + tame(point[0] as number)) / this.#pace)
    return this.#tell(this.#looked)
  }

  update(point: Float64Array): number {
    const score = this.score(point)
    this.#sum += tame(point[0] as number)
    this.#count++
    if (this.#count < this.#pace) return score
    this.#steps.push(this.#sum / this.#pace)
    const last = this.#last
    this.#last = this.#looked
    this.#looked = last
    this.#sum = 0
    this.#count = 0
    return score
  }

  snapshot(): RecallData {
    return {
      steps: this.#steps.toArray(),
      sum: this.#sum,
      count: this.#count,
      ...this.#last,
    }
  }

  restore({ steps, sum, count, score, expected, nearest }: RecallData): void {
    this.#steps.clear()
    for (const step of steps) this.#steps.push(step)
    this.#sum = sum
    this.#count = count
    this.#last = { score, expected, nearest }
  }

  #tell({
    score,
    expected,
    nearest,
  }: {
    score: number
    expected: number
    nearest: number
  }): number {
    const { evidence } = this
    evidence.expected[0] = expected
    evidence.nearest = nearest === 0 ? undefined : nearest
    return score
  }

  /** Finds the stretch of the past that is most like the newest one, if `step` is its last, and has no point in common with it. */
  #look(step: number): void {
    const newest = this.#newest
    const { data, start, end } = this.#steps
    const { length } = newest
    const looked = this.#looked
    looked.score = Number.NaN
    looked.expected = Number.NaN
    looked.nearest = 0
    const latest = end + 1 - 2 * length
    if (latest <= start) return
    for (let index = 0, from = end - length + 1; from < end; index++, from++) {
      newest[index] = data[from] as number
    }
    newest[length - 1] = step
    let least = Infinity
    let found = start
    for (let from = Math.max(start, latest - this.#history + 1); from <= latest; from++) {
      let sum = 0
      for (let index = 0; index < length; index++) {
        sum += Math.abs((newest[index] as number) - (data[from + index] as number))
      }
      // The latest of equal ones.
      if (sum > least) continue
      least = sum
      found = from
    }
    looked.score = least / length
    looked.expected = data[found + length - 1] as number
    looked.nearest = this.#pace * (end + 1 - found - length)
  }
}

/** How many points make a step. */
function paceOf({ span, length }: RecallParameters, { warmup }: DetectorScope): number {
  const points = span < 1 ? span * warmup : span
  return Math.max(1, Math.round(points / length))
}

/**
 * How far the last stretch is from the most similar one of the past: the mean of the differences, step by step, in the units of the
 * values. A step is the mean of some points, so a long stretch costs no more than a short one, and its noise counts less; the score
 * is told anew at the end of each step, and stays in between. Stretches overlap, so the past is kept once. Values beyond 1e100
 * count as that. NaN until two stretches and a step are full.
 *
 * Memory: 8.5 bytes for each stretch of history, of which a snapshot has 8. A step costs history * length additions.
 */
export const recall = defineDetector<RecallParameters>({
  name: 'recall',
  summary: 'Distance of the last stretch, in coarse steps, to the most similar one of the past.',
  parameters: recallSchema,
  main: 'span',
  dimensions: 'one',
  bytes: ({ history, length }) => 8 * (history + 2 * length) + 40,
  create: (parameters, scope) => new Recall(parameters, scope),
})
