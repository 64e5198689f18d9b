import type { Where } from '@millrace/base'
import type {
  NumberTime,
  ResourceFactory,
  SinkFactory,
  SourceBatch,
  SourceFactory,
  StageFactory,
  WatermarkStrategy,
} from '@millrace/sdk'
import type { Backoff } from '@millrace/core'
import type { CheckpointSpec } from '../checkpoint/checkpoint.ts'
import type { StageSnapshot } from '../state/saved-state.ts'
import type { SpillFile } from '../state/spill-file.ts'
import type { ErrorPolicy } from './error-policy.ts'
import type { Follower } from '../run/follower.ts'
import type { JobRestart } from './job-restart.ts'
import type { ParallelSpec, Replica } from './parallel-spec.ts'

/** An output of a source or stage. Sources have one, named `out`. */
export interface OutputRef {
  readonly id: string
  readonly output: string
}

/** How a source's records get their event time. */
export interface TimeSpec {
  /** Epoch ms of a record; NaN when it has none or an absurd one, which fails the record with code TIME, as a throw does. */
  readonly timestamp: (record: unknown) => number
  /** What `timestamp` gives of a record with a number in this field. Absent: nobody knows. */
  readonly number?: NumberTime | undefined
  /** How far the watermark trails the largest event time, ms. */
  readonly disorderMs: number
  /** For `explain`, such as `field "date"`. */
  readonly description: string
  /** The time of a record is the clock at its arrival, and the watermark follows the clock; `timestamp` is not asked. */
  readonly arrival?: boolean | undefined
  /** After so long without records a partition holds event time back no more, ms. Default: it always does. */
  readonly idleMs?: number | undefined
  /** How far the source may be ahead of the slowest other one in event time before it waits, ms. Default: any distance. */
  readonly alignMs?: number | undefined
  /** Bounds of times that can be true, epoch ms; a record outside fails with code TIME. */
  readonly notBefore?: number | undefined
  readonly notAfter?: number | undefined
  /** How far a time may be ahead of the clock, ms; one beyond fails with code TIME. */
  readonly aheadMs?: number | undefined
  /** Makes the strategy of one partition, in the place of `disorderMs`: the watermark behind each record. */
  readonly watermarks?: (() => WatermarkStrategy) | undefined
}

/** One key field: the name it has in results and how it is read. May throw a coded error. */
export interface KeyPart {
  readonly name: string
  readonly description: string
  readonly read: (record: unknown, context: { readonly timestamp: number }) => unknown
}

/** What the records of a batch were when they were read the first time. */
export interface Recalled {
  /** Where all of them stood, at the offsets of the batch; undefined: no entry of the input led to them. */
  readonly origin:
    | { readonly source: string; readonly partition: string; readonly unit?: 'bytes' | undefined }
    | undefined
  /** Event time of each value, epoch ms; NaN, or without it: the source's `time` says. */
  readonly timestamps?: ArrayLike<number> | undefined
  /** When they came, epoch ms. Default: now. */
  readonly arrival?: number | undefined
}

/** How a part of a job is started again after a failure that may pass. */
export interface RestartSpec {
  /** `transient`: within the restart budget of the job; `temporary`: never, its first failure escalates. Default `transient`. */
  readonly type?: 'transient' | 'temporary' | undefined
  /** How long to wait before. Default: 100 ms, twice as long each time, at most 30 s, up to 20 % longer by chance. */
  readonly backoff?: Backoff | undefined
}

/** Where records enter the job. */
export interface SourceSpec {
  readonly id: string
  /** Where the job file declares it: its errors at start, while reading and while writing say so. */
  readonly where?: Where | undefined
  readonly factory: SourceFactory
  /** Absent: the record's time is its arrival. */
  readonly time?: TimeSpec | undefined
  /** For records that were read before: they keep their place and time. */
  readonly recall?: ((batch: SourceBatch) => Recalled) | undefined
  /** The clock of arrivals, epoch ms, which stays behind what was read before and has yet to come. Default: that of the job. */
  readonly now?: (() => number) | undefined
  /** Called when the job is drained, before the read is paused: what it has taken in by then it still gives, and then it ends. */
  readonly drain?: (() => void) | undefined
  readonly onError?: ErrorPolicy | undefined
  /** Given: also a start that fails is tried again. */
  readonly restart?: RestartSpec | undefined
  /** Stop reading after this many entries. */
  readonly limit?: number | undefined
  /** The only fields anyone downstream reads; undefined: all. */
  readonly fields?: readonly string[] | undefined
  /** The fields that its only reader looks at, and its `time`, to tell which records that reader filters. Absent: it may look at any. */
  readonly prefilterReads?: readonly string[] | undefined
  /** Whether a sink writes its records as the bytes they came in. */
  readonly raw?: boolean | undefined
  /**
   * So many workers read it side by side, the first in the thread of the job and each other one in a thread of its own, with the stages that
   * `lanesOf` says; for one that `splits` only, and where the job has threads. Records come in no order then. Default: one reads all of it.
   */
  readonly parallel?: Pick<ParallelSpec, 'workers'> | undefined
  /** Only after `expandParallel`: which of several it is. */
  readonly replica?: Replica | undefined
  /** Only after `expandParallel`: the number of the worker thread that it runs in, from 0. Absent: that of the job. */
  readonly thread?: number | undefined
}

/** Field paths that should be in the records; with several inputs: per input name. */
export type ExpectedFields = readonly string[] | Readonly<Record<string, readonly string[]>>

/** One input of a stage: the name its handlers know it by, and the outputs that it reads. */
export interface StageInput {
  readonly name: string
  readonly from: readonly OutputRef[]
}

