import { messageOf, type MillraceError, type Runtime } from '@millrace/base'
import { type ActorRef, type ActorSystem, createActorSystem, RestartBudget } from '@millrace/core'
import { jobDefaults, type Logger, PARTIALS } from '@millrace/sdk'
import { ENG_ABORTED } from '../errors.ts'
import type { JobCheckpoint, SourceSnapshot, StageCheckpoint } from '../checkpoint/checkpoint.ts'
import { buildNodes, type Nodes } from '../job/build-tasks.ts'
import type { SourceReader } from '../job/source-reader.ts'
import { Cells } from '../job/cells.ts'
import { Cleanups } from '../job/cleanups.ts'
import { internal, toError } from '../job/to-error.ts'
import { openPart } from '../job/open-part.ts'
import type { JobSpec, StageSpec } from '../plan/job-spec.ts'
import { stageOf } from '../plan/parallel-spec.ts'
import { placeOf } from '../plan/place.ts'
import { DeadLetterLog } from '../report/dead-letter-log.ts'
import { Delays } from '../run/delays.ts'
import { type Crashed, crashed } from '../run/crashed.ts'
import { hookError } from '../run/stage-instance.ts'
import type { Barriers, FailedRecord, TaskHost } from '../run/task-host.ts'
import { ENG_WORKER_RECORD } from './errors.ts'
import type { LinkMessage, Post } from './link-message.ts'
import { Links, MAIN } from './links.ts'
import { portableCapture } from './portable-capture.ts'
import type { Compile } from './row-code.ts'
import { toSent } from './sent-error.ts'
import type { FromThread, ThreadSide, ToThread } from './thread-message.ts'

/** Time between two reports of what its stages have counted. */
const REPORT_MS = 100

/** What a worker thread runs. */
export interface SegmentOptions {
  /** The whole job, expanded, of which only the stages of this thread are real. */
  readonly spec: JobSpec
  readonly side: ThreadSide
  readonly runtime: Runtime
  readonly compile: Compile | undefined
  readonly hasCheckpoints: boolean
  readonly restored: Readonly<Record<string, StageCheckpoint>> | undefined
  readonly sources: Readonly<Record<string, SourceSnapshot>>
}

/** The sources and stages of a job that run in one worker thread: what they need of the job, they get from its thread. */
export class Segment implements TaskHost {
  readonly runtime: Runtime
  readonly logger: Logger
  readonly deadLetters = new DeadLetterLog()
  readonly delays: Delays
  readonly budget: RestartBudget
  readonly barriers: Barriers | undefined
  readonly #options: SegmentOptions
  readonly #system: ActorSystem
  readonly #cells: Cells
  readonly #cleanups = new Cleanups()
  readonly #end = new AbortController()
  readonly #nodes: Nodes
  readonly #links: Links
  /** Stages that get their records here. */
  readonly #lanes: ReadonlySet<string>
  /** What came before all was open. */
  #early: (ToThread | LinkMessage)[] | undefined = []
  /** Sources that are open, by id. */
  readonly #readers = new Map<string, ActorRef<'pull' | Crashed>>()
  #cancelReport: () => void = () => {}
  read = 0
  stopping = false

