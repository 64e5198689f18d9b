import type { JobSpec, ParallelSpec } from '@millrace/engine'
import { parks } from './policy-sentences.ts'
import { combinedOf, isSplit, jobDefaults, lanesOf } from '@millrace/sdk'

const results = {
  ordered: 'results come in the order of the records',
  unordered: 'results come as they are ready',
  latestWins:
    'a record that is through outdates all older ones, which are aborted and count as dropped',
  race: 'each record goes to all of them, and what the first one makes of it counts',
} as const
const places = {
  async: 'in the thread of the job',
  threads: 'in threads of their own',
  processes: 'in processes of their own',
} as const

/** How a stage runs several times, for people; undefined: it runs once. */
export function parallelSentence(
  id: string,
  parallel: ParallelSpec | undefined,
  spec: JobSpec,
): string | undefined {
  if (parallel === undefined) return undefined
  if (parallel.workers === 1) {
    const isMore = parallel.runs === 'async' && parallel.mode !== 'serial'
    return isMore ? 'One worker, to begin with: others may join it while the job runs.' : undefined
  }
  const source = lanesIn(spec).get(id)
  if (source !== undefined) return `${parallel.workers} workers, each beside one of "${source}".`
  if (parallel.mode === 'serial') return 'Serial: one record after the other.'
  const { mode, runs, workers } = parallel
  const who = `${workers} workers ${places[runs]}`
  if (mode === 'keyed') {
    return `${who}: each has its share of the keys, and the records of a key keep their order.`
  }
  const isDefault = parallel.inFlight === undefined
  const most = parallel.inFlight ?? jobDefaults.parallel.unitsEach * workers
  const unit = runs === 'async' ? 'records' : 'batches'
  return `${who}, with at most ${most} ${unit} under way${isDefault ? ' (default)' : ''}: ${results[mode]}.`
}

/** Who reads a source, for people; undefined: the job itself. */
export function splitSentence(id: string, spec: JobSpec): string | undefined {
  const source = spec.sources.find((one) => one.id === id)
  if (source === undefined || !isSplit(source)) return undefined
  const lanes = lanesIn(spec)
  const beside = [...lanes].flatMap(([stage, of]) => (of === id ? [`"${stage}"`] : []))
  const combined = combinedOf(spec, lanes, parksIn(spec))
  const halves = [...combined].flatMap(([stage, of]) => (of === id ? [`"${stage}"`] : []))
  const { workers = 1 } = source.parallel ?? {}
  const apart =
    workers === 2 ? 'the other one in a thread of its own' : 'the others in threads of their own'
  const who = `${workers} workers read it, one in the thread of the job and ${apart}, each some pieces, so that records come in no order`
  const runs = beside.length === 0 ? '' : `; beside each ${runsWith(beside)}`
  const folds = halves.map((stage) => `. Each folds together what has the same key for ${stage}`)
  return `${who}${runs}${folds.join('')}.`
}

function lanesIn(spec: JobSpec): ReadonlyMap<string, string> {
  return lanesOf(spec, parksIn(spec))
}

function parksIn(spec: JobSpec): (stage: JobSpec['stages'][number]) => boolean {
  return ({ onError }) => parks(onError ?? spec.onError, spec)
}

function runsWith(stages: readonly string[]): string {
  return stages.length === 1 ? `runs ${stages.join('')}` : `run ${stages.join(', ')}`
}
