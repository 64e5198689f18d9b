import type { TimeSpec } from '@millrace/engine'
import { compilePath, compileTime, numberTime } from '@millrace/expression'
import type { WatermarkStrategy } from '@millrace/sdk'
import { describeNode, type MapEntry } from '../document/config-node.ts'
import { CFG_BESIDE, CFG_MISSING, CFG_TYPE } from '../errors.ts'
import { choices, innerKeys } from '../grammar/keys.ts'
import type { Leaf, LoadContext } from '../load-context.ts'
import {
  placeOf,
  readChoice,
  readDuration,
  readLeaf,
  readMap,
  readPositiveDuration,
  readText,
  type Place,
} from './read-value.ts'

/** The event time of a source, and the field paths it reads. */
export interface TimeSettings {
  readonly spec: TimeSpec
  readonly reads: readonly string[]
}

const iso = compileTime()
/** Reads `time`. `watermarks` is the strategy that it names, loaded already. */
export function readTime(
  place: Place,
  watermarks: (() => WatermarkStrategy) | undefined,
  context: LoadContext,
): TimeSettings | undefined {
  const { node } = place
  if (node?.kind === 'scalar') {
    const expected = 'arrival, or a map with field and more'
    const hint = 'Write time: { field: date, disorder: 10s }, or time: arrival.'
    const take = ({ text }: Leaf) => (text === 'arrival' ? text : undefined)
    return readLeaf(place, context, expected, take, hint) && arrivalTime()
  }
  const map = readMap(place, context, innerKeys.time)
  if (map === undefined) return undefined
  const inner = (key: string): Place => placeOf(map.entries, key, place.path, 'time')
  const before = context.faults.length
  const field = readText(inner('field'), context)
  const format = readText(inner('format'), context)
  const zone = readText(inner('zone'), context)
  const unit = readChoice(inner('unit'), context, choices.unit)
  const disorderMs = readDuration(inner('disorder'), context)
  const bounds = {
    idleMs: readPositiveDuration(inner('idle'), context),
    alignMs: readPositiveDuration(inner('align'), context),
    notBefore: readInstant(inner('notBefore'), context),
    notAfter: readInstant(inner('notAfter'), context),
    aheadMs: readDuration(inner('ahead'), context),
  }
  const { notBefore, notAfter } = bounds
  if (notBefore !== undefined && notAfter !== undefined && notBefore > notAfter) {
    const what = '"time.notAfter"'
    const expected = 'a time at or after notBefore'
    const { node: given } = inner('notAfter')
    const got = given === undefined ? '' : describeNode(given)
    context.faults.push(CFG_TYPE({ what, expected, got }, given?.where))
  }
  const strategy = map.entries.get('watermarks')
  if (strategy !== undefined && map.entries.has('disorder')) {
    const hint = 'Leave out disorder: the strategy says how far the watermark trails.'
    context.faults.push(CFG_BESIDE({ one: 'disorder', other: 'watermarks', hint }, strategy.where))
  } else if (disorderMs === undefined && strategy === undefined) {
    context.addDefault(`${place.path}.disorder`, '0s')
  }
  if (!map.entries.has('field')) {
    const hint =
      'Name the field that holds the time, time: { field: date }, or write time: arrival.'
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
  const [name = ''] = compiled.fields
  const number = /^record$|\./.test(name) ? undefined : numberTime({ format, unit })
  return {
    spec: {
      timestamp,
      ...(number && { number: { field: name, ...number } }),
      disorderMs: disorderMs ?? 0,
      description,
      ...bounds,
      watermarks,
    },
    // A strategy may look at the whole record.
    reads: watermarks === undefined ? compiled.fields : ['record'],
  }
}

function arrivalTime(): TimeSettings {
  const description = 'its arrival'
  const spec = { timestamp: () => Number.NaN, disorderMs: 0, description, arrival: true }
  return { spec, reads: [] }
}

/** A date or a time, in epoch ms. */
function readInstant(place: Place, context: LoadContext): number | undefined {
  const expected = 'a date or a time, such as 2000-01-01 or 2000-01-01T12:00:00Z'
  return readLeaf(place, context, expected, ({ value, text }) => {
    const ms = typeof value === 'string' ? iso(text) : Number.NaN
    return Number.isNaN(ms) ? undefined : ms
  })
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
