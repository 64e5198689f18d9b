import type { LoadOptions } from '@millrace/loader'

/** What a worker thread builds its job of: all that says what the job is, as plain data. */
export type WorkerJob = Omit<LoadOptions, 'provide' | 'env' | 'text'> & {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly text: string
}
