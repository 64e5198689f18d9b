import { formatDuration } from '@millrace/base'
import type { Backoff, ErrorPolicy, FinalPolicy, Retry } from '@millrace/engine'
import { jobDefaults } from '@millrace/sdk'
import { describeNode, type MapNode } from '../document/config-node.ts'
import { CFG_MISSING, CFG_NO_DEAD_LETTER, CFG_TYPE } from '../errors.ts'
import { choices, policyKeys } from '../grammar/keys.ts'
import type { LoadContext } from '../load-context.ts'
import {
  placeOf,
  readChoice,
  readDuration,
  readMap,
  readNumber,
  readShare,
  readText,
  readTexts,
  readWhole,
  type Place,
} from './read-value.ts'

/** `onError` of a stage, a sink or the pipeline: `fail | skip | deadLetter | park | { retry: { … }, then: … }`. */
export function readPolicy(place: Place, context: LoadContext): ErrorPolicy | undefined {
  const { node } = place
  if (node?.kind !== 'map') return readFate(place, context, choices.onError)
  if (node.entries.has('park') && node.entries.size === 1) return readFinal(place, context)
  const map = readMap(place, context, ['retry', 'then'])
  if (map === undefined) return undefined
  const inner = (key: string): Place => placeOf(map.entries, key, place.path, 'onError')
  const retry = readRetry(inner('retry'), map, context)
  const then = readFinal(inner('then'), context)
  return retry === undefined ? undefined : { retry, then }
}

/** `onError` of a source: what it cannot decode is never read better, so it is neither tried again nor parked. */
export function readSourcePolicy(place: Place, context: LoadContext): ErrorPolicy | undefined {
  const { node, what } = place
  const isPark = node?.kind === 'scalar' && node.value === 'park'
  if (node?.kind !== 'map' && !isPark) return readFate(place, context, choices.onMalformed)
  const expected = `one of ${choices.onMalformed.join(', ')}`
  const got = isPark ? 'park' : describeNode(node)
  const hint =
    'What a source cannot decode does not get better: retry and park are for stages and sinks.'
  context.faults.push(CFG_TYPE({ what, expected, got, hint }, node?.where))
  return undefined
}

/** What comes when nothing more is tried: a name, or `park: { most: … }`. */
function readFinal(place: Place, context: LoadContext): FinalPolicy | undefined {
  const { node } = place
  if (node?.kind !== 'map') return readFate(place, context, choices.onError)
  const map = readMap(place, context, ['park'])
  const park = map && placeOf(map.entries, 'park', place.path, 'onError')
  const inside = park && readMap(park, context, policyKeys.park)
  if (park === undefined || inside === undefined) return undefined
  const most = placeOf(inside.entries, 'most', park.path, 'park')
  if (most.node === undefined) context.addDefault(most.path, jobDefaults.parkMost)
  return { park: { most: readWhole(most, context, 1) } }
}

/** The name of a policy. Dead letters need a sink: without one their records would be nowhere. */
function readFate<T extends string>(
  place: Place,
  context: LoadContext,
  names: readonly T[],
): T | undefined {
  const fate = readChoice(place, context, names)
  if (fate === 'deadLetter' && !context.hasDeadLetter) {
    context.faults.push(CFG_NO_DEAD_LETTER({ what: place.what }, place.node?.where))
  }
  return fate
}

function readRetry(place: Place, policy: MapNode, context: LoadContext): Retry | undefined {
  if (place.node === undefined) {
    const hint =
      'Write onError: { retry: { times: 3 }, then: deadLetter }, or one of fail, skip, deadLetter, park.'
    context.faults.push(CFG_MISSING({ what: '"retry"', of: '"onError"', hint }, policy.where))
    return undefined
  }
  const map = readMap(place, context, policyKeys.retry)
  if (map === undefined) return undefined
  const inner = (key: string): Place => placeOf(map.entries, key, place.path, 'retry')
  if (!map.entries.has('times')) {
    const hint = 'Say how many tries come after the first one: retry: { times: 3 }.'
    context.faults.push(CFG_MISSING({ what: '"times"', of: '"retry"', hint }, map.where))
  }
  const times = readWhole(inner('times'), context, 1)
  const backoff = readBackoff(inner('backoff'), context)
  const on = readCodes(inner('on'), context)
  const notOn = readCodes(inner('notOn'), context)
  return times === undefined ? undefined : { times, backoff, on, notOn }
}

/** `backoff: 1s`, the same each time, or `{ min, max, factor, jitter }`. */
export function readBackoff(
  place: Place,
  context: LoadContext,
  known: readonly string[] = policyKeys.backoff,
): Backoff | undefined {
  const { node, path } = place
  if (node !== undefined && node.kind !== 'map') {
    const steadyMs = readDuration(place, context)
    if (steadyMs === undefined) return undefined
    return { minMs: steadyMs, maxMs: steadyMs, factor: 1, jitter: 0 }
  }
  const entries = readMap(place, context, known)?.entries ?? new Map()
  const inner = (key: string): Place => placeOf(entries, key, path, 'backoff')
  const usual = jobDefaults.backoff
  const orUsual = <T>(key: string, value: T | undefined, otherwise: T, shown: unknown): T => {
    if (!entries.has(key)) context.addDefault(`${path}.${key}`, shown)
    return value ?? otherwise
  }
  const { minMs: usualMin, maxMs: usualMax } = usual
  const minMs = orUsual(
    'min',
    readDuration(inner('min'), context),
    usualMin,
    formatDuration(usualMin),
  )
  // A long first wait is not cut by a limit that nobody wrote.
  const most = Math.max(usualMax, minMs)
  const maxMs = orUsual('max', readDuration(inner('max'), context), most, formatDuration(most))
  const factor = orUsual(
    'factor',
    readNumber(inner('factor'), context, 1),
    usual.factor,
    usual.factor,
  )
  const share = `${usual.jitter * 100}%`
  const jitter = orUsual('jitter', readShare(inner('jitter'), context), usual.jitter, share)
  if (maxMs < minMs) {
    const { node: culprit, what } = inner('max')
    const expected = `at least ${formatDuration(minMs)}, which is "min"`
    context.faults.push(CFG_TYPE({ what, expected, got: formatDuration(maxMs) }, culprit?.where))
  }
  return { minMs, maxMs, factor, jitter }
}

/** One code of an error, or a list of them. No code at all would name no error, which is never meant. */
function readCodes(place: Place, context: LoadContext): readonly string[] | undefined {
  const { node, what } = place
  if (node === undefined) return undefined
  if (node.kind === 'list' && node.items.length === 0) {
    const expected = 'one code of an error, or more'
    const hint = 'Name the codes, such as [ECONNRESET, ENG_TIMEOUT], or leave the key out.'
    context.faults.push(CFG_TYPE({ what, expected, got: 'an empty list', hint }, node.where))
    return undefined
  }
  if (node.kind === 'list') return readTexts(place, context)
  const code = readText(place, context)
  return code === undefined ? undefined : [code]
}
