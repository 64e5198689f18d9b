import type { LoadOptions } from '@millrace/loader'

/** What a worker thread is given: plain data. */
export interface WorkerJob {
  /** All that says what the job is. */
  readonly load: LoadOptions
  /** Where compiled modules are kept; undefined: they are not. */
  readonly compileCache: string | undefined
}
