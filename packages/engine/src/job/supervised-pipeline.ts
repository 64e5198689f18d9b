import type { MillraceError, Runtime } from '@millrace/base'
import {
  type ActorContext,
  type ActorSystem,
  type Behavior,
  createActorSystem,
  ignore,
  type Supervisor,
} from '@millrace/core'
import type { Logger } from '@millrace/sdk'
import { ENG_GAVE_UP, ENG_INTERNAL } from '../errors.ts'
import { ENG_RESIZE_OVER } from '../plan/errors.ts'
import type { JobCheckpoint } from '../checkpoint/checkpoint.ts'
import { rescale } from '../checkpoint/rescale.ts'
import { expandParallel } from '../plan/expand-parallel.ts'
import type { JobSpec } from '../plan/job-spec.ts'
import type { Resized } from '../report/summary.ts'
import { pipelineRestart, restartOfLost } from '../plan/pipeline-restart.ts'
import { growsInPlace, resized, whyNotRebuilt } from '../plan/resized.ts'
import { ENG_WORKER_BLOCKED, ENG_WORKER_LOST } from '../threads/errors.ts'
import { Incarnation } from './incarnation.ts'
import { internal } from './to-error.ts'
import type { PoolOf } from './pool.ts'

/** What a pipeline needs of its job. */
export interface PipelineHost {
  readonly runtime: Runtime
  readonly logger: Logger
  readonly asked: () => 'stop' | 'drain' | undefined
  readonly warn: (sentence: string) => void
  readonly threads?: PoolOf | undefined
}

/** What has been resized. */
interface Passed {
  /** Resolves when all is passed on that came before. */
  readonly passed: Promise<void>
}

/** The pipeline of a job as the child of core's supervisor, which lets it begin anew where the job says so. */
export class SupervisedPipeline {
  /** With the numbers of workers that are in force. */
  #whole: JobSpec
  #spec: JobSpec
  readonly #host: PipelineHost
  readonly #system: ActorSystem
  readonly #over: Promise<void>
  #current: Incarnation
  #supervisor: Supervisor | undefined
  #isEnding = false
  #partRestarts = 0
  #finish: () => void = () => {}
  /** Resolves when the last resize is through. */
  #resizing: Promise<unknown> = Promise.resolve()
  /** What the pipeline is built anew for, as it could be. */
  #rebuilds: { readonly spec: JobSpec; readonly done: () => void } | undefined
  /** Who waits for an incarnation that has begun. */
  #waiting: (() => void)[] = []
  /** Told of each incarnation whose sources begin to read. */
  onBegin: () => void = () => {}
  /** How often the whole pipeline began anew. */
  restarts = 0

