import { createJob, type EngineJob, type JobSpec, type Summary } from '@millrace/engine'
import { nodeRuntime } from '@millrace/engine/host'
import { collectSink } from './ends.ts'

/** A record that failed: what it was and why. */
export interface Rejected {
  readonly record: unknown
  readonly code: string
  readonly message: string
  /** Undecodable input as text; null for records. */
  readonly raw: string | null
  /** Line in the input, from 1; undefined where there are none. */
  readonly line: number | undefined
}

interface DeadLetter {
  readonly record: unknown
  readonly raw: string | null
  readonly error: { readonly code: string; readonly message: string }
  readonly position: { readonly line: number | null } | null
}

function toRejected(letter: unknown): Rejected {
  const { record, raw, error, position } = letter as DeadLetter
  return {
    record,
    code: error.code,
    message: error.message,
    raw,
    line: position?.line ?? undefined,
  }
}

/** Runs a job on the real engine with dead letters in memory. Rejects with the cause when the job fails. */
export async function runSpec(
  spec: Omit<JobSpec, 'name' | 'deadLetter'>,
  options: {
    readonly now?: (() => number) | undefined
    /** Gets the job before it runs. */
    readonly onJob?: ((job: EngineJob) => void) | undefined
  } = {},
): Promise<{ readonly summary: Summary; readonly rejected: readonly Rejected[] }> {
  const dead = collectSink()
  const { now } = options
  const job = createJob(
    {
      ...spec,
      name: 'test',
      errors: { atMost: 1, of: 1000 },
      deadLetter: { id: 'deadLetter', factory: dead, from: [] },
    },
    { runtime: now === undefined ? nodeRuntime : { ...nodeRuntime, now } },
  )
  options.onJob?.(job)
  const summary = await job.run()
  if (summary.error !== undefined) throw summary.error
  return { summary, rejected: dead.values.map(toRejected) }
}
