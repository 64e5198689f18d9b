import { tmpdir } from 'node:os'
import { messageOf, type MillraceError, type Runtime } from '@millrace/base'
import {
  type CheckpointHead,
  createJob,
  type EngineJob,
  type JobOptions,
  type JobSpec,
  mainOutputs,
  type ParkedFilter,
  type ParkedRecord,
  type PartGauges,
  type Progress,
  type Resized,
  type Summary,
  type TimeSpec,
} from '@millrace/engine'
import type { ConfigValue, JobPlan } from '@millrace/loader'
import type { Logger } from '@millrace/sdk'
import {
  JOB_HAS_SINK,
  JOB_HAS_SOURCE,
  JOB_INPUT,
  JOB_INPUT_STATE,
  JOB_NO_STATE,
  JOB_NO_INPUT,
  JOB_NO_SINK,
  JOB_NOT_STARTED,
  JOB_RAN,
} from './errors.ts'
import { isInput, iterableSource, type Input } from './iterable-source.ts'
import type { JobState } from './checkpoint/job-state.ts'
import type { WrittenState } from './checkpoint/state-file.ts'
import { StatefulEngine } from './checkpoint/stateful-engine.ts'
import { keepParked, parkedPlace } from './parked-file.ts'
import { OpenJob, type OpenOptions, type OpenParts } from './open/open-job.ts'
import { whyClosed } from './open/why-closed.ts'
import { ResultChannel } from './result-channel.ts'
import { spillsIn } from './spill/spills-in.ts'

/** A started job. Await it for the summary; iterate over it for the results of a job without a sink. */
export interface JobRun<Out> extends PromiseLike<Summary>, AsyncIterable<Out> {}

/** What a job is made of. */
export interface JobParts {
  readonly spec: JobSpec
  readonly runtime: Runtime
  readonly logger?: Logger | undefined
  readonly plan?: JobPlan | undefined
  /** Event time of what `run(input)` brings. Default: its arrival. */
  readonly time?: TimeSpec | undefined
  readonly values?: readonly ConfigValue[] | undefined
  readonly warnings?: readonly MillraceError[] | undefined
  /** Whether whoever runs it gets the results of the main output. Default: where there is no sink. */
  readonly isIterated?: boolean | undefined
  /** Takes the records that still wait when the job ends. Default: the parked file of the plan; without one they are lost, with a warning. */
  readonly onParked?: ((records: readonly ParkedRecord[]) => void | Promise<void>) | undefined
  /** Opens what the job goes on from and where its checkpoints go, once it runs; the job closes it. Default: it takes none. */
  readonly openState?: (() => Promise<JobState>) | undefined
  /** Whether other processes can ask it, as `millrace status`, `savepoint` and `upgrade` do, while it has its state. Default: nobody can. */
  readonly control?: boolean | undefined
  /** Runs the stages that have threads of their own, see `threadsOf`. Default: they run in this one. */
  readonly threads?: JobOptions['threads']
  readonly dispose: () => Promise<void>
}

/** A job that can run once. Made by `loadJob` or by the builder. */
export class Job<In = unknown, Out = unknown> {
  readonly #parts: JobParts
  #engine: EngineJob | undefined
  #summary: Promise<Summary> | undefined
  #state: Promise<JobState> | undefined

  constructor(parts: JobParts) {
    this.#parts = parts
  }

  /** As the file or the builder names it. */
  get name(): string {
    return this.#parts.spec.name
  }

  /** Faults that do not stop the job. */
  get warnings(): readonly MillraceError[] {
    return this.#parts.warnings ?? []
  }

  /** What will run, for `explain`; undefined for a job built in code. */
  get plan(): JobPlan | undefined {
    return this.#parts.plan
  }

  /** Each configured value with its origin; empty for a job built in code. */
  get values(): readonly ConfigValue[] {
    return this.#parts.values ?? []
  }

