import { isChoiceOf, type ModuleChoice, parseChoice } from './module-choice.ts'
import type { ParameterSchema } from './schema.ts'
import type { ParameterProblem } from './try-parse-parameters.ts'

/**
 * What a detector says of the point it scored last, besides the score. One object again and again: read it before the next point.
 * What it has nothing to say of is undefined.
 */
export interface DetectorEvidence {
  /** The value it took for the next, one for each dimension, in the units of the points. */
  expected?: readonly number[] | Float64Array | undefined
  /** Bounds within which it expected the value, one for each dimension, in the units of the points. */
  low?: readonly number[] | Float64Array | undefined
  high?: readonly number[] | Float64Array | undefined
  /** Share of each dimension in the strangeness: at least 0, together 1. */
  contributions?: readonly number[] | Float64Array | undefined
  /** How many points the judgement is about, this one the last of them. Default 1. */
  span?: number | undefined
  /** How many points ago the most similar stretch of the past ended. */
  nearest?: number | undefined
  /** Of a detector that asks others: the one that was heeded. */
  member?: string | undefined
}

/**
 * Looks at the points of one key, in their order. Every point is finite: what is missing never reaches a detector. It draws from
 * no other chance than `seed`, reads no clock, and its memory is bounded.
 */
export interface Detector {
  /** Of the point that was last given to `score` or `update`. */
  readonly evidence: DetectorEvidence
  /**
   * How strange a point would be as the next one: at least 0, finite, larger is stranger, on a scale of the detector's own; NaN while
   * it has not seen enough to tell. Changes nothing but `evidence`. `time` is epoch ms.
   */
  score(point: Float64Array, time: number): number
  /** The same number, told before it learns; then it learns the point. */
  update(point: Float64Array, time: number): number
  /** All it knows as plain data: objects, lists, numbers, texts and typed arrays, which nothing changes any more. */
  snapshot(): unknown
  /** Goes on from what `snapshot` gave, with the same parameters: all that follows is equal to what it would have been. */
  restore(data: unknown): void
}

/** What a detector is made with. */
export interface DetectorScope {
  /** How many numbers a point has, at least 1. */
  readonly dimensions: number
  /** Points after which its scores are first looked at, at least 1: a hint how long it may take to settle. */
  readonly warmup: number
  /** Where its random numbers begin; the same for the same key and job. */
  readonly seed: number
  /** Smallest and largest value to expect, where the user has said so; one detector of one dimension only. */
  readonly range?: readonly [number, number] | undefined
}

/** A way to tell strange points from others, as `anomaly: { detector: … }` names it. */
export interface DetectorDefinition<Parameters = unknown> {
  readonly kind: 'detector'
  readonly name: string
  readonly summary: string
  readonly parameters: ParameterSchema<Parameters>
  /** The parameter that a scalar short form sets. */
  readonly main?: string
  /** Of the data that `snapshot` gives; counts up when older data cannot be read any more. Default 1. */
  readonly version?: number
  /**
   * Its scores are surprises: -log10 of how rare a point is, on one scale for all streams; they are not ranked once more among
   * those of the stream. Default false: a scale of its own.
   */
  readonly surprises?: boolean
  /** `one`: points of one number only. */
  readonly dimensions: 'one' | 'any'
  /** At most so many bytes does a snapshot hold, whatever came. */
  bytes(parameters: Parameters, scope: DetectorScope): number
  create(parameters: Parameters, scope: DetectorScope): Detector
}

/** A detector as code names it: its definition, or one with parameters. Of a job file the loader makes one. */
export type DetectorChoice = ModuleChoice<DetectorDefinition>

/** Declares a detector of anomalies. */
export function defineDetector<Parameters>(
  definition: Omit<DetectorDefinition<Parameters>, 'kind'>,
): DetectorDefinition<Parameters> {
  return { kind: 'detector', ...definition }
}

/** Whether a value names a detector; its parameters are not looked at. */
export function isDetectorChoice(value: unknown): value is DetectorChoice {
  return isChoiceOf('detector', value)
}

/** The detector that is named, and its parameters with defaults; or what is wrong with them. */
export function parseDetector(
  choice: DetectorChoice,
):
  | { readonly module: DetectorDefinition; readonly parameters: unknown }
  | { readonly problem: ParameterProblem } {
  return parseChoice(choice)
}
