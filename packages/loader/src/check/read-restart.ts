import type { RestartSpec } from '@millrace/engine'
import { CFG_TYPE } from '../errors.ts'
import { choices, policyKeys } from '../grammar/keys.ts'
import type { LoadContext } from '../load-context.ts'
import { readBackoff } from './read-policy.ts'
import { placeOf, readChoice, readDuration, readMap, type Place } from './read-value.ts'

/** `restart: { type, backoff }` of a source, stage or sink. */
export function readRestart(place: Place, context: LoadContext): RestartSpec | undefined {
  const map = readMap(place, context, policyKeys.restart)
  if (map === undefined) return undefined
  const inner = (key: string): Place => placeOf(map.entries, key, place.path, 'restart')
  const type = inner('type')
  const backoff = inner('backoff')
  const read = readBackoff(backoff, context, policyKeys.restartBackoff)
  const resetAfterMs =
    backoff.node?.kind === 'map'
      ? readDuration(placeOf(backoff.node.entries, 'resetAfter', backoff.path, 'backoff'), context)
      : undefined
  return {
    type: readType(type, context),
    backoff: read && { ...read, ...(resetAfterMs !== undefined && { resetAfterMs }) },
  }
}

function readType(place: Place, context: LoadContext): RestartSpec['type'] {
  const { node, what } = place
  if (node === undefined) context.addDefault(place.path, 'transient')
  if (node?.kind !== 'scalar' || node.value !== 'permanent') {
    return readChoice(place, context, choices.restartType)
  }
  const expected = `one of ${choices.restartType.join(', ')}`
  const hint =
    'Write transient: it is started again after a failure; what has come to its end is not.'
  context.faults.push(CFG_TYPE({ what, expected, got: 'permanent', hint }, node.where))
  return undefined
}
