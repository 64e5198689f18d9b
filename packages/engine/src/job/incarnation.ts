import { messageOf, type MillraceError, type Runtime } from '@millrace/base'
import { type ActorSystem, RestartBudget } from '@millrace/core'
import { jobDefaults, type Logger, type SinkToken } from '@millrace/sdk'
import { ENG_ABORTED, ENG_ERROR_RATE } from '../errors.ts'
import type { JobCheckpoint } from '../checkpoint/checkpoint.ts'
import type { JobSpec } from '../plan/job-spec.ts'
import { hasThreads, stageOf } from '../plan/parallel-spec.ts'
import { DeadLetterLog } from '../report/dead-letter-log.ts'
import type { CheckpointProgress } from '../report/summary.ts'
import { crashed, type Crashed } from '../run/crashed.ts'
import type { ParkedRecord } from '../run/dead-letter.ts'
import { Delays } from '../run/delays.ts'
import { ErrorRate } from '../run/error-rate.ts'
import type { Committing } from '../run/committing.ts'
import type { LetGo } from '../run/let-go.ts'
import type { ParkedFilter } from '../run/parking-lot.ts'
import type { Barriers, FailedRecord, TaskHost } from '../run/task-host.ts'
import { Coordinator } from '../checkpoint/coordinator.ts'
import { buildNodes, type Nodes } from './build-tasks.ts'
import { Cells } from './cells.ts'
import { Cleanups } from './cleanups.ts'
import { openGates } from './gate-nodes.ts'
import { Growth } from './growth.ts'
import { handOver } from './hand-over.ts'
import { openPart } from './open-part.ts'
import type { Pool, PoolOf } from './pool.ts'
import { internal, toError } from './to-error.ts'

/** What the incarnations of a pipeline share. */
export interface IncarnationOptions {
  readonly spec: JobSpec
  readonly runtime: Runtime
  readonly logger: Logger
  readonly system: ActorSystem
  /** From 1. */
  readonly number: number
  /** What the user asked for. */
  readonly asked: () => 'stop' | 'drain' | undefined
  readonly warn: (sentence: string) => void
  /** The pipeline goes on from here. Default: where its checkpoints say. */
  readonly restored?: JobCheckpoint | undefined
  /** Runs what has a thread of its own. Default: all runs in this one. */
  readonly threads?: PoolOf | undefined
  /** Checkpoints that earlier incarnations took. Default 0. */
  readonly checkpoints?: Pick<CheckpointProgress, 'count' | 'failures'> | undefined
}

/** One life of a pipeline, from the first record of its sources on: its cells, all they hold, and how that ends. */
export class Incarnation implements TaskHost {
  readonly runtime: Runtime
  readonly logger: Logger
  readonly deadLetters = new DeadLetterLog()
  readonly delays: Delays
  readonly budget: RestartBudget
  readonly nodes: Nodes
  /** Resolves when all has passed on its last message, and when it has failed. */
  readonly ended: Promise<void>
  read: number
  readonly #coordinator: Coordinator | undefined
  readonly #options: IncarnationOptions
  readonly #errorRate: ErrorRate
  readonly #end = new AbortController()
  readonly #cleanups = new Cleanups()
  readonly #owned = new Set<unknown>()
  readonly #cells: Cells
  readonly #threads: Pool | undefined
  /** How stages and sinks are told what comes from outside, by id. */
  readonly #holders = new Map<string, (command: LetGo | Committing) => void>()
  readonly growth: Growth
  #begin: (() => void)[] = []
  #running = 0
  #error: MillraceError | undefined
  #isAborted = false
  #hasBegun = false
  #workersHaveOpened = false
  #isGivenUp = false
  #wake: () => void = () => {}
  readonly #aborted: Promise<void>
  #cutShort: () => void = () => {}

