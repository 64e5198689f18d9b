import { formatDuration } from '@millrace/base'
import type {
  Backoff,
  ErrorPolicy,
  FinalPolicy,
  JobRestart,
  JobSpec,
  RestartSpec,
  Retry,
} from '@millrace/engine'
import { jobDefaults } from '@millrace/sdk'

/** What becomes of failing records, as the end of a sentence; `own` is the policy in force, if any, `behind` what waits with one. */
export function failedSentence(
  own: ErrorPolicy | undefined,
  spec: JobSpec,
  behind: string,
): string {
  const retry = retryOf(own)
  const { isDefault, final } = finalOf(own, spec)
  const then = finalSentence(final, isDefault, behind)
  return retry === undefined ? `${then}.` : `${retrySentence(retry)}, and then ${then}.`
}

/** What becomes of entries that a source cannot decode: they are neither tried again nor parked. */
export function malformedSentence(own: ErrorPolicy | undefined, spec: JobSpec): string {
  const { final, isDefault } = finalOf(own, spec)
  if (parkMost(final) === undefined) return `${finalSentence(final, isDefault, '')}.`
  return `${finalSentence(usual(spec), true, '')}.`
}

/** Whether records may be parked under a policy. */
export function parks(own: ErrorPolicy | undefined, spec: JobSpec): boolean {
  return parkMost(finalOf(own, spec).final) !== undefined
}

function usual({ deadLetter }: JobSpec): FinalPolicy {
  return deadLetter === undefined ? 'fail' : 'deadLetter'
}

function retryOf(own: ErrorPolicy | undefined): Retry | undefined {
  return typeof own === 'object' && 'retry' in own ? own.retry : undefined
}

function finalOf(
  own: ErrorPolicy | undefined,
  spec: JobSpec,
): { readonly final: FinalPolicy; readonly isDefault: boolean } {
  const final = typeof own === 'object' && 'retry' in own ? own.then : own
  return { final: final ?? usual(spec), isDefault: final === undefined }
}

function parkMost(final: FinalPolicy): number | undefined {
  if (typeof final === 'object') return final.park.most ?? jobDefaults.parkMost
  return final === 'park' ? jobDefaults.parkMost : undefined
}

function finalSentence(final: FinalPolicy, isDefault: boolean, behind: string): string {
  const shown = isDefault ? ' (default)' : ''
  const most = parkMost(final)
  if (most !== undefined) {
    return `wait until they are released, with ${behind}; more than ${most} end the job`
  }
  if (final === 'skip') return 'are skipped and counted'
  if (final === 'fail') return `end the job at the first one${shown}`
  return `go to the dead letters${shown}`
}

function retrySentence({ backoff, notOn, on, times }: Retry): string {
  const count = `are tried ${times} more time${times === 1 ? '' : 's'}`
  const only = on === undefined ? '' : ` after ${on.join(', ')}`
  const never =
    notOn === undefined ? '' : `${only === '' ? '' : ','} but not after ${notOn.join(', ')}`
  return `${count}${only}${never}, ${backoffSentence(backoff)}`
}

/** How long the waits are. */
function backoffSentence(backoff: Backoff = jobDefaults.backoff): string {
  const { maxMs, minMs } = backoff
  if (maxMs === minMs) return `${formatDuration(minMs)} apart`
  return `${formatDuration(minMs)} apart at first and ${formatDuration(maxMs)} at most`
}

/** What comes after a failure of a part itself; undefined: nothing that a reader must know. */
export function restartSentence(
  role: 'source' | 'stage' | 'sink',
  restart: RestartSpec | undefined,
  goesOn: boolean,
  job: JobRestart | undefined,
): string | undefined {
  const ends =
    (job?.onEscalate ?? 'fail') === 'fail' ? 'ends the job' : 'lets the whole pipeline begin anew'
  const waits = backoffSentence(restart?.backoff)
  const may = goesOn && restart?.type !== 'temporary'
  if (role === 'source') {
    return may
      ? `A read that fails is taken up where it was, ${waits}.`
      : `A read that fails ${ends}.`
  }
  if (role === 'sink') {
    return may
      ? `A write that fails is made again by a new instance, ${waits}.`
      : `A write that fails ${ends}.`
  }
  if (restart === undefined) return undefined
  return may ? `A start that fails is tried again, ${waits}.` : 'A start that fails ends the job.'
}

/** What follows when parts may not be started again. */
export function escalationSentence(
  { onEscalate = 'fail' }: JobRestart,
  hasCheckpoints: boolean,
): string {
  if (onEscalate === 'fail') return 'end the job'
  const usual = jobDefaults.pipelineRestart
  const own = onEscalate === 'restart' ? {} : onEscalate.restart
  const { backoff, intensity = usual.intensity, periodMs = usual.periodMs } = own
  const times = `${intensity} time${intensity === 1 ? '' : 's'}`
  const from = hasCheckpoints
    ? 'go on from the last checkpoint'
    : 'begin anew with the first records'
  return `let the whole pipeline ${from}, at most ${times} within ${formatDuration(periodMs)}, ${backoffSentence(backoff)}`
}
