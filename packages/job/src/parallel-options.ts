import type { ErrorPolicy, ParallelSpec, StageSpec } from '@millrace/engine'
import { jobDefaults, whyUnordered } from '@millrace/sdk'
import { JOB_PARALLEL } from './errors.ts'

/** How a stage runs several times side by side. */
export interface ParallelOptions {
  /** How many, from 1 to 64, to begin with: `resize` changes it while the job runs. */
  readonly workers: number
  /** `async`, the default: all in this thread. */
  readonly runs?: 'async' | undefined
  /**
   * Only without `by`. `ordered`, the default: results come in the order of the records. `unordered`: as they are ready. `latestWins`: a record
   * that is through outdates all older ones, which are aborted and dropped. `race`: each record goes to all workers, and what the first one makes of it
   * counts. `serial`: one record after the other, whatever the number of workers.
   */
  readonly mode?: Exclude<ParallelSpec['mode'], 'keyed'> | undefined
  /** Only without `by`: the most records that all of them have in hand and before them, at least one for each. Default 2 for each. */
  readonly inFlight?: number | undefined
}

interface Stage {
  readonly id: string
  readonly hasKeys: boolean
  readonly keepsState: boolean
}

/** What the engine runs, of what a stage says. Throws JOB_PARALLEL. */
export function parallelSpec(
  stage: Stage,
  said: number | ParallelOptions | undefined,
): ParallelSpec | undefined {
  if (said === undefined) return undefined
  const options = typeof said === 'number' ? { workers: said } : said
  const reason = whyNot(stage, options)
  if (reason !== undefined) throw JOB_PARALLEL({ id: stage.id, reason })
  const { inFlight, mode = 'ordered', runs = 'async', workers } = options
  return stage.hasKeys ? { workers, runs, mode: 'keyed' } : { workers, runs, mode, inFlight }
}

function whyNot(
  { hasKeys, keepsState }: Stage,
  { inFlight, mode, runs, workers }: ParallelOptions,
): string | undefined {
  if (runs !== undefined && runs !== 'async') {
    return 'a function cannot go to another thread or process: name the stage by module: in a job file'
  }
  const most = jobDefaults.parallel.workersMost
  if (!isWhole(workers, 1) || workers > most) {
    return `workers must be a whole number from 1 to ${most}; got ${String(workers)}`
  }
  if (inFlight !== undefined && !isWhole(inFlight, workers)) {
    return `inFlight must be a whole number of at least ${workers}; got ${String(inFlight)}`
  }
  if (hasKeys && (mode ?? inFlight) !== undefined) {
    return 'with by each record goes to the worker that has its key, so it has no mode and no inFlight'
  }
  if (hasKeys || !keepsState || workers === 1 || mode === 'serial') return undefined
  return 'it keeps state and has no by, so each worker would see only a part of the records'
}

const isWhole = (value: number, least: number): boolean =>
  Number.isSafeInteger(value) && value >= least

/** Results can come in the order of the records only where these have one. Throws JOB_PARALLEL. */
export function checkOrder(
  stage: StageSpec,
  before: readonly StageSpec[],
  onError: ErrorPolicy | undefined,
): void {
  const why = whyUnordered(stage, before, parks(onError))
  if (why === undefined) return
  const reason = `its results cannot come in the order of its records, as it ${why}`
  throw JOB_PARALLEL({ id: stage.id, reason })
}

function parks(policy: ErrorPolicy | undefined): boolean {
  if (typeof policy !== 'object') return policy === 'park'
  return 'retry' in policy ? parks(policy.then) : true
}
