import type { Detector, DetectorDefinition, DetectorEvidence, DetectorScope } from '@millrace/sdk'
import type { DriftDetector } from '../drift/drift-detector.ts'
import { createThreshold, thresholdBytes } from '../thresholds/create-threshold.ts'
import type { Scored, Threshold } from '../thresholds/threshold.ts'
import { Alerts, type AlertsData } from './alerts.ts'
import type { AlertsParameters } from './alerts-parameters.ts'
import { Likelihood, type LikelihoodData } from './likelihood.ts'
import { Pardons, type PardonsData } from './pardons.ts'
import type { RankScaleOptions } from './rank-scale.ts'
import { ScoreScale, type ScoreScaleData } from './score-scale.ts'
import type { ThresholdParameters } from './threshold-parameters.ts'

/** What a judge says of a point. One object again and again: read it before the next point. */
export interface Verdict extends Scored {
  /** How rare it is among the last points, in [0, 1); NaN while the detector cannot tell. */
  score: number
  /** How sure it is that the last ten points together are stranger than usual, in [0, 1]; NaN with the score. */
  likelihood: number
  /** Of the detector, on a scale of its own: at least 0; NaN while it cannot tell. */
  raw: number
  time: number
  alert: boolean
  /** True for the first `warmup` points: none of them is an alert. */
  warmup: boolean
  /** True where the scores are not what they were: ranks and threshold have begun anew with this point. */
  drift: boolean
  evidence: DetectorEvidence
}

/** Judges the points of one key. */
export interface PointJudge {
  /** Whether the next point is one of the warm-up. */
  readonly isWarming: boolean
  judge(point: Float64Array, time: number, learn?: boolean): Verdict
  pardon(time: number): boolean
  snapshot(): unknown
  restore(data: unknown, isSameThreshold?: boolean): void
}

/** What a judge of one key is made of. */
export interface JudgeOptions<Parameters = unknown> {
  readonly definition: DetectorDefinition<Parameters>
  readonly parameters: Parameters
  readonly scope: DetectorScope
  readonly threshold: ThresholdParameters
  readonly alerts?: AlertsParameters | undefined
  readonly scale?: RankScaleOptions | undefined
  /** Hears the scores; where it finds a drift, ranks and threshold forget what was before. */
  readonly drift?: JudgeDrift | undefined
}

/** What a judge does about drift. */
export interface JudgeDrift {
  readonly detector: DriftDetector
  /** At most so many bytes has a snapshot of that. */
  readonly bytes: number
  /** `detector`: the detector begins anew, too, with a warm-up. Default `scale`: it is kept. */
  readonly forget?: 'scale' | 'detector' | undefined
}

interface JudgeData {
  readonly seen: number
  readonly detector: unknown
  readonly scale: ScoreScaleData
  readonly likelihood: LikelihoodData
  readonly threshold: unknown
  readonly alerts: AlertsData
  readonly pardons: PardonsData
  readonly drift: unknown
}

/**
 * Judges the points of one key: what a detector makes of them becomes a rank with one meaning for all detectors, and what is too rare an
 * alert. Reads no clock; memory is bounded by `Judge.bytes`.
 */
export class Judge implements PointJudge {
  readonly #create: () => Detector
  readonly #warmup: number
  readonly #scale: ScoreScale
  readonly #threshold: Threshold
  readonly #alerts: Alerts
  readonly #pardons: Pardons
  readonly #drift: JudgeDrift | undefined
  readonly #verdict: Verdict
  #likelihood = new Likelihood()
  #detector: Detector
  #seen = 0

