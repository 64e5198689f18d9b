import { isMillraceError, messageOf, type MillraceError } from '@millrace/base'
import {
  type CheckpointHead,
  createJob,
  type EngineJob,
  type JobOptions,
  type JobSpec,
  type ParkedFilter,
  type ParkedRecord,
  type PartGauges,
  type Progress,
  type Resized,
  type StageSnapshot,
  type Summary,
} from '@millrace/engine'
import { JOB_NOT_STARTED, JOB_STATE_OPEN } from '../errors.ts'
import { failedSummary, finishedSummary, nothingYet } from './finished-summary.ts'
import { withJournals } from '../journal/with-journals.ts'
import { spillsIn } from '../spill/spills-in.ts'
import type { JobState } from './job-state.ts'

/** How the state of a job is opened. */
export interface StateOptions {
  readonly open: () => Promise<JobState>
  /** Lets others ask the job, as long as it has its state; resolves to what ends that. Default: nobody can. */
  readonly serve?: ((state: JobState) => Promise<() => Promise<void>>) | undefined
}

/** A job with state: opens that first, runs, and gives it back. */
export class StatefulEngine implements EngineJob {
  readonly spec: JobSpec
  readonly #options: JobOptions
  readonly #state: StateOptions
  #engine: EngineJob | undefined
  #asked: 'stop' | 'drain' | 'abort' | undefined
  #run: Promise<Summary> | undefined
  readonly #isMade: Promise<void>
  #made: () => void = () => {}

  constructor(spec: JobSpec, options: JobOptions, state: StateOptions) {
    this.spec = spec
    this.#options = options
    this.#state = state
    this.#isMade = new Promise((resolve) => {
      this.#made = resolve
    })
  }

  run(): Promise<Summary> {
    this.#run ??= this.#runOnce()
    return this.#run
  }

  async stop(): Promise<Summary> {
    this.#asked ??= 'stop'
    void this.#engine?.stop()
    return this.run()
  }

  async drain(): Promise<Summary> {
    this.#asked ??= 'drain'
    void this.#engine?.drain()
    return this.run()
  }

  abort(): void {
    this.#asked = 'abort'
    this.#engine?.abort()
  }

  progress(): Progress {
    return this.#engine?.progress() ?? nothingYet('starting')
  }

  async checkpoint(): Promise<CheckpointHead> {
    return this.#started().checkpoint()
  }

  async resize(stage: string, workers: number): Promise<Resized> {
    // Until its state is open there is nothing to resize.
    if (this.#run !== undefined) await Promise.race([this.#isMade, this.#run])
    return this.#started().resize(stage, workers)
  }

  gauges(): readonly PartGauges[] {
    return this.#engine?.gauges() ?? []
  }

  snapshot(): Readonly<Record<string, StageSnapshot>> {
    return this.#started().snapshot()
  }

  parked(): readonly ParkedRecord[] {
    return this.#engine?.parked() ?? []
  }

  async releaseParked(which?: ParkedFilter): Promise<number> {
    return this.#started().releaseParked(which)
  }

  async skipParked(which?: ParkedFilter): Promise<number> {
    return this.#started().skipParked(which)
  }

  #started(): EngineJob {
    if (this.#engine === undefined) throw JOB_NOT_STARTED({ name: this.spec.name })
    return this.#engine
  }

  async #runOnce(): Promise<Summary> {
    const { name } = this.spec
    let state: JobState
    try {
      state = await this.#state.open()
    } catch (error) {
      return failedSummary(name, toCoded(error, name))
    }
    let unserve: (() => Promise<void>) | undefined
    try {
      const { restored, settings, tokens } = state
      if (restored !== undefined && state.isFinished) return finishedSummary(name, restored)
      const checkpoint = { everyMs: settings.everyMs, store: state, restored, setAside: tokens }
      const spec = await withJournals(this.spec, {
        ...state.journals,
        // Where the job ends before, nobody waits for it.
        checkpoint: () => void this.#engine?.checkpoint().catch(() => undefined),
      })
      const spills = spillsIn(settings.dir)
      unserve = await this.#state.serve?.(state)
      const engine = createJob({ ...spec, checkpoint, spills }, this.#options)
      this.#engine = engine
      const ended = engine.run()
      this.#made()
      if (this.#asked !== undefined) void engine[this.#asked]()
      const summary = await ended
      // Where that is not noted, the next run opens the sinks once more, and finds nothing to do.
      if (summary.state === 'completed') await state.settle().catch(() => undefined)
      return summary
    } finally {
      // Before: who takes the state next answers at the same place.
      await unserve?.().catch(() => undefined)
      await state.close()
    }
  }
}

function toCoded(error: unknown, name: string): MillraceError {
  return isMillraceError(error)
    ? error
    : JOB_STATE_OPEN({ name, reason: messageOf(error) }, {}, error)
}
