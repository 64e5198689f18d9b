import { messageOf } from '@millrace/base'
import { jobDefaults } from '@millrace/sdk'
import type { JobCheckpoint, SourceSnapshot, StageCheckpoint } from '../checkpoint/checkpoint.ts'
import type {
  Pool,
  PoolOf,
  SourceStandIn,
  SourceStandInParts,
  StandIn,
  StandInParts,
} from '../job/pool.ts'
import type { Wired } from '../job/wired.ts'
import type { JobSpec, SourceSpec, StageSpec } from '../plan/job-spec.ts'
import { stageOf } from '../plan/parallel-spec.ts'
import { placeOf } from '../plan/place.ts'
import type { TaskHost } from '../run/task-host.ts'
import { workerShare } from '../run/worker-share.ts'
import { toPlainSnapshot } from '../state/merge-changes.ts'
import { ENG_WORKER_RECORD } from './errors.ts'
import { Links, MAIN, pairsOf } from './links.ts'
import { outlineOf } from './outline.ts'
import { RemoteSource } from './remote-source.ts'
import { RemoteStage } from './remote-stage.ts'
import type { Compile } from './row-code.ts'
import { fromSent } from './sent-error.ts'
import type { FromThread, ThreadHost, WorkerPlace, ToThread } from './thread-message.ts'
import { WatchedThread } from './watched-thread.ts'

/** How long a thread may take to close what it has open, ms. */
const CLOSE_MS = 10_000

/** Runs stages in the workers of `threads`; each pool has workers of its own. */
export function threadPool(threads: ThreadHost, compile?: Compile): PoolOf {
  return (host, spec, restored) => new ThreadPool({ host, spec, restored, threads, compile })
}

interface PoolOptions {
  readonly host: TaskHost
  readonly spec: JobSpec
  readonly restored: JobCheckpoint | undefined
  readonly threads: ThreadHost
  readonly compile: Compile | undefined
}

/** What has a thread of its own. */
type Apart = (SourceSpec | StageSpec) & { readonly thread: number }

/** The worker threads of one life of a pipeline, and what stands here for the stages in them. */
class ThreadPool implements Pool {
  readonly #options: PoolOptions
  readonly #parts: ReadonlyMap<string, Apart>
  readonly #sources = new Map<string, RemoteSource>()
  readonly #remotes = new Map<string, RemoteStage>()
  #threads: readonly WatchedThread[] = []
  #links: Links | undefined
  #opened = 0
  /** It was told to pause, if need be before there were threads. */
  #pause: ToThread | undefined
  #allOpened: () => void = () => {}
  readonly opened: Promise<void>

  constructor(options: PoolOptions) {
    this.#options = options
    const { sources, stages } = options.spec
    const parts = [...sources, ...stages].flatMap(({ thread, ...part }) =>
      thread === undefined ? [] : [[part.id, { ...part, thread }] as const],
    )
    this.#parts = new Map(parts)
    this.opened = new Promise((resolve) => {
      this.#allOpened = resolve
    })
  }

  isHere(part: string): boolean {
    return !this.#parts.has(part)
  }

  standIn(id: string, parts: StandInParts): StandIn {
    const restored = this.#options.restored?.stages[id]
    const ask = (): void => this.#threadOf(id)?.post({ kind: 'capture', id })
    const stage = new RemoteStage({ ...parts, restored, ask })
    this.#remotes.set(id, stage)
    return { task: stage, counter: stage.counter }
  }

  sourceStandIn(parts: SourceStandInParts): SourceStandIn {
    const { host } = this.#options
    const post = (worker: string, message: ToThread): void => this.#threadOf(worker)?.post(message)
    const source = new RemoteSource({ ...parts, host }, post)
    this.#sources.set(parts.spec.id, source)
    return { task: source, counter: source.counter }
  }

