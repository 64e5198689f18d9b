import { isMillraceError, messageOf, type MillraceError, type Runtime } from '@millrace/base'
import { RestartBudget } from '@millrace/core'
import { jobDefaults, type Logger } from '@millrace/sdk'
import { ENG_ABORTED, ENG_INTERNAL } from '../errors.ts'
import type { JobSpec } from '../plan/job-spec.ts'
import { DeadLetterLog } from '../report/dead-letter-log.ts'
import type { Progress, Summary } from '../report/summary.ts'
import { crashed, type Crashed } from '../run/crashed.ts'
import type { ParkedRecord } from '../run/dead-letter.ts'
import { Delays } from '../run/delays.ts'
import type { Arrival } from '../run/edge.ts'
import { ErrorRate } from '../run/error-rate.ts'
import type { LetGo } from '../run/let-go.ts'
import type { ParkedFilter } from '../run/parking-lot.ts'
import type { TaskHost } from '../run/task-host.ts'
import { buildNodes, type Nodes } from './build-tasks.ts'
import { Cells } from './cells.ts'
import { Cleanups } from './cleanups.ts'
import type { EngineJob, JobOptions } from './engine-job.ts'

/** Time between two calls of onProgress. */
const PROGRESS_MS = 250

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} }

/** One run of a job: starts the cells, waits for them, ends them. */
export class RunningJob implements EngineJob, TaskHost {
  readonly spec: JobSpec
  readonly runtime: Runtime
  readonly logger: Logger
  readonly errorRate: ErrorRate
  readonly deadLetters = new DeadLetterLog()
  readonly delays: Delays
  readonly budget: RestartBudget
  read = 0
  readonly #options: JobOptions
  readonly #end = new AbortController()
  readonly #cleanups = new Cleanups()
  readonly #nodes: Nodes
  readonly #warnings: string[] = []
  readonly #cells: Cells
  /** How stages and sinks are told to let go what they hold, by id. */
  readonly #holders = new Map<string, (command: LetGo) => void>()
  #state: Progress['state'] = 'starting'
  #startedAt: number | undefined
  #endedAt: number | undefined
  #running = 0
  #error: MillraceError | undefined
  #asked: 'stop' | 'drain' | undefined
  #aborted = false
  #wake: () => void = () => {}
  #run: Promise<Summary> | undefined

  constructor(spec: JobSpec, options: JobOptions) {
    this.spec = spec
    this.runtime = options.runtime
    this.logger = options.logger ?? silent
    this.#options = options
    this.delays = new Delays(options.runtime)
    const { intensity, periodMs } = spec.restart ?? jobDefaults.restart
    this.budget = new RestartBudget(intensity, periodMs)
    this.errorRate = new ErrorRate(spec.errors ?? jobDefaults.errors)
    this.#cells = new Cells(spec.name, this.runtime, (error) => this.fail(internal(error)))
    this.#nodes = buildNodes(spec, this)
  }

  get signal(): AbortSignal {
    return this.#end.signal
  }

  get over(): boolean {
    return this.#error !== undefined
  }

