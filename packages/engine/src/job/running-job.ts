import { messageOf, type MillraceError } from '@millrace/base'
import type { Logger } from '@millrace/sdk'
import type { CheckpointHead } from '../checkpoint/checkpoint.ts'
import { ENG_NO_CHECKPOINTS, ENG_NOT_STARTED } from '../errors.ts'
import { ENG_RESIZE_OVER } from '../plan/errors.ts'
import type { JobSpec } from '../plan/job-spec.ts'
import { stageOf } from '../plan/parallel-spec.ts'
import { sumReplicas } from '../report/sum-replicas.ts'
import type { Progress, Resized, Summary } from '../report/summary.ts'
import type { ParkedRecord } from '../run/dead-letter.ts'
import type { ParkedFilter } from '../run/parking-lot.ts'
import type { StageSnapshot } from '../state/saved-state.ts'
import { joinSnapshots } from '../state/share-snapshot.ts'
import type { EngineJob, JobOptions } from './engine-job.ts'
import { toError } from './to-error.ts'
import { gaugesOf, type PartGauges } from './part-gauges.ts'
import { SupervisedPipeline } from './supervised-pipeline.ts'

/** Time between two calls of onProgress. */
const PROGRESS_MS = 250

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} }

/** One run of a job: starts its pipeline, waits for it, ends it and says how it went. */
export class RunningJob implements EngineJob {
  readonly spec: JobSpec
  readonly #options: JobOptions
  readonly #logger: Logger
  readonly #warnings = new Set<string>()
  readonly #pipeline: SupervisedPipeline
  #hasBegun = false
  #ended: Summary['state'] | undefined
  #startedAt: number | undefined
  #endedAt: number | undefined
  #asked: 'stop' | 'drain' | undefined
  #isAborted = false
  #run: Promise<Summary> | undefined

