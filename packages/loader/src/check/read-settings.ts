import type { TimeSpec } from '@millrace/engine'
import { compilePath, compileTime } from '@millrace/expression'
import type { Settings } from '../build/part.ts'
import type { MapEntry } from '../document/config-node.ts'
import { CFG_MISSING } from '../errors.ts'
import type { Entry } from '../grammar/entry.ts'
import { choices, innerKeys } from '../grammar/keys.ts'
import type { LoadContext } from '../load-context.ts'
import { readBy } from './read-by.ts'
import { readPolicy, readSourcePolicy } from './read-policy.ts'
import { readRestart } from './read-restart.ts'
import {
  placeOf,
  readChoice,
  readDuration,
  readPositiveDuration,
  readMap,
  readText,
  readWhole,
  type Place,
} from './read-value.ts'

/** Reads the keys beside the module of an entry. `inputs` are the names of its inputs. */
export function readSettings(
  entry: Entry,
  inputs: readonly string[],
  context: LoadContext,
): Settings {
  const place = (key: string): Place => placeOf(entry.keys, key, entry.path)
  const time = entry.role === 'source' ? readTime(place('time'), context) : undefined
  const by = entry.role === 'stage' ? readBy(place('by'), inputs, context) : undefined
  return {
    onError:
      entry.role === 'source'
        ? readSourcePolicy(place('onError'), context)
        : readPolicy(place('onError'), context),
    restart: readRestart(place('restart'), context),
    limit: readWhole(place('limit'), context, 0),
    timeoutMs: readPositiveDuration(place('timeout'), context),
    batch: readWhole(place('batch'), context, 1),
    time: time?.spec,
    by: by?.parts,
    reads: [...(time?.reads ?? []), ...(by?.reads ?? [])],
  }
}

function readTime(
  place: Place,
  context: LoadContext,
): { spec: TimeSpec; reads: readonly string[] } | undefined {
  const map = readMap(place, context, innerKeys.time)
  if (map === undefined) return undefined
  const inner = (key: string): Place => placeOf(map.entries, key, place.path, 'time')
  const before = context.faults.length
  const field = readText(inner('field'), context)
  const format = readText(inner('format'), context)
  const zone = readText(inner('zone'), context)
  const unit = readChoice(inner('unit'), context, choices.unit)
  const disorderMs = readDuration(inner('disorder'), context)
  if (disorderMs === undefined) context.addDefault(`${place.path}.disorder`, '0s')
  if (!map.entries.has('field')) {
    const hint = 'Name the field that holds the time: time: { field: date }.'
    context.faults.push(CFG_MISSING({ what: '"field"', of: '"time"', hint }, map.where))
  }
  if (field === undefined || context.faults.length > before) return undefined
  const compiled = compile(map.entries, 'field', () => compilePath(field), context)
  const culprit = ['zone', 'format', 'unit', 'field'].find((key) => map.entries.has(key)) ?? 'field'
  const parse = compile(map.entries, culprit, () => compileTime({ format, zone, unit }), context)
  if (compiled === undefined || parse === undefined) return undefined
  const details = [format, zone, unit].filter((part) => part !== undefined)
  const description = [`field "${field}"`, ...details].join(', ')
  const timestamp = (record: unknown): number => parse(compiled.read(record))
  return { spec: { timestamp, disorderMs: disorderMs ?? 0, description }, reads: compiled.fields }
}

function compile<T>(
  entries: ReadonlyMap<string, MapEntry>,
  key: string,
  make: () => T,
  context: LoadContext,
): T | undefined {
  try {
    return make()
  } catch (error) {
    const node = entries.get(key)?.value
    if (node?.kind === 'scalar') context.expressionFault(error, node)
    else throw error
    return undefined
  }
}