/** One step of the job: what it reads, what makes it, and how it is run. */
export interface StageSpec {
  readonly id: string
  /** Where the job file declares it: its errors at start, while reading and while writing say so. */
  readonly where?: Where | undefined
  /** Where that has a parameter, by its path such as `model.onnx`: an error that names one says so. */
  readonly locate?: ((path: string) => Where) | undefined
  readonly factory: StageFactory
  readonly inputs: readonly StageInput[]
  /** Empty: no key. With several inputs: per input name. */
  readonly by?: readonly KeyPart[] | Readonly<Record<string, readonly KeyPart[]>> | undefined
  /** Fields that its configuration names; one that no record carries is warned about. */
  readonly expects?: ExpectedFields | undefined
  readonly onError?: ErrorPolicy | undefined
  /** For each record of an asynchronous stage and for its onEnd; default 30,000. More than that holds for `open` too. */
  readonly timeoutMs?: number | undefined
  readonly batch?: number | undefined
  /** Runs several times side by side; one that keeps state needs `by` for that. Default: once. */
  readonly parallel?: ParallelSpec | undefined
  /** Only after `expandParallel`: it is the first half of a stage, and runs beside the workers of a source whatever its `by` is. */
  readonly isHalf?: boolean | undefined
  /** Only after `expandParallel`: it hands on all that it gets, so that nobody need ask it. */
  readonly handsOn?: boolean | undefined
  /** Only after `expandParallel`: which of several it is. */
  readonly replica?: Replica | undefined
  /** Only after `expandParallel`: the number of the worker that it runs in, from 0, those in processes behind those in threads. Absent: the job's own thread. */
  readonly thread?: number | undefined
  /** Given: also a start that fails is tried again. */
  readonly restart?: RestartSpec | undefined
  /** Only some of its keys stay in memory; needs `by`, and `spills` of the job. Default: all do. */
  readonly spill?: SpillSpec | undefined
  /** The only fields (their first names) that anyone behind it looks at: others need not go to another thread. Default: all. */
  readonly needed?: readonly string[] | undefined
  /** What it kept in a job that was stopped: it begins with that. Default: nothing. */
  readonly restored?: StageSnapshot | undefined
}

/** How many keys of a stage stay in memory, and where the others wait. */
export interface SpillSpec {
  /** About so many; a whole number above 0. */
  readonly keys: number
  /** A folder for scratch. Default: what the job has. */
  readonly dir?: string | undefined
}

/** Where records leave the job, or the dead letters of it. */
export interface SinkSpec {
  readonly id: string
  /** Where the job file declares it: its errors at start, while reading and while writing say so. */
  readonly where?: Where | undefined
  readonly factory: SinkFactory
  readonly from: readonly OutputRef[]
  /** All its records are as their source gave them: it writes the bytes they came in. Records of such a source may have no more than `fields`. */
  readonly raw?: boolean | undefined
  /** Fields that its configuration names; one that no record carries is warned about. */
  readonly expects?: readonly string[] | undefined
  readonly onError?: ErrorPolicy | undefined
  /** For each write and the last flush; default 30,000. */
  readonly timeoutMs?: number | undefined
  /** Given: also a start that fails is tried again. */
  readonly restart?: RestartSpec | undefined
}

/** Where results of replicas are put in order: one output of theirs. */
export interface GateSpec {
  readonly id: string
  readonly output: string
  /** The same output of each replica, in their order. */
  readonly from: readonly OutputRef[]
}

/** Something that stages share. */
export interface ResourceSpec {
  readonly id: string
  /** Where the job file declares it: its errors at start say so. */
  readonly where?: Where | undefined
  readonly factory: ResourceFactory
  /** Given: a start that fails is tried again. */
  readonly restart?: RestartSpec | undefined
}

/** A whole job as data and factories: what loader and builder make and the engine runs. Checked before it gets here. */
export interface JobSpec {
  readonly name: string
  /** Opened first, in this order, and closed last. */
  readonly resources?: readonly ResourceSpec[] | undefined
  readonly sources: readonly SourceSpec[]
  /** In an order in which every stage stands after what it reads. */
  readonly stages: readonly StageSpec[]
  /** The end of the line, for who brings a sink: several outputs where it forked and did not meet again. Default: see `mainOutputs`. */
  readonly main?: readonly OutputRef[] | undefined
  /** Only after `expandParallel`. */
  readonly gates?: readonly GateSpec[] | undefined
  readonly sinks: readonly SinkSpec[]
  /** Takes dead letters; its `from` is empty. */
  readonly deadLetter?: SinkSpec | undefined
  /** Default: `deadLetter` where there is a dead letter sink, else `fail`. */
  readonly onError?: ErrorPolicy | undefined
  /** More failures than this share of the last `of` records end the job. Default 0.5 of 1000. */
  readonly errors?: { readonly atMost: number; readonly of: number } | undefined
  /** In front of the ids that sinks see: for a job that brings records beside those of another. Default: nothing. */
  readonly ids?: string | undefined
  /** How it writes down what it needs to go on. Default: it does not. */
  readonly checkpoint?: CheckpointSpec | undefined
  /** Opens what a stage spills to, empty: with each life of the pipeline anew. */
  readonly spills?: ((stage: string, spec: SpillSpec) => Promise<SpillFile>) | undefined
  /** Is told how far each of its records is. Default: nobody is. */
  readonly follower?: Follower | undefined
  /** Restart budget of all parts together. Default 3 in 60,000 ms. */
  readonly restart?: JobRestart | undefined
  /** Mailbox size in records per stage and overflow policy. Default 4,096 and block. */
  readonly mailbox?:
    | {
        readonly capacity?: number | undefined
        readonly overflow?: 'block' | 'dropOldest' | 'dropNewest' | 'fail' | undefined
      }
    | undefined
}