  constructor(options: SegmentOptions) {
    const { compile, hasCheckpoints, runtime, side, spec } = options
    this.#options = options
    this.runtime = runtime
    this.logger = loggerTo((message) => side.main.post(message))
    this.delays = new Delays(runtime)
    const { intensity, periodMs } = spec.restart ?? jobDefaults.restart
    this.budget = new RestartBudget(intensity, periodMs)
    this.barriers = hasCheckpoints
      ? { reached: (id) => this.#capture(id), numberFor: () => 0 }
      : undefined
    this.#system = createActorSystem({ runtime, name: `${spec.name}-${side.thread}` })
    this.#cells = new Cells(this.#system, (error) => this.fail(internal(error)))
    const parts = [...spec.sources, ...spec.stages]
    this.#lanes = new Set(spec.stages.filter(isLane).map(({ id }) => id))
    const threads = new Map(parts.map(({ id, thread = MAIN }) => [id, thread]))
    const threadOf = (part: string): number => threads.get(part) ?? MAIN
    const { sources } = options
    const restored = { stages: options.restored ?? {}, sources, sinks: {} }
    this.#nodes = buildNodes(
      { ...spec, stages: spec.stages.map(withoutWatch) },
      this,
      { restored: restored as Pick<JobCheckpoint, keyof typeof restored> as JobCheckpoint },
      {
        isHere: (part) => threadOf(part) === side.thread,
        standIn: () => undefined,
        want: (id) => side.main.post({ kind: 'wants', id }),
      },
    )
    this.#links = new Links(this.#nodes.edges, {
      here: side.thread,
      threadOf,
      compile,
      postTo: (thread) => this.#postTo(thread),
      failed: (writer, error) => this.#refuse(writer, error),
      neededOf: (writer, input) =>
        input === PARTIALS ? undefined : spec.stages.find(({ id }) => id === writer)?.needed,
    })
    for (const peer of side.peers.values()) peer.listen((message) => this.take(message))
  }

  get signal(): AbortSignal {
    return this.#end.signal
  }

  get over(): boolean {
    return this.signal.aborted
  }

  /** Opens its stages, readers before writers. Never rejects: what goes wrong the job is told. */
  async open(): Promise<void> {
    try {
      for (const node of this.#nodes.stages.toReversed()) {
        if (this.over) return
        await openPart(node, this.#cells)
        this.#cleanups.add(stageOf(node.id), 'close', () => node.task.close())
      }
      for (const reader of this.#nodes.readers) {
        if (this.over) return
        await this.#openReader(reader)
      }
    } catch (error) {
      this.fail(toError(error))
      return
    }
    this.#report()
    this.#options.side.main.post({ kind: 'opened' })
    const early = this.#early ?? []
    this.#early = undefined
    for (const message of early) this.take(message)
  }

  take(message: ToThread | LinkMessage): void {
    if (this.#early !== undefined && message.kind !== 'halt') this.#early.push(message)
    else if (message.kind === 'pause') this.#pause(message.isStopping)
    else if (message.kind === 'halt') this.#halt(ENG_ABORTED({}))
    else if (message.kind === 'capture') this.#capture(message.id)
    else if (message.kind === 'read' || message.kind === 'give') this.#give(message)
    else if (message.kind === 'stand') this.#stand(message.id, (reader) => reader.task.barrier())
    else this.#link(message)
  }

  fail(error: MillraceError): void {
    if (this.over) return
    this.#halt(error)
    this.#tell()
    this.#options.side.main.post({ kind: 'failed', error: toSent(error) })
  }

  countFailure({ code, message, position, stage }: FailedRecord): void {
    this.#options.side.main.post({ kind: 'failure', code, message, position, stage })
  }

  finished(id: string): void {
    this.#tell()
    if (this.barriers !== undefined) {
      this.#capture(id)
      this.#stand(id, (reader) => reader.task.snapshot())
    }
    this.#options.side.main.post({ kind: 'finished', id })
  }

  warn(sentence: string): void {
    this.#options.side.main.post({ kind: 'warn', sentence })
  }

  /** Closes what is open. */
  async close(): Promise<void> {
    this.#cancelReport()
    await this.#cells.stop()
    for (const error of await this.#cleanups.run(this.runtime)) {
      this.warn(`Closing failed: ${messageOf(error)}`)
    }
    await this.#system.stop()
  }

  async #openReader(reader: SourceReader): Promise<void> {
    const { id, task, timerError, timers } = reader
    const cell = await this.#cells.start<'pull' | Crashed>(
      id,
      () => task.open(),
      (message) => task.receive(message),
    )
    timers.crashed = (thrown) => cell.tell(crashed(timerError(thrown), timers))
    this.#cleanups.add(stageOf(id), 'close', () => task.close())
    this.#readers.set(id, cell)
  }

  #give({ id, isLast, kind, pieces }: ToThread & { readonly kind: 'read' | 'give' }): void {
    const reader = this.#nodes.readers.find((one) => one.id === id)
    if (reader === undefined || this.over) return
    reader.task.give(pieces, isLast)
    if (kind === 'read') reader.task.begin(() => this.#readers.get(id)?.tell('pull'))
  }

  #stand(id: string, snapshot: (reader: SourceReader) => SourceSnapshot): void {
    const reader = this.#nodes.readers.find((one) => one.id === id)
    if (reader === undefined || this.over) return
    this.#options.side.main.post({ kind: 'stands', id, snapshot: snapshot(reader) })
    this.#tell()
  }

  #link(message: ToThread | LinkMessage): void {
    if ('link' in message && !this.over) this.#links.take(message)
  }

  #postTo(thread: number): Post {
    const { main, peers } = this.#options.side
    const channel = thread === MAIN ? main : peers.get(thread)
    return (message) => channel?.post(message)
  }

  #pause(isStopping: boolean): void {
    this.stopping = isStopping
    for (const { task } of this.#nodes.readers) task.pause()
    if (isStopping) this.delays.cutShort()
  }

  #halt(reason: MillraceError): void {
    if (this.over) return
    this.#end.abort(reason)
    this.delays.cutShort()
    for (const { task } of [...this.#nodes.readers, ...this.#nodes.stages]) task.halt()
  }

  #capture(id: string): void {
    const node = this.#nodes.stages.find((one) => one.id === id)
    if (node === undefined) return
    try {
      const capture = node.task.checkpoint()
      if (capture instanceof Promise) return
      this.#options.side.main.post({ kind: 'captured', id, capture: portableCapture(capture) })
    } catch (error) {
      this.fail(hookError({ id: stageOf(id) }, 'snapshot', error))
      return
    }
    this.#tell()
  }

  #refuse(writer: string, error: unknown): void {
    const { sources, stages } = this.#options.spec
    const part = [...sources, ...stages].find(({ id }) => id === writer)
    const place = { where: part?.where, id: stageOf(writer) }
    this.fail(ENG_WORKER_RECORD({ id: place.id, reason: messageOf(error) }, placeOf(place), error))
  }

  #report(): void {
    this.#cancelReport = this.runtime.timer(REPORT_MS, () => {
      this.#tell()
      this.#report()
    })
  }

  #tell(): void {
    const reports = this.#nodes.stages.map(({ counter, id, letters, task }) => {
      const { fields, restarts, watermark } = task
      const watched = this.#lanes.has(id) ? { watched: fields.watched } : {}
      const counts = counter.snapshot()
      return { id, counts, letters: letters.snapshot(), restarts, watermark, ...watched }
    })
    const sources = this.#nodes.readers.map(({ counter, id, letters, task }) => {
      const { restarts, watermark } = task
      return { id, counts: counter.snapshot(), letters: letters.snapshot(), restarts, watermark }
    })
    this.#options.side.main.post({ kind: 'reports', reports, sources })
  }
}

/** Beside a source, where the job sees nothing of what a stage gets. */
const isLane = ({ parallel, replica }: StageSpec): boolean =>
  replica !== undefined && parallel === undefined

/** What crosses to a stage the job looks at itself. */
const withoutWatch = (stage: StageSpec): StageSpec =>
  isLane(stage) ? stage : { ...stage, expects: undefined }

/** What a stage logs is written by the job. */
function loggerTo(post: (message: FromThread) => void): Logger {
  const log =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, fields?: Readonly<Record<string, unknown>>): void =>
      post({ kind: 'log', level, message, fields })
  return { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') }
}
