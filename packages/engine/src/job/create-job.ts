import { checkSpec } from '../plan/check-spec.ts'
import type { JobSpec } from '../plan/job-spec.ts'
import type { EngineJob, JobOptions } from './engine-job.ts'
import { RunningJob } from './running-job.ts'

/** Makes a job of a checked specification; nothing runs until `run()`. Throws on faults of the program that made it, and ENG_LIMIT, ENG_NOT_REPEATABLE and ENG_NO_DEAD_LETTER. */
export function createJob(spec: JobSpec, options: JobOptions): EngineJob {
  checkSpec(spec)
  return new RunningJob(spec, options)
}