  constructor(spec: JobSpec, options: JobOptions) {
    const { logger = silent, runtime } = options
    this.spec = spec
    this.#options = options
    this.#logger = logger
    this.#pipeline = new SupervisedPipeline(options.threads ? spec : whole(spec), {
      runtime,
      logger,
      asked: () => this.#asked,
      threads: options.threads,
      warn: (sentence) => this.#warn(sentence),
    })
    this.#pipeline.onBegin = () => {
      this.#hasBegun = true
    }
  }

  run(): Promise<Summary> {
    this.#run ??= this.#runOnce()
    return this.#run
  }

  stop(): Promise<Summary> {
    return this.#ask('stop')
  }

  drain(): Promise<Summary> {
    return this.#ask('drain')
  }

  abort(): void {
    if (this.#endedAt !== undefined) return
    this.#isAborted = true
    this.#pipeline.current.abort()
    this.#pipeline.end()
  }

  progress(): Progress {
    const now = this.#endedAt ?? this.#options.runtime.monotonic()
    const { checkpoints, deadLetters, nodes } = this.#pipeline.current
    return {
      state: this.#state,
      resources: nodes.resources.map(({ id, metrics, module }) => {
        return { id, module, metrics: Object.fromEntries(metrics) }
      }),
      elapsedMs: this.#startedAt === undefined ? 0 : now - this.#startedAt,
      sources: nodes.sources.map(({ counter }) => counter.snapshot()),
      stages: sumReplicas(nodes.stages.map(({ counter }) => counter.snapshot())),
      sinks: nodes.sinks.map(({ counter }) => counter.snapshot()),
      ...workersOf(this.#pipeline.spec),
      deadLetters: deadLetters.count,
      pipelineRestarts: this.#pipeline.restarts,
      ...(checkpoints !== undefined && { checkpoint: checkpoints.progress }),
    }
  }

  gauges(): readonly PartGauges[] {
    return gaugesOf(this.#pipeline.current.nodes)
  }

  async checkpoint(): Promise<CheckpointHead> {
    const { checkpoints } = this.#pipeline.current
    if (checkpoints === undefined) throw ENG_NO_CHECKPOINTS({})
    if (this.#run === undefined) throw ENG_NOT_STARTED({})
    return checkpoints.take()
  }

  async resize(stage: string, workers: number): Promise<Resized> {
    if (this.#run === undefined) throw ENG_NOT_STARTED({})
    if (this.#asked !== undefined || this.#endedAt !== undefined) {
      throw ENG_RESIZE_OVER({ id: stage })
    }
    const done = await this.#pipeline.resize(stage, workers)
    const { before } = done
    if (before !== workers)
      this.#logger.info(`"${stage}" has ${workers} workers, in place of ${before}.`)
    return done
  }

  /** Those that have another number than they began with. */
  get #resized(): readonly Resized[] {
    const { workers: first = {} } = workersOf(this.spec)
    return Object.entries(workersOf(this.#pipeline.spec).workers ?? {}).flatMap(
      ([stage, workers]) => {
        const before = first[stage] ?? workers
        return before === workers ? [] : [{ stage, before, workers }]
      },
    )
  }

  snapshot(): Readonly<Record<string, StageSnapshot>> {
    const { stages } = this.#pipeline.current.nodes
    const told = new Map<string, StageSnapshot[]>()
    for (const { id, task } of stages) {
      const snapshot = task.snapshot?.()
      if (snapshot === undefined) continue
      const before = told.get(stageOf(id)) ?? []
      told.set(stageOf(id), [...before, snapshot])
    }
    return Object.fromEntries([...told].map(([id, shares]) => [id, joinSnapshots(shares)]))
  }

  parked(): readonly ParkedRecord[] {
    return this.#pipeline.current.parked()
  }

  releaseParked(which: ParkedFilter = {}): Promise<number> {
    return this.#letGo(which, false)
  }

  skipParked(which: ParkedFilter = {}): Promise<number> {
    return this.#letGo(which, true)
  }

  async #letGo(which: ParkedFilter, skips: boolean): Promise<number> {
    return this.#run === undefined ? 0 : this.#pipeline.current.letGo(which, skips, this.#run)
  }

  get #state(): Progress['state'] {
    if (this.#ended !== undefined) return this.#ended
    if (this.#pipeline.current.isGivenUp) return 'restarting'
    if (!this.#hasBegun) return 'starting'
    if (this.#asked === undefined) return 'running'
    return this.#asked === 'stop' ? 'stopping' : 'draining'
  }

  #warn(sentence: string): void {
    this.#warnings.add(sentence)
    this.#logger.warn(sentence)
  }

  #ask(asked: 'stop' | 'drain'): Promise<Summary> {
    if (this.#asked === undefined && this.#endedAt === undefined) {
      this.#asked = asked
      this.#pipeline.current.pause()
      this.#pipeline.end()
    }
    return this.run()
  }

  async #runOnce(): Promise<Summary> {
    this.#startedAt = this.#options.runtime.monotonic()
    const report = this.#report()
    await this.#pipeline.run()
    await this.#keepParked()
    await this.#pipeline.current.settle()
    await this.#pipeline.close()
    this.#endedAt = this.#options.runtime.monotonic()
    if (this.#error === undefined) this.#ended = this.#asked === 'stop' ? 'stopped' : 'completed'
    else this.#ended = 'failed'
    report()
    return this.#summary(this.#ended)
  }

  get #error(): MillraceError | undefined {
    return this.#pipeline.current.error
  }

  /** What is still parked goes where it is kept; results must not be seen before it is safe. */
  async #keepParked(): Promise<void> {
    const { current } = this.#pipeline
    const parked = this.#isAborted ? [] : current.parked()
    if (parked.length === 0) return
    const { onParked, parkedPlace } = this.#options
    try {
      await onParked?.(parked)
    } catch (error) {
      current.fail(toError(error))
      return
    }
    const lost = 'They are lost: nothing keeps them (onParked).'
    const kept = parkedPlace === undefined ? '' : ` They are in ${parkedPlace}`
    for (const [id, length] of Object.entries(heldBy(current))) {
      const records = `${length} parked record${length === 1 ? '' : 's'}`
      this.#warn(`"${id}" still holds ${records}.${onParked === undefined ? ` ${lost}` : kept}`)
    }
  }

  #summary(state: Summary['state']): Summary {
    const { deadLetters, nodes } = this.#pipeline.current
    const unseen = [...nodes.stages, ...nodes.sinks].flatMap(({ task }) => task.fields.unseen())
    return {
      ...this.progress(),
      state,
      name: this.spec.name,
      deadLettersByCode: Object.fromEntries(deadLetters.byCode),
      firstDeadLetters: deadLetters.first,
      warnings: [...this.#warnings, ...new Set(unseen)],
      restarts: this.#pipeline.partRestarts,
      ...(this.#resized.length > 0 && { resized: this.#resized }),
      ...(this.#error === undefined ? {} : { error: this.#error }),
    }
  }

  /** Calls onProgress now and then; the result calls it a last time and ends that. One that throws is not called again. */
  #report(): () => void {
    const { onProgress, runtime } = this.#options
    if (onProgress === undefined) return () => {}
    let broken = false
    const tell = (): void => {
      if (broken) return
      try {
        onProgress(this.progress())
      } catch (error) {
        broken = true
        this.#warn(`onProgress failed: ${messageOf(error)}`)
      }
    }
    const tick = (): void => {
      tell()
      cancel = runtime.timer(PROGRESS_MS, tick)
    }
    let cancel = runtime.timer(PROGRESS_MS, tick)
    return () => {
      cancel()
      tell()
    }
  }
}

/** Those in force. */
function workersOf({ stages }: JobSpec): Pick<Progress, 'workers'> {
  const all = stages.flatMap(({ id, parallel }) => {
    return parallel === undefined ? [] : [[id, parallel.workers] as const]
  })
  return all.length === 0 ? {} : { workers: Object.fromEntries(all) }
}

/** Without threads nobody but this one reads. */
function whole(spec: JobSpec): JobSpec {
  return { ...spec, sources: spec.sources.map((source) => ({ ...source, parallel: undefined })) }
}

/** How many records each stage and sink holds parked; those that hold none are left out. */
function heldBy(current: SupervisedPipeline['current']): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { id, task } of current.holding()) {
    const { length } = task.parked
    if (length > 0) counts[stageOf(id)] = (counts[stageOf(id)] ?? 0) + length
  }
  return counts
}
