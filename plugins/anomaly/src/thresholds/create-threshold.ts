import type { ThresholdParameters } from '../judge/threshold-parameters.ts'
import { BudgetThreshold } from './budget-threshold.ts'
import { ConformalThreshold } from './conformal-threshold.ts'
import { FixedThreshold } from './fixed-threshold.ts'
import { QuantileThreshold } from './quantile-threshold.ts'
import { type SpotOptions, SpotThreshold } from './spot-threshold.ts'
import type { Threshold } from './threshold.ts'

/** The fewest and the most scores that SPOT begins with. */
const BEGIN_LEAST = 50
const BEGIN_MOST = 1000

/** A threshold as a job file names it; `warmup` is how many points there are before the first alert. */
export function createThreshold(parameters: ThresholdParameters, warmup: number): Threshold {
  if (typeof parameters === 'number') return new FixedThreshold(parameters)
  if ('quantile' in parameters) return new QuantileThreshold(parameters.quantile)
  if ('conformal' in parameters) return new ConformalThreshold(parameters.conformal)
  if ('budget' in parameters) return new BudgetThreshold(parameters.budget)
  return new SpotThreshold(spotOptions(parameters, warmup))
}

/** At most so many bytes has the snapshot of a threshold. */
export function thresholdBytes(parameters: ThresholdParameters, warmup: number): number {
  if (typeof parameters === 'number') return 8
  if ('quantile' in parameters) return 88
  if ('conformal' in parameters) return 8
  if ('budget' in parameters) return BudgetThreshold.bytes(parameters.budget)
  return SpotThreshold.bytes(spotOptions(parameters, warmup))
}

type SpotParameters = Extract<ThresholdParameters, { readonly spot: number } | { dspot: unknown }>

function spotOptions(parameters: SpotParameters, warmup: number): SpotOptions {
  // Half of the warm-up, as detectors say nothing of their first points.
  const begin = Math.min(Math.max(warmup >> 1, BEGIN_LEAST), BEGIN_MOST)
  return 'spot' in parameters ? { q: parameters.spot, begin } : { ...parameters.dspot, begin }
}
