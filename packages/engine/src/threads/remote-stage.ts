import type { StageCapture, StageCheckpoint } from '../checkpoint/checkpoint.ts'
import type { PartLetters } from '../report/dead-letter-log.ts'
import type { StageCounts } from '../report/summary.ts'
import type { FieldWatches } from '../run/field-watches.ts'
import type { StagePart } from '../run/stage-part.ts'
import type { StageReport } from './thread-message.ts'

/** What a remote stage is made of. */
export interface RemoteParts {
  readonly fields: FieldWatches
  readonly letters: PartLetters
  /** What it has counted before it begins. */
  readonly counts: StageCounts
  readonly restored: StageCheckpoint | undefined
  /** Asks for its part of a checkpoint, when it is over. */
  readonly ask: () => void
}

/** Stands for a stage that runs in a worker thread: what that has told of it. */
export class RemoteStage implements StagePart {
  readonly fields: FieldWatches
  readonly parked = []
  readonly spilled = undefined
  readonly prefilter = undefined
  readonly counter: { readonly id: string; snapshot(): StageCounts }
  readonly #letters: PartLetters
  readonly #ask: () => void
  #counts: StageCounts
  isOver = false
  watermark = Number.NEGATIVE_INFINITY
  restarts = 0
  /** Told, and not yet part of a checkpoint. */
  #capture: StageCapture | undefined
  #awaited: ((capture: StageCapture) => void) | undefined

  constructor({ ask, counts, fields, letters, restored }: RemoteParts) {
    this.fields = fields
    this.#ask = ask
    this.#letters = letters
    this.#counts = restored === undefined ? counts : restored.counts
    if (restored !== undefined) letters.load(restored.letters)
    this.counter = { id: counts.id, snapshot: () => this.#counts }
  }

  report({ counts, id, letters, restarts, watched, watermark }: StageReport): void {
    if (watched !== undefined) this.fields.told(id, watched)
    this.#counts = counts
    this.#letters.load(letters)
    this.restarts = restarts
    this.watermark = watermark
  }

  /** Its part of a checkpoint has come. Whether that is news: not where it was asked for it. */
  captured(capture: StageCapture): boolean {
    const awaited = this.#awaited
    this.#awaited = undefined
    if (awaited === undefined) this.#capture = capture
    else awaited(capture)
    return awaited === undefined
  }

  checkpoint(): StageCapture | Promise<StageCapture> {
    const capture = this.#capture
    this.#capture = undefined
    if (capture !== undefined) return capture
    return new Promise((resolve) => {
      this.#awaited = resolve
      this.#ask()
    })
  }

  // Its thread looks after these.

  open(): Promise<void> {
    return Promise.resolve()
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  receive(): void {}

  handOver(): void {}

  halt(): void {}
}