  start(edges: readonly Wired[]): void {
    const { compile, host, spec, threads } = this.#options
    const threadOf = (part: string): number => this.#parts.get(part)?.thread ?? MAIN
    this.#links = new Links(edges, {
      here: MAIN,
      threadOf,
      compile,
      postTo: (thread) => (message) => this.#threads[thread]?.post(message),
      failed: (writer, error) => host.fail(recordError(spec, writer, error)),
      look: (reader, envelope) => this.#remotes.get(reader)?.fields.look(envelope),
    })
    const places = placesOf([...this.#parts.values()])
    this.#threads = threads.start(places, pairsOf(edges, threadOf)).map((thread, number) => {
      const own = [...this.#parts.values()].filter((stage) => stage.thread === number)
      const [first] = own
      return new WatchedThread({
        thread,
        place: places[number] ?? 'thread',
        runtime: host.runtime,
        stages: own.map(({ id }) => `"${stageOf(id)}"`).join(', '),
        where: first === undefined ? {} : placeOf({ ...first, id: stageOf(first.id) }),
        patienceMs: Math.max(...own.map(patienceOf)),
        take: (message) => this.#take(message),
        lost: (error) => host.fail(error),
      })
    })
    for (const [number, thread] of this.#threads.entries()) {
      thread.post({
        kind: 'start',
        outline: outlineOf(spec),
        hasCheckpoints: host.barriers !== undefined,
        restored: this.#restored(number),
        sources: this.#sourcesRestored(number),
      })
      if (this.#pause !== undefined) thread.post(this.#pause)
    }
  }

  pause(isStopping: boolean): void {
    this.#pause = { kind: 'pause', isStopping }
    for (const thread of this.#threads) thread.post(this.#pause)
  }

  want(worker: string): void {
    this.#sourceOf(worker)?.wanted(worker)
  }

  finishedHere(part: string): boolean {
    const isWorker = part !== stageOf(part) && this.#sourceOf(part) !== undefined
    if (isWorker) this.#finished(part)
    return isWorker
  }

  halt(): void {
    this.#allOpened()
    for (const thread of this.#threads) thread.post({ kind: 'halt' })
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close(CLOSE_MS)))
  }

  #threadOf(id: string): WatchedThread | undefined {
    return this.#threads[this.#parts.get(id)?.thread ?? MAIN]
  }

  #restored(thread: number): Readonly<Record<string, StageCheckpoint>> | undefined {
    const { restored } = this.#options
    if (restored === undefined) return undefined
    const own = Object.entries(restored.stages).filter(
      ([id]) => this.#parts.get(id)?.thread === thread,
    )
    return Object.fromEntries(
      own.map(([id, stage]) => [
        id,
        { ...stage, isKept: false, snapshot: toPlainSnapshot(stage.snapshot) },
      ]),
    )
  }

  #take(message: FromThread): void {
    const { host } = this.#options
    switch (message.kind) {
      case 'opened':
        if (++this.#opened === this.#threads.length) this.#allOpened()
        return
      case 'failed':
        host.fail(fromSent(message.error))
        return
      case 'log':
        host.logger[message.level](message.message, message.fields)
        return
      case 'warn':
        host.warn(message.sentence)
        return
      case 'failure':
        if (!host.over) host.countFailure(message)
        return
      case 'reports':
        for (const report of message.reports) this.#remotes.get(report.id)?.report(report)
        for (const report of message.sources) this.#sourceOf(report.id)?.report(report)
        return
      case 'wants':
        this.#sourceOf(message.id)?.wanted(message.id)
        return
      case 'stands':
        this.#sourceOf(message.id)?.stands(message.id, message.snapshot)
        return
      case 'captured':
        if (this.#remotes.get(message.id)?.captured(message.capture) === true && !host.over) {
          host.barriers?.reached(message.id)
        }
        return
      case 'finished':
        this.#finished(message.id)
        return
      case 'pong':
      case 'closed':
        return
      default:
        this.#links?.take(message)
    }
  }

  #sourceOf(worker: string): RemoteSource | undefined {
    return this.#sources.get(stageOf(worker))
  }

  #sourcesRestored(thread: number): Readonly<Record<string, SourceSnapshot>> {
    const own: Record<string, SourceSnapshot> = {}
    for (const part of this.#parts.values()) {
      const saved = this.#options.restored?.sources[stageOf(part.id)]
      if (part.thread === thread && saved !== undefined) own[part.id] = workerShare(saved)
    }
    return own
  }

  #finished(id: string): void {
    const source = this.#sourceOf(id)
    if (source !== undefined) {
      const { host } = this.#options
      if (source.finished(id) && !host.over) host.finished(stageOf(id))
      return
    }
    const remote = this.#remotes.get(id)
    if (remote !== undefined) remote.isOver = true
    if (!this.#options.host.over) this.#options.host.finished(id)
  }
}

/** What each worker runs in, by its number. */
function placesOf(parts: readonly Apart[]): WorkerPlace[] {
  const places: WorkerPlace[] = []
  for (const { parallel, thread } of parts) {
    const isProcess = parallel !== undefined && 'runs' in parallel && parallel.runs === 'processes'
    places[thread] = isProcess ? 'process' : (places[thread] ?? 'thread')
  }
  return places
}

/** How long it may take for one record, ms. */
function patienceOf(part: Apart): number {
  return ('timeoutMs' in part ? part.timeoutMs : undefined) ?? jobDefaults.timeoutMs
}

function recordError(spec: JobSpec, writer: string, error: unknown) {
  const part = [...spec.sources, ...spec.stages].find(({ id }) => id === writer)
  const place = { where: part?.where, id: stageOf(writer) }
  return ENG_WORKER_RECORD({ id: place.id, reason: messageOf(error) }, placeOf(place), error)
}
