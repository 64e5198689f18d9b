import type { Where } from '@millrace/base'
import type {
  PartitionSnapshot,
  SourceSnapshot,
  StageCapture,
  StageCheckpoint,
} from '../checkpoint/checkpoint.ts'
import type { SavedLetters } from '../report/dead-letter-log.ts'
import type { SourceCounts, StageCounts } from '../report/summary.ts'
import type { Watched } from '../run/field-watch.ts'
import type { LinkMessage } from './link-message.ts'
import type { Outline } from './outline.ts'

/** An error on its way between threads. */
export interface SentError {
  readonly code: string
  readonly message: string
  readonly hint: string
  readonly retry: 'never' | 'later'
  readonly where: Where
  /** What caused it, as a text. */
  readonly cause?: string
}

/** What one stage of a thread has come to. */
export interface StageReport {
  readonly id: string
  readonly counts: StageCounts
  readonly letters: SavedLetters
  readonly watermark: number
  readonly restarts: number
  /** Fields that it has looked for. Absent: the job looks for them itself. */
  readonly watched?: Readonly<Record<string, Watched>> | undefined
}

/** What the worker of a source in a thread has come to. */
export interface SourceReport extends Omit<StageReport, 'counts'> {
  readonly counts: SourceCounts
}

/** What the job tells a worker thread, beside what goes over links. */
export type ToThread =
  | LinkMessage
  | {
      readonly kind: 'start'
      readonly outline: Outline
      readonly hasCheckpoints: boolean
      /** What its stages go on from, by id. */
      readonly restored: Readonly<Record<string, StageCheckpoint>> | undefined
      /** What its sources go on from, by id; what they read they are given. */
      readonly sources: Readonly<Record<string, SourceSnapshot>>
    }
  /** A source begins to read (`read`), or gets more to read; `isLast`: that was all. */
  | {
      readonly kind: 'read' | 'give'
      readonly id: string
      readonly pieces: readonly PartitionSnapshot[]
      readonly isLast: boolean
    }
  /** A source sends the barrier of a checkpoint, and says where it stands. */
  | { readonly kind: 'stand'; readonly id: string }
  | { readonly kind: 'ping' }
  /** Nothing more is read; `isStopping`: what ends now ends unfinished. */
  | { readonly kind: 'pause'; readonly isStopping: boolean }
  /** The job has failed: nothing more is done. */
  | { readonly kind: 'halt' }
  /** A stage that is over is asked for its part of a checkpoint. */
  | { readonly kind: 'capture'; readonly id: string }
  | { readonly kind: 'close' }

/** What a worker thread tells the job. */
export type FromThread =
  | LinkMessage
  | { readonly kind: 'pong' }
  /** Its stages are open. */
  | { readonly kind: 'opened' }
  | { readonly kind: 'failed'; readonly error: SentError }
  | {
      readonly kind: 'log'
      readonly level: 'debug' | 'info' | 'warn' | 'error'
      readonly message: string
      readonly fields: Readonly<Record<string, unknown>> | undefined
    }
  | { readonly kind: 'warn'; readonly sentence: string }
  | {
      readonly kind: 'reports'
      readonly reports: readonly StageReport[]
      readonly sources: readonly SourceReport[]
    }
  /** A source has nothing more to begin. */
  | { readonly kind: 'wants'; readonly id: string }
  | { readonly kind: 'stands'; readonly id: string; readonly snapshot: SourceSnapshot }
  /** A record of it has failed. */
  | {
      readonly kind: 'failure'
      readonly position: number | undefined
      readonly stage: string
      readonly code: string
      readonly message: string
    }
  /** The barrier of a checkpoint has come to a stage, or it was asked. */
  | { readonly kind: 'captured'; readonly id: string; readonly capture: StageCapture }
  /** A source or stage has passed on its last message. */
  | { readonly kind: 'finished'; readonly id: string }
  | { readonly kind: 'closed' }

/** One side of a connection between two threads: messages are copied, and come in order. */
export interface Channel<Out, In> {
  post(message: Out): void
  /** Called once; what came before waits until then. */
  listen(take: (message: In) => void): void
}

/** Why a worker is no more: `signal` is what ended a process. */
export type ThreadEnd =
  | { readonly exitCode: number }
  | { readonly signal: string }
  | { readonly error: unknown }

/** What a worker runs in. */
export type WorkerPlace = 'thread' | 'process'

/** A worker as the job sees it. */
export interface Thread extends Channel<ToThread, FromThread> {
  /** Called once; told when it has ended by itself. */
  onEnd(told: (end: ThreadEnd) => void): void
  /** Ends it whatever it does; resolves when it is no more. */
  terminate(): Promise<void>
}

/** Starts workers. */
export interface ThreadHost {
  /** Starts one in each of the `places` at once, numbered as these are; those of each of the `pairs` talk to each other. */
  start(
    places: readonly WorkerPlace[],
    pairs: readonly (readonly [number, number])[],
  ): readonly Thread[]
}

/** What a worker is given. */
export interface ThreadSide {
  readonly thread: number
  readonly main: Channel<FromThread, ToThread>
  /** The threads that it talks to, by their number. */
  readonly peers: ReadonlyMap<number, Channel<LinkMessage, LinkMessage>>
}
