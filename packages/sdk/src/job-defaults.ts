/** What holds where a job says nothing: the engine runs by it and `explain` prints it. Times in ms. */
export const jobDefaults = {
  /** For anything asynchronous that a part does, such as one record of a stage. */
  timeoutMs: 30_000,
  /** Records per stage, and what happens beyond. */
  mailbox: { capacity: 4096, overflow: 'block' },
  /** More failing restarts than `intensity` within `periodMs` end the job. */
  restart: { intensity: 3, periodMs: 60_000 },
  /** More failures than this share of the last `of` records end the job. */
  errors: { atMost: 0.5, of: 1000 },
} as const
