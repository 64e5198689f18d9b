import type { StateScope } from '@millrace/sdk'
import { ENG_PARALLEL_STATE } from '../errors.ts'
import type { StageSpec } from '../plan/job-spec.ts'

/** The state that a stage may ask for: one of several replicas without keys none, for it sees only a part of the records. */
export function keptBy(
  { id, replica }: StageSpec,
  isKeyed: boolean,
  state: StateScope,
): StateScope {
  if (replica === undefined || replica.count === 1 || isKeyed) return state
  return new Proxy(state, {
    get: () => {
      throw ENG_PARALLEL_STATE({ id })
    },
  })
}
