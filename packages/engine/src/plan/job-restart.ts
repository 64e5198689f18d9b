import type { Backoff } from '@millrace/core'

/** How often a whole pipeline may begin anew, and how long it waits before. */
export interface PipelineRestart {
  /** New beginnings granted within `periodMs`. Default 3. */
  readonly intensity?: number | undefined
  /** Default a day. */
  readonly periodMs?: number | undefined
  /** Default: 100 ms, twice as long each time, at most 30 s, up to 20 % longer by chance. */
  readonly backoff?: Backoff | undefined
}

/** The restart budget of all parts together, and what follows when a part cannot be started again within it. */
export interface JobRestart {
  readonly intensity: number
  readonly periodMs: number
  /**
   * `fail` ends the job. `restart` gives up all that the pipeline did and begins anew with the first records; every source must be one
   * that can be read again, every sink one that replaces its output. Default `fail`.
   */
  readonly onEscalate?: 'fail' | 'restart' | { readonly restart: PipelineRestart } | undefined
}
