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
  const type = readType(inner('type'), context)
  return { type, backoff: readRestartBackoff(inner('backoff'), context) }
}

/** `backoff` of something that is started again: it may also say after what time its waits begin anew. */
export function readRestartBackoff(place: Place, context: LoadContext): RestartSpec['backoff'] {
  const { node, path } = place
  const read = readBackoff(place, context, policyKeys.restartBackoff)
  const resetAfterMs =
    node?.kind === 'map'
      ? readDuration(placeOf(node.entries, 'resetAfter', path, 'backoff'), context)
      : undefined
  return read && { ...read, ...(resetAfterMs !== undefined && { resetAfterMs }) }
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