  constructor(spec: JobSpec, host: PipelineHost) {
    this.#whole = spec
    this.#spec = expandParallel(spec)
    this.#host = host
    this.#system = createActorSystem({ runtime: host.runtime, name: spec.name })
    this.#current = this.#incarnation(1)
    this.#over = new Promise((resolve) => {
      this.#finish = () => {
        this.#isEnding = true
        resolve()
        this.#tellWaiting()
      }
    })
  }

  /** As it is now. */
  get spec(): JobSpec {
    return this.#whole
  }

  /** The last incarnation: what it counts is what the job counts. */
  get current(): Incarnation {
    return this.#current
  }

  /** Restarts of single parts, those of earlier incarnations too. */
  get partRestarts(): number {
    return this.#partRestarts + restartsOf(this.#current)
  }

  /** Resolves when the last incarnation has ended; it is then settled and closed by whoever asked for it. */
  async run(): Promise<void> {
    const { intensity = 0, periodMs = 1, backoff } = restartOfLost(this.#spec) ?? {}
    this.#supervisor = this.#system.supervise({
      id: 'job',
      intensity,
      periodMs,
      // What crashes here has not asked before: nothing of ours.
      onEscalate: (cause) => this.#lost(cause),
      children: [
        {
          id: 'run',
          restart: 'transient',
          shutdownMs: Infinity,
          ...(backoff !== undefined && { backoff }),
          create: (context: ActorContext<'failed'>) => this.#create(context),
        },
      ],
    })
    this.#supervisor.started().catch((error: unknown) => this.#lost(error))
    await this.#over
  }

  /** The job is asked to end: the pipeline does not begin anew any more. */
  end(): void {
    this.#isEnding = true
    if (this.#current.isGivenUp && this.#rebuilds === undefined) this.#finish()
  }

  /** Gives a stage another number of workers, one stage after the other. Rejects with ENG_RESIZE, ENG_RESIZE_OVER and what ended the job meanwhile. */
  resize(stage: string, workers: number): Promise<Resized> {
    const turn = this.#resizing.then(() => this.#resize(stage, workers))
    this.#resizing = turn.then(
      ({ passed }) => passed,
      () => undefined,
    )
    return turn.then(({ resized: done }) => done)
  }

  /** Where the pipeline begins anew meanwhile, that one is resized. */
  async #resize(id: string, workers: number): Promise<Passed & { readonly resized: Resized }> {
    const whole = resized(this.#whole, id, workers)
    const before = this.#whole.stages.find((one) => one.id === id)?.parallel?.workers ?? 1
    const done = { stage: id, before, workers }
    for (;;) {
      await this.#untilBegun()
      if (this.#isEnding) throw ENG_RESIZE_OVER({ id })
      const current = this.#current
      try {
        return { resized: done, ...(await this.#resizeNow(whole, done)) }
      } catch (error) {
        if (this.#isEnding || !current.over) throw error
      }
    }
  }

  async #resizeNow(whole: JobSpec, { before, stage, workers }: Resized): Promise<Passed> {
    const hasPool = this.#host.threads !== undefined
    const done = { passed: Promise.resolve() }
    if (before === workers || this.#whole === whole) return done
    const { growth, nodes } = this.#current
    if (growsInPlace(this.#spec, stage, hasPool) && !nodes.isMixed(stage)) {
      const { passed } = await growth.resize(stage, workers)
      this.#whole = whole
      this.#spec = expandParallel(whole)
      return { passed }
    }
    const why = whyNotRebuilt(this.#spec, stage, hasPool)
    if (why !== undefined) throw why
    await this.#rebuild(whole, stage)
    return done
  }

  /** Goes on from a checkpoint that is taken now, with another spec, or from that which is under way. */
  async #rebuild(whole: JobSpec, id: string): Promise<void> {
    const current = this.#current
    const { checkpoints } = current
    await (checkpoints?.progress.isPending === true ? checkpoints.settled : checkpoints?.take())
    if (this.#isEnding || current.over) throw current.error ?? ENG_RESIZE_OVER({ id })
    const built = new Promise<void>((done) => {
      this.#rebuilds = { spec: whole, done }
    })
    current.fail(ENG_RESIZE_OVER({ id }))
    await built
    const { error } = this.#current
    if (this.#whole !== whole || error !== undefined) throw error ?? ENG_RESIZE_OVER({ id })
  }

  /** The incarnation has made way for one with another spec. */
  async #buildAnew(current: Incarnation, crash: () => void, whole: JobSpec): Promise<void> {
    const { error } = current
    await current.giveUp()
    this.#partRestarts += restartsOf(current)
    const restored = await current.checkpoints?.last()
    // Aborted meanwhile.
    if (current.error !== error) return this.#finish()
    this.#whole = whole
    this.#spec = expandParallel(whole)
    const next = this.#incarnation(2, restored)
    this.#current = next
    if (this.#host.asked() !== undefined) next.pause()
    await next.open()
    if (await this.#beginsAnew(next)) return crash()
    this.#begin(next, crash)
  }

  #begin(current: Incarnation, crash: () => void): void {
    this.onBegin()
    current.begin()
    this.#tellWaiting()
    void this.#follow(current, crash)
  }

  async #untilBegun(): Promise<void> {
    const runs = ({ hasBegun, isGivenUp, over }: Incarnation): boolean =>
      hasBegun && !isGivenUp && !over
    while (!this.#isEnding && !runs(this.#current)) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }

  #tellWaiting(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const tell of waiting) tell()
  }

  /** Ends all actors; the incarnation must be settled. */
  async close(): Promise<void> {
    this.#isEnding = true
    await this.#current.close()
    await this.#supervisor?.stop()
    await this.#system.stop()
  }

  #incarnation(number: number, restored?: JobCheckpoint): Incarnation {
    const { asked, logger, runtime, threads, warn } = this.#host
    const spec = this.#spec
    const system = this.#system
    const host = { runtime, logger, system, asked, threads, warn }
    const checkpoints = number === 1 ? undefined : this.#current.checkpoints?.progress
    // It may have been taken with other numbers of workers.
    const fitting = restored && rescale(restored, spec.stages)
    return new Incarnation({ ...host, spec, number, restored: fitting, checkpoints })
  }

  async #create(context: ActorContext<'failed'>): Promise<Behavior<'failed'> | typeof ignore> {
    if (this.#isEnding && context.incarnation > 1) return ignore
    if (context.incarnation > 1) {
      // Does nothing unless the actor itself was brought down.
      await this.#current.giveUp()
      this.#partRestarts += restartsOf(this.#current)
      this.restarts++
      // Where there are checkpoints, it begins anew from the last one.
      const restored = await this.#current.checkpoints?.last()
      this.#current = this.#incarnation(context.incarnation, restored)
    }
    const current = this.#current
    await current.open()
    if (await this.#beginsAnew(current)) throw current.error as Error
    this.#begin(current, () => context.self.tell('failed'))
    return {
      receive: () => {
        throw this.#current.error as Error
      },
    }
  }

  async #follow(current: Incarnation, crash: () => void): Promise<void> {
    await current.ended
    const rebuilds = this.#rebuilds
    if (rebuilds !== undefined) {
      // Where it has ended for another reason, nothing is built for this one.
      const isMeant = current.error?.code === ENG_RESIZE_OVER.code
      if (isMeant) await this.#buildAnew(current, crash, rebuilds.spec)
      this.#rebuilds = undefined
      rebuilds.done()
      if (isMeant) return
    }
    if (await this.#beginsAnew(current)) crash()
    else this.#finish()
  }

  /**
   * Whether the supervisor will start the pipeline again; then nothing of this incarnation is left. It is asked first, as what a
   * failed job leaves, such as dead letters, must be settled while the sinks are open.
   */
  async #beginsAnew(current: Incarnation): Promise<boolean> {
    const { error, hasOpened } = current
    const budget = this.#supervisor?.inspect().budget
    const restart = isLoss(error) ? restartOfLost(this.#spec) : pipelineRestart(this.#spec)
    const isAllowed = restart !== undefined && !this.#isEnding
    if (budget === undefined || !isAllowed || error === undefined || !mayPass(error)) return false
    // What does not start at all is most often configured wrong, as with any supervisor.
    if (this.restarts === 0 && !hasOpened) return false
    const { intensity, periodMs, restarts } = budget
    const failures = restarts.length + 1
    if (failures > intensity) {
      const details = { failures, intensity, periodMs, last: error.message }
      current.explain(ENG_GAVE_UP(details, error.where, error))
      return false
    }
    this.#host.warn(`The pipeline begins anew (${failures} of ${intensity}): ${error.message}`)
    await current.giveUp()
    return !this.#isEnding
  }

  #lost(cause: unknown): void {
    this.#current.fail(internal(cause))
    this.#finish()
  }
}

/** Whether a worker thread is gone, and with it what its stages held. */
function isLoss(error: MillraceError | undefined): boolean {
  return error?.code === ENG_WORKER_LOST.code || error?.code === ENG_WORKER_BLOCKED.code
}

/** Also where an actor of ours came down: what it held is lost, and with a new beginning it is not missed. */
function mayPass(error: MillraceError): boolean {
  return error.retry === 'later' || error.code === ENG_INTERNAL.code
}

function restartsOf({ nodes: { resources, sources, stages, sinks } }: Incarnation): number {
  const counts = [
    ...resources.map(({ resource }) => resource.restarts),
    ...sources.map(({ task }) => task.restarts),
    ...stages.map(({ task }) => task.restarts),
    ...sinks.map(({ task }) => task.writer.restarts),
  ]
  return counts.reduce((sum, count) => sum + count, 0)
}
