import type { ParallelSpec } from '@millrace/engine'
import { jobDefaults } from '@millrace/sdk'

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
export function parallelSentence(parallel: ParallelSpec | undefined): string | undefined {
  if (parallel === undefined || parallel.workers === 1) return undefined
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
