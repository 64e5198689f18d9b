import type { MillraceError } from '@millrace/base'

/** What a stage keeps, so that nobody need guess what it lets go of. */
export interface KeptCounts {
  /** Entries of its state, by handle: values, names of maps, items of lists, panes and so on. Absent: it has no state. */
  readonly stateEntries?: Readonly<Record<string, number>> | undefined
  /**
   * Windows that are open, each counted once per key; where windows overlap and share panes, those panes. Absent: it keeps
   * neither panes nor spans.
   */
  readonly openWindows?: number | undefined
  /** Entries let go because their time was past, by handle with `ttl`; absent without such handles. */
  readonly stateExpired?: Readonly<Record<string, number>> | undefined
  /** Timers that are set. Absent: it has no `onTimer`. */
  readonly timers?: number | undefined
}

/** Fates of what a stage received: in = used + filtered + late + dead + dropped + held. */
export interface StageCounts extends KeptCounts {
  readonly id: string
  readonly module: string
  readonly in: number
  readonly used: number
  readonly filtered: number
  readonly late: number
  readonly dead: number
  readonly dropped: number
  readonly held: number
  /** Sent per output, once per reader. */
  readonly sent: Readonly<Record<string, number>>
  /** Why records were filtered, by reason, largest first; at most 20. */
  readonly reasons: Readonly<Record<string, number>>
  /** Numbers the stage itself counted, by name. */
  readonly metrics?: Readonly<Record<string, number>> | undefined
}

/** read = sent + malformed (malformed includes records without a valid time). */
export interface SourceCounts {
  readonly id: string
  readonly module: string
  readonly read: number
  readonly sent: number
  readonly malformed: number
  readonly bytes: number
  /** Undefined when the size of the input is not known. */
  readonly bytesTotal: number | undefined
  /** Numbers the source itself counted, by name. */
  readonly metrics?: Readonly<Record<string, number>> | undefined
}

/** received = written + rejected + held. */
export interface SinkCounts {
  readonly id: string
  readonly module: string
  readonly received: number
  readonly written: number
  readonly rejected: number
  readonly held: number
  /** Numbers the sink itself counted, by name. */
  readonly metrics?: Readonly<Record<string, number>> | undefined
}

/** What a resource counted itself. */
export interface ResourceCounts {
  readonly id: string
  readonly module: string
  /** By name. */
  readonly metrics: Readonly<Record<string, number>>
}

/** How far checkpoints have come. */
export interface CheckpointProgress {
  /** Number of the last durable one; 0: none so far. */
  readonly number: number
  /** When that was begun, epoch ms; undefined: none in this run, or the one it began with. */
  readonly time: number | undefined
  /** From its beginning until it was durable, ms. */
  readonly durationMs: number | undefined
  /** How many became durable in this run. */
  readonly count: number
  /** How many were begun in this run and did not become durable; without the one under way. */
  readonly failures: number
  /** Bytes that were written for the last durable one; undefined: none in this run, or its store does not say. */
  readonly writtenBytes: number | undefined
  /** Bytes of all that the last durable one holds, also what earlier ones have written. */
  readonly stateBytes: number | undefined
  /** Whether one is under way. */
  readonly isPending: boolean
}

/** A stage that has another number of workers now. */
export interface Resized {
  readonly stage: string
  readonly before: number
  readonly workers: number
}

/** How far a running job is. */
export interface Progress {
  readonly state:
    | 'starting'
    | 'running'
    | 'restarting'
    | 'stopping'
    | 'draining'
    | 'completed'
    | 'stopped'
    | 'failed'
  readonly elapsedMs: number
  /** Absent is the same as none. */
  readonly resources?: readonly ResourceCounts[] | undefined
  readonly sources: readonly SourceCounts[]
  readonly stages: readonly StageCounts[]
  readonly sinks: readonly SinkCounts[]
  /** How many workers there are of the stages that say `parallel`, by id; absent: no stage does. */
  readonly workers?: Readonly<Record<string, number>> | undefined
  readonly deadLetters: number
  /** How often the whole pipeline began anew after a failure; all other counts but `restarts` are those since then. */
  readonly pipelineRestarts: number
  /** How far its checkpoints have come; absent: it takes none. */
  readonly checkpoint?: CheckpointProgress | undefined
}

/** How a job ended. Every record that entered is counted under exactly one fate. */
export interface Summary extends Progress {
  readonly name: string
  readonly state: 'completed' | 'stopped' | 'failed'
  /** Dead letters by error code. */
  readonly deadLettersByCode: Readonly<Record<string, number>>
  /** First dead letters, for the report; at most 5. */
  readonly firstDeadLetters: readonly {
    readonly code: string
    readonly message: string
    readonly at: string
  }[]
  /** Sentences a person should read, such as fields nobody has or state a stop left unfinished. */
  readonly warnings: readonly string[]
  /** Instances of single parts made, or tried, after the first ones: after crashes, and after throws that may have spoiled one (these cost no budget). */
  readonly restarts: number
  /** Stages that have another number of workers than they began with. Absent: none has. */
  readonly resized?: readonly Resized[] | undefined
  /** Why it failed. */
  readonly error?: MillraceError | undefined
}
