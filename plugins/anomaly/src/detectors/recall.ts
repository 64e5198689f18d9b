import {
  defineDetector,
  type Detector,
  type DetectorEvidence,
  type DetectorScope,
} from '@millrace/sdk'
import * as z from '@millrace/sdk/zod'
import { CoarsePast, type CoarsePastData, pacesOf } from '../numbers/coarse-past.ts'
import { spansSchema } from '../numbers/spans-schema.ts'

const recallSchema = z.strictObject({
  span: spansSchema.default(0.3).meta({
    description:
      'How much is compared with the past: so many points, or below 1 a share of the warm-up. Of several spans the mean counts.',
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

type RecallData = readonly CoarsePastData[]

class Recall implements Detector {
  readonly evidence: DetectorEvidence & { expected: [number] } = { expected: [Number.NaN] }
  /** One of each span, the shortest first. */
  readonly #pasts: readonly CoarsePast[]

  constructor({ span, length, history }: RecallParameters, { warmup }: DetectorScope) {
    this.#pasts = pacesOf(span, length, warmup).map((pace) => {
      return new CoarsePast({ pace, length, history })
    })
    this.evidence.span = this.#pasts[0]?.span
  }

  score(point: Float64Array): number {
    const value = point[0] as number
    let sum = 0
    let known = 0
    for (const past of this.#pasts) {
      const likeness = past.look(value)
      if (past === this.#pasts[0]) {
        this.evidence.expected[0] = likeness.expected
        this.evidence.nearest = likeness.nearest === 0 ? undefined : likeness.nearest
      }
      if (Number.isNaN(likeness.distance)) continue
      sum += likeness.distance
      known++
    }
    return known === 0 ? Number.NaN : sum / known
  }

  update(point: Float64Array): number {
    const score = this.score(point)
    for (const past of this.#pasts) past.learn(point[0] as number)
    return score
  }

  snapshot(): RecallData {
    return this.#pasts.map((past) => past.snapshot())
  }

  restore(data: RecallData): void {
    for (const [index, past] of this.#pasts.entries()) {
      past.restore(data[index] as CoarsePastData)
    }
  }
}

/**
 * How far the last stretch is from the most similar one of the past: the mean of the differences, step by step, in the units of the
 * values. A step is the mean of some points, so a long stretch costs no more than a short one, and its noise counts less; the score
 * is told anew at the end of each step, and stays in between. Stretches overlap, so the past is kept once. Values beyond 1e100
 * count as that. NaN until two stretches and a step are full. Of several spans the mean of their distances is scored, as soon as one is
 * known: where steps begin is chance, and so is what one pace makes of it. Evidence is of the shortest.
 *
 * Memory, of each span: 8.5 bytes for each stretch of history, of which a snapshot has 8. A step costs history * length additions.
 */
export const recall = defineDetector<RecallParameters>({
  name: 'recall',
  summary: 'Distance of the last stretch, in coarse steps, to the most similar one of the past.',
  parameters: recallSchema,
  main: 'span',
  version: 2,
  dimensions: 'one',
  bytes: ({ span, history, length }) =>
    [span].flat().length * CoarsePast.bytes({ history, length }),
  create: (parameters, scope) => new Recall(parameters, scope),
})
