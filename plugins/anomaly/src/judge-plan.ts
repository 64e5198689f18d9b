import { type DetectorDefinition, type DetectorScope, parseDetector } from '@millrace/sdk'
import { type AnomalyParameters, textsOf } from './anomaly-parameters.ts'
import { defaultDetector, defaultScale } from './default-detector.ts'
import { driftPlan } from './drift-parameters.ts'
import { Judge, type JudgeOptions, type PointJudge } from './judge/judge.ts'

/** What makes the judges of a stage. */
export interface JudgePlan<J extends PointJudge = Judge> {
  readonly definition: DetectorDefinition
  readonly scope: DetectorScope
  /** A new one, with nothing learnt. */
  readonly create: () => J
  /** What one is made of, anew with each call. */
  readonly options: () => JudgeOptions
  /** At most so many bytes has the snapshot of one. */
  readonly bytes: number
}

/** What the parameters of the stage say of the judges of its keys; or what is wrong with those of the detector. */
export function judgePlan(parameters: AnomalyParameters): JudgePlan | { readonly problem: string } {
  const { detector, drift, forget, hysteresis, persistence, refractory, seed } = parameters
  const dimensions = textsOf(parameters).length
  const parsed = parseDetector(detector ?? defaultDetector(dimensions))
  if ('problem' in parsed) {
    const { message, path } = parsed.problem
    return { problem: path === '' ? message : `${path}: ${message}` }
  }
  const found = drift === undefined ? undefined : driftPlan(drift, seed)
  const options = (): JudgeOptions => ({
    definition: parsed.module,
    parameters: parsed.parameters,
    scope: scopeOf(parameters, dimensions),
    threshold: parameters.threshold,
    alerts: { refractory, hysteresis, persistence },
    scale: defaultScale(dimensions),
    drift: found && { detector: found.create(), bytes: found.bytes, forget },
  })
  return {
    definition: parsed.module,
    scope: scopeOf(parameters, dimensions),
    create: () => new Judge(options()),
    options,
    bytes: Judge.bytes(options()),
  }
}

function scopeOf({ range, seed, warmup }: AnomalyParameters, dimensions: number): DetectorScope {
  const [low = 0, high = 0] = range ?? []
  return { dimensions, warmup, seed, ...(range && { range: [low, high] as const }) }
}
