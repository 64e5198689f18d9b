import { setImmediate } from 'node:timers/promises'
import { serialize } from 'node:v8'
import { defaultScale } from '../../default-detector.ts'
import { fillLast } from '../../fill-last.ts'
import { Judge, type Verdict } from '../../judge/judge.ts'
import { lengthOf, probationOf, type Series } from '../data/series.ts'
import type { ChosenDetector } from './find-detector.ts'
import type { JudgeSetting } from './judge-setting.ts'

/** How a detector is run over a series. */
export interface Setting {
  /**
   * `causal`: the detector knows nothing of what the file holds in all. `informed`: it is told what NAB tells: as `warmup` the
   * points of probation, and of one dimension the smallest and largest value.
   */
  readonly mode: 'causal' | 'informed'
  /** What `causal` tells the detector of how many points it has to settle. */
  readonly warmup: number
  readonly seed: number
  readonly judge: JudgeSetting
  /** What counts as the score: the rank, the likelihood, or the raw score, squeezed into 0 to 1 in its order. */
  readonly score: 'rank' | 'likelihood' | 'raw'
  /** Points after an alert that are silenced; below 1 a share of the warm-up; 0 is none. */
  readonly refractory: number
  /** Score that silences; `tuned`: the threshold, that is best so; without it any that is the strangest so far. */
  readonly maskAt?: number | 'tuned' | undefined
}

/** What a detector made of a series. */
export interface Scored {
  readonly series: Series
  /** How many points the detector was told it has to settle. */
  readonly warmup: number
  /** How rare each point is among those before it, in [0, 1]; 0 where there is none, or the detector cannot tell. */
  readonly scores: Float64Array
  /** 1 where the judge made an alert. */
  readonly alerts: Uint8Array
  /** The scores with what the refractory period silences at 0. */
  readonly heard: Float64Array
  /** What the detector took for likely, of the first dimension; NaN where it says nothing. */
  readonly expected: Float32Array
  readonly low: Float32Array
  readonly high: Float32Array
  /** How many points were judged: all but those with numbers that are missing. */
  judged: number
  /** What each of these took, in ns. */
  readonly nanos: Float64Array
  /** Size of what the judge keeps, detector and scale and all, once all is seen. */
  readonly bytes: number
}

/** So many points are scored before others get a turn. */
const SLICE = 2048

/** Has a detector score each point of a series before it learns it. Undefined when it is aborted. */
export async function scoreSeries(
  series: Series,
  { definition, parameters }: ChosenDetector,
  setting: Setting,
  signal: AbortSignal,
): Promise<Scored | undefined> {
  const length = lengthOf(series)
  const dimensions = series.fields.length
  const isInformed = setting.mode === 'informed'
  const warmup = Math.max(1, isInformed ? probationOf(length) : setting.warmup)
  const range = isInformed && dimensions === 1 ? rangeOf(series.values) : undefined
  const scope = { dimensions, warmup, seed: setting.seed, range }
  const { threshold, scale = defaultScale(dimensions), ...alerts } = setting.judge
  const judge = new Judge({ definition, parameters, scope, threshold, scale, alerts })
  const scored = emptyScored(series, warmup)
  // One for all points, as in a job.
  const point = new Float64Array(dimensions)
  const last = new Float64Array(dimensions).fill(Number.NaN)
  const { scores, nanos } = scored
  for (let row = 0; row < length; row++) {
    if (row % SLICE === SLICE - 1) {
      await setImmediate()
      if (signal.aborted) return undefined
    }
    point.set(series.values.subarray(row * dimensions, (row + 1) * dimensions))
    const isWhole = fillLast(point, last, countMissing(point), undefined)
    if (!isWhole || !point.every(Number.isFinite)) continue
    last.set(point)
    scored.judged++
    const from = performance.now()
    const verdict = judge.judge(point, series.times[row] as number)
    nanos[scored.judged - 1] = (performance.now() - from) * 1e6
    scores[row] = scoreOf(verdict, setting.score)
    scored.alerts[row] = verdict.alert ? 1 : 0
    const { expected, low, high } = verdict.evidence
    scored.expected[row] = expected?.[0] ?? Number.NaN
    scored.low[row] = low?.[0] ?? Number.NaN
    scored.high[row] = high?.[0] ?? Number.NaN
  }
  return {
    ...scored,
    nanos: nanos.subarray(0, scored.judged),
    heard: scores,
    bytes: serialize(judge.snapshot()).byteLength,
  }
}

function scoreOf({ raw, score, likelihood }: Verdict, wanted: Setting['score']): number {
  if (Number.isNaN(raw)) return 0
  if (wanted === 'raw') return 1 - 1 / (1 + Math.log1p(raw))
  return wanted === 'rank' ? score : likelihood
}

function emptyScored(series: Series, warmup: number): Omit<Scored, 'heard' | 'bytes'> {
  const length = lengthOf(series)
  const unknown = (): Float32Array => new Float32Array(length).fill(Number.NaN)
  return {
    series,
    warmup,
    judged: 0,
    scores: new Float64Array(length),
    alerts: new Uint8Array(length),
    expected: unknown(),
    low: unknown(),
    high: unknown(),
    nanos: new Float64Array(length),
  }
}

function countMissing(point: Float64Array): number {
  let missing = 0
  for (const number of point) missing += Number.isNaN(number) ? 1 : 0
  return missing
}

function rangeOf(values: Float64Array): readonly [number, number] | undefined {
  const [low, high] = values.reduce(
    ([least, most], value) =>
      Number.isNaN(value) ? [least, most] : [Math.min(least, value), Math.max(most, value)],
    [Infinity, -Infinity] as [number, number],
  )
  return low <= high ? [low, high] : undefined
}
