/** What holds where a job says nothing: the engine runs by it and `explain` prints it. Times in ms. */
export const jobDefaults = {
  /** For anything asynchronous that a part does, such as one record of a stage. */
  timeoutMs: 30_000,
  /** Records per stage, and what happens beyond. */
  mailbox: { capacity: 4096, overflow: 'block' },
  /** More failing restarts than `intensity` within `periodMs` escalate: they end the job, unless it says otherwise. */
  restart: { intensity: 3, periodMs: 60_000 },
  /** Where a pipeline may begin anew: as often, within so long. */
  pipelineRestart: { intensity: 3, periodMs: 86_400_000 },
  /** Wait before a retry or a restart: `minMs`, each time `factor` times as long, at most `maxMs`, and longer by up to a share of `jitter`. */
  backoff: { minMs: 100, maxMs: 30_000, factor: 2, jitter: 0.2 },
  /** Where a stage that runs several times does so, the most of it, and units under way for each. */
  parallel: { runs: 'async', workersMost: 64, unitsEach: 2 },
  /** Time between two checkpoints, where a job takes any. */
  checkpoint: { everyMs: 10_000 },
  /** Bytes that the journal of a source may take. */
  journal: { maxBytes: 2 ** 30 },
  /** Records that a stage or sink may hold parked; one more ends the job. */
  parkMost: 10_000,
  /** More failures than this share of the last `of` records end the job. */
  errors: { atMost: 0.5, of: 1000 },
} as const
