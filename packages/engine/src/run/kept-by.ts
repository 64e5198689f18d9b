import type { StateScope } from '@millrace/sdk'
import { ENG_PARALLEL_STATE } from '../errors.ts'
import type { StageSpec } from '../plan/job-spec.ts'

/** The state that a stage may ask for: one of several replicas without keys none, for it sees only a part of the records. */
export function keptBy(
  { id, isHalf, replica }: StageSpec,
  isKeyed: boolean,
  state: StateScope,
): StateScope {
  // What a first half has is nobody's: it gives it out in front of each checkpoint.
  const isWhole = replica === undefined || replica.count === 1 || isHalf === true
  if (isWhole || isKeyed) return state
  return new Proxy(state, {
    get: () => {
      throw ENG_PARALLEL_STATE({ id })
    },
  })
}