  constructor(options: IncarnationOptions) {
    const { logger, runtime, spec, system } = options
    this.runtime = runtime
    this.logger = logger
    this.#options = options
    this.delays = new Delays(runtime)
    const { intensity, periodMs } = spec.restart ?? jobDefaults.restart
    this.budget = new RestartBudget(intensity, periodMs)
    this.#errorRate = new ErrorRate(spec.errors ?? jobDefaults.errors)
    this.#cells = new Cells(system, (error) => {
      // Where all has passed on its last message nobody needs them any more.
      if (!this.#hasBegun || this.#running > 0) this.fail(internal(error))
    })
    const { checkpoint } = spec
    const restored = options.restored ?? checkpoint?.restored
    this.read = restored?.read ?? 0
    const { checkpoints = { count: 0, failures: 0 } } = options
    // From its first own checkpoint on a run is the one that goes on.
    const setAside = checkpoints.count === 0 ? checkpoint?.setAside : undefined
    this.#coordinator =
      checkpoint &&
      new Coordinator(this, { ...checkpoint, restored, setAside }, () => this.nodes, checkpoints)
    this.#threads = hasThreads(spec) ? options.threads?.(this, spec, restored) : undefined
    this.nodes = buildNodes(spec, this, { restored, setAside }, this.#threads)
    this.ended = new Promise((resolve) => {
      this.#wake = resolve
    })
    this.#aborted = new Promise((resolve) => {
      this.#cutShort = resolve
    })
    this.growth = new Growth(this.nodes, {
      open: (node) => this.#openReader(node, false),
      isEnding: () => this.over || this.#running === 0,
      checkpoints: this.#coordinator,
      joined: (count) => void (this.#running += count),
      ended: this.ended,
    })
  }

  get signal(): AbortSignal {
    return this.#end.signal
  }

  get error(): MillraceError | undefined {
    return this.#error
  }

  get over(): boolean {
    return this.#error !== undefined
  }

  get stopping(): boolean {
    return this.#options.asked() === 'stop'
  }

  /** It has been taken back: nothing of it stays but its error. */
  get isGivenUp(): boolean {
    return this.#isGivenUp
  }

  /** All its parts were open once, but for those of workers that a job without checkpoints does not wait for. */
  get hasBegun(): boolean {
    return this.#hasBegun
  }

  /** All its parts were open once. */
  get hasOpened(): boolean {
    return this.#hasBegun && (this.#threads === undefined || this.#workersHaveOpened)
  }

  /** Creates and opens everything, readers before writers. Fails the incarnation where that does not work; never rejects. */
  async open(): Promise<void> {
    try {
      await this.#openAll()
    } catch (error) {
      this.fail(toError(error))
    }
  }

  /** Lets the sources read. */
  begin(): void {
    if (this.over) return
    this.#hasBegun = true
    const read = (): void => {
      for (const source of this.#begin) source()
    }
    if (this.#coordinator === undefined) read()
    else void this.#coordinator.begin(read)
  }

  /** Sources read no more; what was read goes on. */
  pause(): void {
    if (this.over) return
    this.#coordinator?.pause()
    this.#threads?.pause(this.stopping)
    for (const { task } of this.nodes.sources) task.pause()
    if (this.stopping) this.delays.cutShort()
  }

  abort(): void {
    this.#isAborted = true
    this.#cutShort()
    for (const { task } of this.nodes.sinks) task.cut()
    if (this.#isGivenUp) this.#error = ENG_ABORTED({})
    else this.fail(ENG_ABORTED({}))
  }

  fail(error: MillraceError): void {
    if (this.#error !== undefined) return
    this.#error = error
    this.#end.abort(error)
    this.#coordinator?.pause()
    this.delays.cutShort()
    const { gates, sources, stages, sinks } = this.nodes
    handOver(this.nodes)
    for (const { task } of [...sources, ...stages, ...gates, ...sinks]) task.halt()
    this.#threads?.halt()
    this.#wake()
  }

  countFailure({ cause, code, message, position, stage }: FailedRecord): void {
    const rate = this.#errorRate
    if (!rate.add(position ?? Math.max(0, this.read - 1))) return
    const { atMost, failed, of } = rate
    const last = `${code}: ${message}`
    this.fail(ENG_ERROR_RATE({ failed, of, atMost, last }, { stage }, cause))
  }

  /** Says more of why it failed. */
  explain(error: MillraceError): void {
    this.#error = error
  }

  finished(id: string): void {
    if (this.#threads?.finishedHere(id) === true) return
    this.#coordinator?.finished(id)
    this.#running--
    if (this.#running === 0) this.#wake()
  }

  warn(sentence: string): void {
    this.#options.warn(sentence)
  }

  /** What stages and sinks hold parked. */
  parked(): readonly ParkedRecord[] {
    return this.#isGivenUp ? [] : this.holding().flatMap(({ task }) => task.parked)
  }

  /** The nodes that may hold records. */
  holding(): readonly (Nodes['stages'][number] | Nodes['sinks'][number])[] {
    return [...this.nodes.stages, ...this.nodes.sinks]
  }

  /** Resolves to how many parked records were tried again or given up; `over` ends the wait. */
  async letGo(which: ParkedFilter, skips: boolean, over: Promise<unknown>): Promise<number> {
    const meant = [...this.#holders].filter(
      ([id]) => which.stage === undefined || which.stage === stageOf(id),
    )
    const counts = meant.map(([, tell]) => {
      return new Promise<number>((answer) => {
        tell({ kind: 'letGo', which, skips, done: answer })
        // What is held at the end is kept for later.
        void Promise.race([over, this.ended]).then(() => answer(0))
      })
    })
    return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0)
  }

  /**
   * Commits or aborts every sink. A failed commit fails the job, and the sinks after it abort.
   * The dead letters of a failed job stay: they say why it failed.
   */
  async settle(): Promise<void> {
    if (this.#isGivenUp) return
    await this.#lastCheckpoint()
    await this.#checkpointSettled()
    for (const { id, task } of this.nodes.sinks) {
      if (this.over) await task.drained()
      const isDeadLetter = id === this.#options.spec.deadLetter?.id
      // With checkpoints they come again, when the job goes on.
      const stays = isDeadLetter && !this.#isAborted && this.#coordinator === undefined
      const keeps = !this.over || stays
      const { token } = task
      if (keeps && task.writer.isWhole && (await this.#tried(task.writer.commit(token)))) continue
      // Also what a failed commit left undone.
      await this.#tried(task.writer.abort(this.#isAborted))
    }
    if (this.over) return
    try {
      await this.#coordinator?.ackLast()
    } catch (error) {
      // All is done and durable: what comes again is known to have been there.
      this.warn(messageOf(error))
    }
  }

  /** Nobody goes on from here before it is known whether the checkpoint that is being written counts. */
  async #checkpointSettled(): Promise<void> {
    await Promise.race([this.#coordinator?.settled, this.#aborted])
  }

  /** What takes checkpoints; absent: the job has none. */
  get checkpoints(): Coordinator | undefined {
    return this.#coordinator
  }

  get barriers(): Barriers | undefined {
    return this.#coordinator
  }

  /** What a token names becomes visible, in the sink's own turn. */
  commit(sink: string, token: SinkToken): Promise<void> {
    return new Promise((done) => this.#holders.get(sink)?.({ kind: 'committing', token, done }))
  }

  async #lastCheckpoint(): Promise<void> {
    if (this.#coordinator === undefined || this.over) return
    try {
      await this.#coordinator.end(this.stopping ? 'stopped' : 'finished')
    } catch (error) {
      this.fail(toError(error))
    }
  }

  /** Takes back all it did and closes it, its dead letters too: another incarnation begins anew. */
  async giveUp(): Promise<void> {
    if (this.#isGivenUp) return
    this.fail(ENG_ABORTED({}))
    this.#isGivenUp = true
    await this.#checkpointSettled()
    for (const { task } of this.nodes.sinks) await this.#tried(task.writer.abort(false))
    await this.#closeAll('close')
  }

  /** Closes what is open and disposes the factories. */
  close(): Promise<void> {
    return this.#closeAll()
  }

  async #closeAll(only?: 'close'): Promise<void> {
    await this.growth.opened.then(() => this.#cells.stop())
    for (const error of await this.#cleanups.run(this.runtime, only))
      this.warn(`Closing failed: ${messageOf(error)}`)
  }

  /** Whether the last step of a sink worked. The first failure is the job's; others are told. */
  async #tried(step: Promise<void>): Promise<boolean> {
    try {
      await step
      return true
    } catch (error) {
      if (this.over) this.warn(messageOf(error))
      else this.fail(toError(error))
      return false
    }
  }

  /** What was made is undone by the cleanups. */
  async #openAll(): Promise<void> {
    const { gates, resources, sources, stages, sinks } = this.nodes
    this.#running = sources.length + stages.length + gates.length + sinks.length
    const readers = [...sinks.toReversed(), ...stages.toReversed()]
    const threads = this.#threads
    if (threads !== undefined) {
      this.#cleanups.add('threads', 'close', () => threads.close())
      threads.start(this.nodes.edges)
    }
    for (const { id, resource } of resources) {
      if (this.over) return
      await resource.open()
      this.#cleanups.add(id, 'close', () => resource.close())
    }
    await openGates(gates, this.#cells)
    const isFirst = this.#options.number === 1
    // The factories of an earlier incarnation have made something, however far this one comes.
    if (!isFirst) for (const { id, factory } of [...readers, ...sources]) this.#owns(id, factory)
    for (const node of readers) {
      if (this.over) return
      await this.#openReader(node, isFirst)
    }
    // What goes back to a checkpoint when a worker does not open has one before anything is read; elsewhere nobody need wait for workers.
    const opening = threads?.opened.then(() => void (this.#workersHaveOpened = !this.over))
    if (this.#coordinator !== undefined) await opening
    for (const { factory, id, task, timerError, timers } of sources) {
      if (this.over) return
      if (isFirst) this.#owns(id, factory)
      const cell = await this.#cells.start<'pull' | Crashed>(
        id,
        () => task.open(),
        (message) => task.receive(message),
      )
      timers.crashed = (thrown) => cell.tell(crashed(timerError(thrown), timers))
      this.#cleanups.add(id, 'close', () => task.close())
      this.#begin.push(() => task.begin(() => cell.tell('pull')))
    }
  }

  /** `isNew`: nobody owns its factory so far. */
  async #openReader(
    node: Nodes['stages'][number] | Nodes['sinks'][number],
    isNew: boolean,
  ): Promise<void> {
    const { factory, id, task } = node
    if (isNew) this.#owns(id, factory)
    if ('isRemote' in node && node.isRemote) return
    const cell = await openPart(node, this.#cells)
    this.#holders.set(id, (command) => cell.tell(command))
    this.#cleanups.add(stageOf(id), 'close', () => task.close())
  }

  /** The replicas of a stage have one in common. */
  #owns(id: string, factory: { dispose(): void | Promise<void> }): void {
    if (this.#owned.has(factory)) return
    this.#owned.add(factory)
    this.#cleanups.add(stageOf(id), 'dispose', () => factory.dispose())
  }
}