  constructor({ definition, parameters, scope, threshold, alerts, scale, drift }: JudgeOptions) {
    this.#create = () => definition.create(parameters, scope)
    this.#detector = this.#create()
    this.#warmup = scope.warmup
    this.#scale = new ScoreScale(scaleOf(definition, scale))
    this.#threshold = createThreshold(threshold, scope.warmup)
    this.#alerts = new Alerts(alerts ?? {})
    this.#pardons = new Pardons(scope.dimensions)
    this.#drift = drift
    const { evidence } = this.#detector
    this.#verdict = {
      score: Number.NaN,
      likelihood: Number.NaN,
      raw: Number.NaN,
      time: Number.NaN,
      alert: false,
      warmup: true,
      drift: false,
      evidence,
    }
  }

  /** At most so many bytes has a snapshot. */
  static bytes({ definition, parameters, scope, threshold, scale, drift }: JudgeOptions): number {
    const own =
      8 + 104 + 32 + Pardons.bytes(scope.dimensions) + ScoreScale.bytes(scaleOf(definition, scale))
    const detector = definition.bytes(parameters, scope)
    return own + detector + thresholdBytes(threshold, scope.warmup) + (drift?.bytes ?? 8)
  }

  get isWarming(): boolean {
    return this.#seen < this.#warmup
  }

  /** The score from which on the next point would be over the threshold; NaN while that is not known. */
  get level(): number {
    return this.#threshold.level(this.#scale)
  }

  /**
   * Judges a point, which is finite, then learns it; without `learn` nothing changes, as for a point that came too late. `time` is
   * epoch ms of event time. With `heard`, what another judge of the same key has said of the point, its alert is that of both: there is one stream of alerts.
   */
  judge(point: Float64Array, time: number, learn = true, heard?: Verdict): Verdict {
    const verdict = this.#verdict
    const raw = learn ? this.#detector.update(point, time) : this.#detector.score(point, time)
    verdict.raw = raw
    verdict.time = time
    verdict.evidence = this.#detector.evidence
    verdict.warmup = this.isWarming
    verdict.alert = false
    verdict.drift = false
    if (learn) this.#seen++
    if (Number.isNaN(raw)) {
      verdict.score = Number.NaN
      verdict.likelihood = Number.NaN
      if (learn) this.#passUnscored(point, heard)
      return verdict
    }
    this.#judgeScored(verdict, point, learn, heard)
    return verdict
  }

  /**
   * Says that the alert at that time was none: what looks like it has to be stranger to be an alert. False where no alert of that time is
   * among the last eight.
   */
  pardon(time: number): boolean {
    return this.#pardons.pardon(time)
  }

  /** All it knows, as plain data that nothing changes any more. */
  snapshot(): unknown {
    const data: JudgeData = {
      seen: this.#seen,
      detector: this.#detector.snapshot(),
      scale: this.#scale.snapshot(),
      likelihood: this.#likelihood.snapshot(),
      threshold: this.#threshold.snapshot(),
      alerts: this.#alerts.snapshot(),
      pardons: this.#pardons.snapshot(),
      drift: this.#drift?.detector.snapshot() ?? null,
    }
    return data
  }

  /** Goes on from what `snapshot` gave, with the same options; what another threshold has learnt is nothing for this one. */
  restore(data: unknown, isSameThreshold = true): void {
    const kept = data as JudgeData
    this.#seen = kept.seen
    this.#detector.restore(kept.detector)
    this.#scale.restore(kept.scale)
    this.#likelihood.restore(kept.likelihood)
    if (isSameThreshold) this.#threshold.restore(kept.threshold)
    this.#alerts.restore(kept.alerts)
    this.#pardons.restore(kept.pardons)
    this.#drift?.detector.restore(kept.drift)
  }

  #passUnscored(point: Float64Array, heard: Verdict | undefined): void {
    this.#pardons.learn(point)
    if (heard === undefined || Number.isNaN(heard.raw)) return
    this.#alerts.add(false, heard.alert, Number.NaN, heard.time)
    if (heard.alert) this.#threshold.alerted?.(heard.time)
  }

  #judgeScored(
    verdict: Verdict,
    point: Float64Array,
    learn: boolean,
    heard: Verdict | undefined,
  ): void {
    const { raw, time, warmup } = verdict
    const score = this.#scale.rank(raw)
    const surprise = -Math.log10(1 - score)
    verdict.score = score
    verdict.likelihood = this.#likelihood.of(surprise)
    const isOver = !warmup && this.#threshold.isOver(verdict)
    const isStrange = isOver && !this.#pardons.isPardoned(point, raw)
    verdict.alert = heard?.alert ?? this.#alerts.isAlert(isStrange, score, time)
    if (!learn) return
    this.#threshold.learn(verdict, isOver)
    this.#alerts.add(isStrange, verdict.alert, score, time)
    if (verdict.alert) {
      this.#threshold.alerted?.(time)
      this.#pardons.remember(point, raw, time)
    }
    this.#scale.add(raw)
    this.#likelihood.add(surprise)
    this.#pardons.learn(point)
    if (this.#drift?.detector.update(score) === true) this.#begin(verdict, this.#drift)
  }

  #begin(verdict: Verdict, { detector, forget }: JudgeDrift): void {
    verdict.drift = true
    this.#threshold.restart()
    this.#likelihood = new Likelihood()
    if (forget === 'detector') {
      this.#scale.forget()
      this.#detector = this.#create()
      this.#seen = 0
    } else {
      this.#scale.forget(detector.evidence.length)
    }
  }
}

/** A detector whose scores are surprises needs no ranks. */
function scaleOf(
  { surprises = false }: DetectorDefinition,
  scale: RankScaleOptions | undefined,
): RankScaleOptions | undefined {
  return surprises ? { ranked: true } : scale
}