  /**
   * Starts the job. `input` feeds a job that has no source of its own. A job with a sink: await the result for the
   * summary, which also says when the job failed. A job without one: iterate; a failed job throws there.
   */
  run(input?: Input<In>): JobRun<Out> {
    const { logger, plan, runtime, spec, threads } = this.#parts
    if (this.#engine !== undefined) throw JOB_RAN({ name: spec.name })
    const needsInput = spec.sources.length === 0
    if (needsInput && input === undefined) throw JOB_NO_INPUT({ name: spec.name })
    if (!needsInput && input !== undefined) throw JOB_HAS_SOURCE({ name: spec.name })
    if (input !== undefined && !isInput(input)) throw notInput(input, spec.name)
    if (input !== undefined && this.#parts.openState !== undefined) {
      throw JOB_INPUT_STATE({ name: spec.name })
    }
    const { isIterated = spec.sinks.length === 0 } = this.#parts
    const channel = isIterated ? new ResultChannel<Out>(() => void this.stop()) : undefined
    const whole: JobSpec = {
      ...spec,
      sources:
        input === undefined
          ? spec.sources
          : [{ id: 'source', factory: iterableSource(input, runtime), time: this.#parts.time }],
      sinks:
        channel === undefined
          ? spec.sinks
          : [...spec.sinks, { id: 'sink', factory: channel.factory, from: mainOutputs(spec) }],
    }
    const file = plan?.parkedFile
    const own = this.#parts.onParked
    const parked =
      own !== undefined || file === undefined
        ? { onParked: own }
        : {
            onParked: (records: readonly ParkedRecord[]) => keepParked(file, records),
            parkedPlace: parkedPlace(file),
          }
    const engine = this.#engineOf(whole, { runtime, logger, threads, ...parked })
    this.#engine = engine
    return channel === undefined ? this.#awaited(engine) : this.#iterated(engine, channel)
  }

  /**
   * Starts a job without a source as an instance of its own that is fed by calls: `push`, `execute`, `results`, `latest`. Throws JOB_OPEN, JOB_RAN,
   * JOB_HAS_SOURCE and JOB_INPUT_STATE.
   */
  open(options: OpenOptions = {}): OpenJob<In, Out> {
    const { logger, onParked, runtime, spec, threads, time } = this.#parts
    const { name } = spec
    if (this.#engine !== undefined) throw JOB_RAN({ name })
    if (spec.sources.length > 0) throw JOB_HAS_SOURCE({ name })
    if (this.#parts.openState !== undefined) throw JOB_INPUT_STATE({ name })
    const refusal = whyClosed({ name, hasThreads: threads !== undefined }, options)
    if (refusal !== undefined) throw refusal
    const { isIterated = spec.sinks.length === 0 } = this.#parts
    const start: OpenParts['start'] = (whole) => {
      const engine = this.#engineOf(whole, { runtime, logger, onParked })
      this.#engine = engine
      return { engine, ended: this.#start(engine) }
    }
    return new OpenJob<In, Out>({ spec, runtime, time, isIterated, start }, options)
  }

  #engineOf(spec: JobSpec, options: JobOptions): EngineJob {
    const { control, openState } = this.#parts
    if (openState === undefined) return createJob({ ...spec, spills: spillsIn(tmpdir()) }, options)
    const open = (): Promise<JobState> => (this.#state = openState())
    return new StatefulEngine(spec, options, {
      open,
      ...(control === true && { serve: (state) => this.#serve(state) }),
    })
  }

  /** A system that gives no sockets is no reason not to run. */
  async #serve({ settings }: JobState): Promise<() => Promise<void>> {
    const { serveControl } = await import('./checkpoint/control.ts')
    try {
      return await serveControl(settings.dir, this)
    } catch (error) {
      this.#parts.logger?.warn(`Nobody can ask this run for savepoints: ${messageOf(error)}`)
      return () => Promise.resolve()
    }
  }

  #start(engine: EngineJob): Promise<Summary> {
    this.#summary ??= engine.run().finally(() => this.#parts.dispose())
    return this.#summary
  }

  #awaited(engine: EngineJob): JobRun<Out> {
    const summary = this.#start(engine)
    const name = this.name
    return {
      then: (fulfilled, rejected) => summary.then(fulfilled, rejected),
      [Symbol.asyncIterator]: () => {
        throw JOB_HAS_SINK({ name })
      },
    }
  }

  #iterated(engine: EngineJob, channel: ResultChannel<Out>): JobRun<Out> {
    const start = (): Promise<Summary> => this.#start(engine)
    const name = this.name
    let iterated = false
    return {
      then: (fulfilled, rejected) =>
        (iterated ? start() : Promise.reject<Summary>(JOB_NO_SINK({ name }))).then(
          fulfilled,
          rejected,
        ),
      [Symbol.asyncIterator]: () => {
        iterated = true
        start().then(
          (summary) => channel.close(summary.error),
          (error: unknown) => channel.close(error),
        )
        return channel
      },
    }
  }

  #started(): EngineJob {
    if (this.#engine === undefined) throw JOB_NOT_STARTED({ name: this.name })
    return this.#engine
  }

  /** Finishes what was read and ends; nothing open fires. */
  stop(): Promise<Summary> {
    return this.#started().stop()
  }

  /** Finishes what was read, then ends as if the input were over: everything open fires. */
  drain(): Promise<Summary> {
    return this.#started().drain()
  }

  /** Ends at once; sinks abort. */
  abort(): void {
    this.#started().abort()
  }

  /** Counts up to now; throws JOB_NOT_STARTED before `run`. */
  progress(): Progress {
    return this.#started().progress()
  }

  /**
   * Takes a checkpoint now and resolves to it when it is durable. Rejects with JOB_NOT_STARTED, with ENG_NO_CHECKPOINTS where the job
   * takes none, and with why the job ended where it did.
   */
  async checkpoint(): Promise<CheckpointHead> {
    return this.#started().checkpoint()
  }

  /**
   * Takes a checkpoint now and writes it to a file of its own, from which this job can go on anywhere. Rejects as `checkpoint` does,
   * and with JOB_STATE_FILE.
   */
  async savepoint(file: string): Promise<WrittenState> {
    await this.checkpoint()
    const state = await this.#state
    if (state === undefined) throw JOB_NO_STATE({ name: this.name })
    return state.savepoint(file)
  }

  /**
   * Gives a stage that says `parallel` another number of workers, from 1 to 64, while the job runs. Resolves when it is in force: a record that comes
   * now is with one of those; what others have in hand they finish. Without `by` and with `runs: async` workers are added and retire as they are; else
   * the pipeline goes on from a checkpoint that is taken for it. Rejects with JOB_NOT_STARTED, ENG_RESIZE where the stage cannot have it, ENG_RESIZE_OVER
   * where the job is ending, and why a worker did not open.
   */
  async resize(stage: string, workers: number): Promise<Resized> {
    return this.#started().resize(stage, workers)
  }

  /** What its sources, stages and sinks are at now: records on their way to them, event time, restarts; throws JOB_NOT_STARTED before `run`. */
  gauges(): readonly PartGauges[] {
    return this.#started().gauges()
  }

  /** The records that stages and sinks hold parked now; throws JOB_NOT_STARTED before `run`. */
  parked(): readonly ParkedRecord[] {
    return this.#started().parked()
  }

  /** Tries parked records again, in order; default all. Resolves to how many, when they have been tried. */
  releaseParked(which?: ParkedFilter): Promise<number> {
    return this.#started().releaseParked(which)
  }

  /** Gives up the parked records that failed and tries those behind them; default all. Resolves to how many there were. */
  skipParked(which?: ParkedFilter): Promise<number> {
    return this.#started().skipParked(which)
  }

  /** Frees what loading opened, for a job that will not run. */
  dispose(): Promise<void> {
    return this.#parts.dispose()
  }
}

function notInput(input: unknown, name: string): MillraceError {
  const isText = typeof input === 'string'
  const plain = isText
    ? 'a text'
    : typeof input === 'object'
      ? 'an object'
      : `${typeof input} ${JSON.stringify(input) ?? ''}`.trim()
  return JOB_INPUT({ name, got: input === null ? 'null' : plain, isText })
}
