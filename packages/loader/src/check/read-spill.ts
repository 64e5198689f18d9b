import type { SpillSpec } from '@millrace/engine'
import { CFG_MISSING } from '../errors.ts'
import type { Entry } from '../grammar/entry.ts'
import { innerKeys } from '../grammar/keys.ts'
import type { LoadContext } from '../load-context.ts'
import { CFG_SPILL } from '../modules/errors.ts'
import { readDir } from './read-checkpoint.ts'
import { placeOf, readMap, readWhole } from './read-value.ts'

/** `spill: { keys, dir }` of a stage with `by`. */
export function readSpill(entry: Entry, context: LoadContext): SpillSpec | undefined {
  const place = placeOf(entry.keys, 'spill', entry.path)
  const map = readMap(place, context, innerKeys.spill)
  if (map === undefined) return undefined
  if (!entry.keys.has('by')) {
    context.faults.push(CFG_SPILL({ id: entry.id }, map.where))
    return undefined
  }
  const keys = placeOf(map.entries, 'keys', place.path, 'spill')
  if (keys.node === undefined) {
    const hint = 'Say how many keys may stay in memory, such as keys: 100000.'
    context.faults.push(CFG_MISSING({ what: 'keys', of: '"spill"', hint }, map.where))
    return undefined
  }
  const most = readWhole(keys, context, 1)
  const dir = readDir(placeOf(map.entries, 'dir', place.path, 'spill'), context)
  return most === undefined ? undefined : { keys: most, dir }
}
