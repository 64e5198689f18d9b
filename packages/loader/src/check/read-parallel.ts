import type { ParallelSpec } from '@millrace/engine'
import { jobDefaults } from '@millrace/sdk'
import { CFG_MISSING } from '../errors.ts'
import type { Entry } from '../grammar/entry.ts'
import { choices, innerKeys } from '../grammar/keys.ts'
import type { LoadContext } from '../load-context.ts'
import { CFG_PARALLEL, CFG_PARALLEL_RUNS, CFG_SPLIT } from '../modules/errors.ts'
import { type Place, placeOf, readChoice, readMap, readWhole } from './read-value.ts'

/** What stands there. */
interface Said {
  readonly workers: number
  readonly runs?: ParallelSpec['runs'] | undefined
  readonly mode?: ParallelSpec['mode'] | undefined
  readonly inFlight?: number | undefined
}

/** `parallel: 4` or `parallel: { workers, runs, mode, inFlight }` of a stage; undefined: it runs once. */
export function readParallel(entry: Entry, context: LoadContext): ParallelSpec | undefined {
  const place = placeOf(entry.keys, 'parallel', entry.path)
  if (place.node === undefined) return undefined
  const said = place.node.kind === 'map' ? readInside(place, context) : readWorkers(place, context)
  if (said === undefined) return undefined
  const { inFlight, mode, workers } = said
  const isContest = mode === 'latestWins' || mode === 'race'
  const { runs = isContest ? 'async' : jobDefaults.parallel.runs } = said
  if (isContest && runs !== 'async') {
    context.faults.push(CFG_PARALLEL_RUNS({ id: entry.id, mode, runs }, place.node.where))
  }
  if (!entry.keys.has('by')) return { workers, runs, mode: mode ?? 'ordered', inFlight }
  if (mode === undefined && inFlight === undefined) return { workers, runs, mode: 'keyed' }
  const key = mode === undefined ? 'inFlight' : 'mode'
  context.faults.push(CFG_PARALLEL({ id: entry.id, key }, place.node.where))
  return undefined
}

/** The same of a source, which is read by several workers: `parallel: 2` or `parallel: { workers, runs }`. */
export function readSplit(entry: Entry, context: LoadContext): ParallelSpec | undefined {
  const place = placeOf(entry.keys, 'parallel', entry.path)
  if (place.node === undefined) return undefined
  const said = place.node.kind === 'map' ? readInside(place, context) : readWorkers(place, context)
  if (said === undefined) return undefined
  const { inFlight, mode, runs = 'threads', workers } = said
  const told = {
    [`runs: ${runs}`]: runs === 'threads' ? undefined : runs,
    'parallel.mode': mode,
    'parallel.inFlight': inFlight,
  }
  for (const [key, value] of Object.entries(told)) {
    if (value === undefined) continue
    context.faults.push(CFG_SPLIT({ id: entry.id, key }, place.node.where))
  }
  return { workers, runs: 'threads', mode: 'unordered' }
}

function readInside(place: Place, context: LoadContext): Said | undefined {
  const map = readMap(place, context, innerKeys.parallel)
  if (map === undefined) return undefined
  const inside = (key: string): Place => placeOf(map.entries, key, place.path, 'parallel')
  if (inside('workers').node === undefined) {
    const hint = 'Say how many there are, such as workers: 4.'
    context.faults.push(CFG_MISSING({ what: 'workers', of: '"parallel"', hint }, map.where))
  }
  const workers = readWorkers(inside('workers'), context)?.workers
  const runs = readChoice(inside('runs'), context, choices.runs)
  const mode = readChoice(inside('mode'), context, choices.parallelMode)
  const inFlight = readWhole(inside('inFlight'), context, workers ?? 1)
  return workers === undefined ? undefined : { workers, runs, mode, inFlight }
}

function readWorkers(place: Place, context: LoadContext): Said | undefined {
  const workers = readWhole(place, context, 1, jobDefaults.parallel.workersMost)
  return workers === undefined ? undefined : { workers }
}
