import type { SinkCheckpoint, SourceSnapshot, StageCapture } from './checkpoint.ts'

/** The parts of a job, as a checkpoint sees them. */
export interface CheckpointParts {
  readonly sources: readonly CheckpointedSource[]
  readonly stages: readonly CheckpointedStage[]
  readonly sinks: readonly CheckpointedSink[]
}

/** A source of it. */
export interface CheckpointedSource {
  readonly id: string
  readonly counter: { snapshot(): { readonly read: number } }
  readonly task: {
    snapshot(): SourceSnapshot
    /** A promise where it is read elsewhere. */
    barrier(): SourceSnapshot | Promise<SourceSnapshot>
    ack(snapshot: SourceSnapshot): Promise<void>
  }
}

/** A stage of it. */
export interface CheckpointedStage {
  readonly id: string
  readonly task: {
    readonly isOver: boolean
    /** A promise where it runs elsewhere, and is over. */
    checkpoint(): StageCapture | Promise<StageCapture>
  }
}

interface CheckpointedSink {
  readonly id: string
  readonly task: { readonly isOver: boolean; checkpoint(): SinkCheckpoint }
}
