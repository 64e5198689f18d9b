import { ENG_PARKED_LEFT } from '../errors.ts'
import { type ErrorPolicy, resolvePolicy } from './error-policy.ts'
import type { JobSpec } from './job-spec.ts'
import { isReplicaOf } from './parallel-spec.ts'
import { type Place, placeOf } from './place.ts'

interface Holding extends Place {
  readonly onError?: ErrorPolicy | undefined
}

/** What was parked in an earlier run must have a place in this one. Throws ENG_PARKED_LEFT. */
export function checkRestored({ checkpoint, onError, sinks, stages }: JobSpec): void {
  const { restored } = checkpoint ?? {}
  if (restored === undefined) return
  const check = (part: Holding, count = 0): void => {
    if (count === 0 || resolvePolicy(part.onError ?? onError, 'fail').fate === 'park') return
    throw ENG_PARKED_LEFT({ id: part.id, count }, placeOf(part))
  }
  for (const stage of stages) {
    const own = Object.entries(restored.stages).filter(([id]) => isReplicaOf(id, stage.id))
    check(stage, own.flatMap(([, { parked }]) => parked).length)
  }
  for (const sink of sinks) check(sink, restored.sinks[sink.id]?.parked.length)
}
