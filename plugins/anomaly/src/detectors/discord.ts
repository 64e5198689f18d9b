import {
  defineDetector,
  type Detector,
  type DetectorEvidence,
  type DetectorScope,
} from '@millrace/sdk'
import * as z from '@millrace/sdk/zod'
import { CoarsePast, type CoarsePastData, type Likeness, pacesOf } from '../numbers/coarse-past.ts'
import { NearestRanks, type NearestRanksData } from '../numbers/nearest-ranks.ts'
import { spansSchema } from '../numbers/spans-schema.ts'

const discordSchema = z.strictObject({
  span: spansSchema
    .default(() => [0.22, 0.44])
    .meta({
      description:
        'How much is compared with the past: so many points, or below 1 a share of the warm-up. Of several spans the mean counts.',
    }),
  length: z.int().min(2).max(100).default(8).meta({
    description:
      'Of how many steps it is made; a step is the mean of as many points as fill the span.',
  }),
  history: z.int().min(10).max(100_000).default(400).meta({
    description: 'How many stretches of the past are compared with, each one step later.',
  }),
})

/** Parameters of `discord`, defaults filled in. */
type DiscordParameters = z.output<typeof discordSchema>

interface PaceData {
  readonly past: CoarsePastData
  readonly ranks: NearestRanksData
  /** Of the last full step. */
  readonly surprise: number
}

/** What one span says. */
class Pace {
  readonly past: CoarsePast
  /** Of the stretch that was looked at last; NaN while it cannot tell. */
  surprise = Number.NaN
  readonly #ranks: NearestRanks
  /** Of the last full step. */
  #told = Number.NaN

  constructor(pace: number, { length, history }: DiscordParameters) {
    this.past = new CoarsePast({ pace, length, history })
    this.#ranks = new NearestRanks(length, history)
  }

  look(value: number): Likeness {
    const { past } = this
    const likeness = past.look(value)
    this.surprise = past.fillsStep ? this.#ranks.surprise(likeness.distance, past) : this.#told
    return likeness
  }

  /** Learns `value`, which was looked at just before. */
  learn(value: number): void {
    const { past } = this
    if (past.fillsStep) {
      this.#ranks.learn(past)
      this.#told = this.surprise
    }
    past.learn(value)
  }

  snapshot(): PaceData {
    return { past: this.past.snapshot(), ranks: this.#ranks.snapshot(), surprise: this.#told }
  }

  restore({ past, ranks, surprise }: PaceData): void {
    this.past.restore(past)
    this.#ranks.restore(ranks)
    this.#told = surprise
  }
}

class Discord implements Detector {
  readonly evidence: DetectorEvidence & { expected: [number] } = { expected: [Number.NaN] }
  /** One of each span, the shortest first. */
  readonly #paces: readonly Pace[]

  constructor(parameters: DiscordParameters, { warmup }: DetectorScope) {
    const { span, length } = parameters
    this.#paces = pacesOf(span, length, warmup).map((pace) => new Pace(pace, parameters))
    this.evidence.span = this.#paces[0]?.past.span
  }

  score(point: Float64Array): number {
    return this.#judge(point[0] as number, false)
  }

  update(point: Float64Array): number {
    return this.#judge(point[0] as number, true)
  }

  snapshot(): readonly PaceData[] {
    return this.#paces.map((pace) => pace.snapshot())
  }

  restore(data: readonly PaceData[]): void {
    for (const [index, pace] of this.#paces.entries()) pace.restore(data[index] as PaceData)
  }

  #judge(value: number, learns: boolean): number {
    let sum = 0
    let known = 0
    for (const pace of this.#paces) {
      const { expected, nearest } = pace.look(value)
      if (pace === this.#paces[0]) {
        this.evidence.expected[0] = expected
        this.evidence.nearest = nearest === 0 ? undefined : nearest
      }
      const { surprise } = pace
      if (learns) pace.learn(value)
      if (Number.isNaN(surprise)) continue
      sum += surprise
      known++
    }
    return known === 0 ? Number.NaN : sum / known
  }
}

/**
 * How rare it is that a stretch is so far from all others: a discord of the series (Keogh, Lin, Fu 2005), found as it comes. Distances are
 * those of `recall`: stretches in coarse steps, in the units of the values. The distance of the last stretch from the most similar one of the past is
 * ranked among the distances of past stretches from theirs, each brought up to date with all that came since. So what was new once, when
 * there was little past to compare with, and has come again is no measure of strangeness, and all are compared with as many. A score is
 * -log10 of that rank, with a Pareto tail beyond the largest; of several spans the mean, as soon as one is known: where steps begin is
 * chance, and so is what one pace makes of it.
 *
 * Evidence is of the shortest span. Memory, of each span: 12.5 bytes for each stretch of history, of which a snapshot has 12. A step costs
 * history * length additions.
 */
export const discord = defineDetector<DiscordParameters>({
  name: 'discord',
  summary: 'How rare it is that a stretch is so far from all that were like it, then or since.',
  parameters: discordSchema,
  main: 'span',
  dimensions: 'one',
  surprises: true,
  bytes: ({ span, history, length }) =>
    [span].flat().length *
    (CoarsePast.bytes({ history, length }) + NearestRanks.bytes(length, history) + 8),
  create: (parameters, scope) => new Discord(parameters, scope),
})
