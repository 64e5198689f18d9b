import type { ParameterSchema } from '@millrace/sdk'
import type { DriftDetector } from './drift-detector.ts'

/** A way to find drift, as `drift: { detector: … }` names it. */
export interface DriftDefinition<Parameters = unknown> {
  readonly name: string
  readonly summary: string
  readonly parameters: ParameterSchema<Parameters>
  /** At most so many bytes does a snapshot hold. */
  bytes(parameters: Parameters): number
  /** `seed` is where its random numbers begin, if it draws any. */
  create(parameters: Parameters, seed: number): DriftDetector
}

/** Declares a drift detector. */
export function defineDrift<Parameters>(
  definition: DriftDefinition<Parameters>,
): DriftDefinition<Parameters> {
  return definition
}