  get stopping(): boolean {
    return this.#asked === 'stop'
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
    this.#aborted = true
    for (const { task } of this.#nodes.sinks) task.cut()
    this.fail(ENG_ABORTED({}))
  }

  fail(error: MillraceError): void {
    if (this.#error !== undefined) return
    this.#error = error
    this.#end.abort(error)
    this.delays.cutShort()
    const { sources, stages, sinks } = this.#nodes
    const readers = new Set(sinks.flatMap(({ task }) => task.lasting))
    if (readers.size > 0) {
      for (const { task } of [...sources, ...stages]) task.handOver(readers)
    }
    for (const { task } of [...sources, ...stages, ...sinks]) task.halt()
    this.#wake()
  }

  finished(): void {
    this.#running--
    if (this.#running === 0) this.#wake()
  }

  warn(sentence: string): void {
    this.#warnings.push(sentence)
    this.logger.warn(sentence)
  }

  progress(): Progress {
    const now = this.#endedAt ?? this.runtime.monotonic()
    return {
      state: this.#state,
      elapsedMs: this.#startedAt === undefined ? 0 : now - this.#startedAt,
      sources: this.#nodes.sources.map(({ counter }) => counter.snapshot()),
      stages: this.#nodes.stages.map(({ counter }) => counter.snapshot()),
      sinks: this.#nodes.sinks.map(({ counter }) => counter.snapshot()),
      deadLetters: this.deadLetters.count,
    }
  }

  parked(): readonly ParkedRecord[] {
    return this.#holding().flatMap(({ task }) => task.parked)
  }

  releaseParked(which: ParkedFilter = {}): Promise<number> {
    return this.#letGo(which, false)
  }

  skipParked(which: ParkedFilter = {}): Promise<number> {
    return this.#letGo(which, true)
  }

  async #letGo(which: ParkedFilter, skips: boolean): Promise<number> {
    const run = this.#run
    if (run === undefined) return 0
    const meant = [...this.#holders].filter(
      ([id]) => which.stage === undefined || which.stage === id,
    )
    const counts = meant.map(([, tell]) => {
      return new Promise<number>((answer) => {
        tell({ kind: 'letGo', which, skips, done: answer })
        // What is held at the end is kept for later.
        void run.then(() => answer(0))
      })
    })
    return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0)
  }

  #holding(): readonly (Nodes['stages'][number] | Nodes['sinks'][number])[] {
    return [...this.#nodes.stages, ...this.#nodes.sinks]
  }

  #ask(asked: 'stop' | 'drain'): Promise<Summary> {
    if (this.#asked === undefined && this.#endedAt === undefined) {
      this.#asked = asked
      if (!this.over) {
        if (this.#state === 'running') this.#state = asked === 'stop' ? 'stopping' : 'draining'
        for (const { task } of this.#nodes.sources) task.pause()
        if (asked === 'stop') this.delays.cutShort()
      }
    }
    return this.run()
  }

  async #runOnce(): Promise<Summary> {
    this.#startedAt = this.runtime.monotonic()
    const ended = new Promise<void>((resolve) => {
      this.#wake = resolve
    })
    const report = this.#report()
    try {
      const begin = await this.#start()
      if (!this.over) {
        if (this.#asked === undefined) this.#state = 'running'
        else this.#state = this.#asked === 'stop' ? 'stopping' : 'draining'
        for (const source of begin) source()
        await ended
      }
    } catch (error) {
      this.fail(isMillraceError(error) ? error : internal(error))
    }
    await this.#keepParked()
    await this.#settle()
    await this.#close()
    report()
    return this.#summary()
  }

  /** Creates and opens everything, readers before writers. What was made is undone by the cleanups. */
  async #start(): Promise<readonly (() => void)[]> {
    const { sources, stages, sinks } = this.#nodes
    this.#running = sources.length + stages.length + sinks.length
    for (const node of [...sinks.toReversed(), ...stages.toReversed()]) {
      const { edges, factory, id, task, timerError, timers } = node
      if (this.over) return []
      this.#cleanups.add(id, 'dispose', () => factory.dispose())
      const cell = await this.#cells.start<Arrival | LetGo | Crashed>(
        id,
        () => task.open(),
        (message) => task.receive(message),
      )
      timers.crashed = (thrown) => cell.tell(crashed(timerError(thrown), timers))
      this.#holders.set(id, (command) => cell.tell(command))
      this.#cleanups.add(id, 'close', () => task.close())
      for (const edge of edges) edge.connect(cell)
    }
    const begin: (() => void)[] = []
    for (const { factory, id, task, timerError, timers } of sources) {
      if (this.over) return []
      this.#cleanups.add(id, 'dispose', () => factory.dispose())
      const cell = await this.#cells.start<'pull' | Crashed>(
        id,
        () => task.open(),
        (message) => task.receive(message),
      )
      timers.crashed = (thrown) => cell.tell(crashed(timerError(thrown), timers))
      this.#cleanups.add(id, 'close', () => task.close())
      begin.push(() => task.begin(() => cell.tell('pull')))
    }
    return begin
  }

  /** What is still parked goes where it is kept; results must not be seen before it is safe. */
  async #keepParked(): Promise<void> {
    const parked = this.#aborted ? [] : this.parked()
    if (parked.length === 0) return
    for (const { id, task } of this.#holding()) {
      const { length } = task.parked
      if (length > 0)
        this.warn(`"${id}" still holds ${length} parked record${length === 1 ? '' : 's'}.`)
    }
    try {
      await this.#options.onParked?.(parked)
    } catch (error) {
      this.fail(isMillraceError(error) ? error : internal(error))
    }
  }

  /**
   * Commits or aborts every sink. A failed commit fails the job, and the sinks after it abort.
   * The dead letters of a failed job stay: they say why it failed.
   */
  async #settle(): Promise<void> {
    for (const { id, task } of this.#nodes.sinks) {
      if (this.over) await task.drained()
      const keeps = !this.over || (id === this.spec.deadLetter?.id && !this.#aborted)
      if (keeps && task.writer.isWhole && (await this.#tried(task.writer.commit()))) continue
      // Also what a failed commit left undone.
      await this.#tried(task.writer.abort(this.#aborted))
    }
  }

  /** Whether the last step of a sink worked. The first failure is the job's; others are told. */
  async #tried(step: Promise<void>): Promise<boolean> {
    try {
      await step
      return true
    } catch (error) {
      if (this.over) this.warn(messageOf(error))
      else this.fail(isMillraceError(error) ? error : internal(error))
      return false
    }
  }

  async #close(): Promise<void> {
    await this.#cells.stop()
    for (const error of await this.#cleanups.run(this.runtime))
      this.warn(`Closing failed: ${messageOf(error)}`)
    this.#endedAt = this.runtime.monotonic()
    if (this.over) this.#state = 'failed'
    else this.#state = this.stopping ? 'stopped' : 'completed'
  }

  #summary(): Summary {
    const progress = this.progress()
    const state = this.over ? 'failed' : this.stopping ? 'stopped' : 'completed'
    const { sources, stages, sinks } = this.#nodes
    const unseen = [...stages, ...sinks].flatMap(({ task }) => task.fields.unseen())
    const counts = [
      ...sources.map(({ task }) => task.restarts),
      ...stages.map(({ task }) => task.runner.restarts),
      ...sinks.map(({ task }) => task.writer.restarts),
    ]
    const restarts = counts.reduce((sum, count) => sum + count, 0)
    return {
      ...progress,
      state,
      name: this.spec.name,
      deadLettersByCode: Object.fromEntries(this.deadLetters.byCode),
      firstDeadLetters: this.deadLetters.first,
      warnings: [...this.#warnings, ...unseen],
      restarts,
      ...(this.#error === undefined ? {} : { error: this.#error }),
    }
  }

  /** Calls onProgress now and then; the result calls it a last time and ends that. One that throws is not called again. */
  #report(): () => void {
    const { onProgress } = this.#options
    if (onProgress === undefined) return () => {}
    let broken = false
    const tell = (): void => {
      if (broken) return
      try {
        onProgress(this.progress())
      } catch (error) {
        broken = true
        this.warn(`onProgress failed: ${messageOf(error)}`)
      }
    }
    const tick = (): void => {
      tell()
      cancel = this.runtime.timer(PROGRESS_MS, tick)
    }
    let cancel = this.runtime.timer(PROGRESS_MS, tick)
    return () => {
      cancel()
      tell()
    }
  }
}

function internal(error: unknown): MillraceError {
  return ENG_INTERNAL({ message: messageOf(error) }, undefined, error)
}
