import { messageOf } from '@millrace/base'
import { jobDefaults } from '@millrace/sdk'
import type { JobCheckpoint, StageCheckpoint } from '../checkpoint/checkpoint.ts'
import type { Pool, PoolOf, StandIn, StandInParts } from '../job/pool.ts'
import type { Wired } from '../job/wiring.ts'
import type { JobSpec, StageSpec } from '../plan/job-spec.ts'
import { stageOf } from '../plan/parallel-spec.ts'
import { placeOf } from '../plan/place.ts'
import type { TaskHost } from '../run/task-host.ts'
import { toPlainSnapshot } from '../state/merge-changes.ts'
import { ENG_WORKER_RECORD } from './errors.ts'
import { Links, MAIN, pairsOf } from './links.ts'
import { outlineOf } from './outline.ts'
import { RemoteStage } from './remote-stage.ts'
import type { Compile } from './row-code.ts'
import { fromSent } from './sent-error.ts'
import type { FromThread, ThreadHost, WorkerPlace } from './thread-message.ts'
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

/** The worker threads of one life of a pipeline, and what stands here for the stages in them. */
class ThreadPool implements Pool {
  readonly #options: PoolOptions
  readonly #stages: ReadonlyMap<string, StageSpec & { readonly thread: number }>
  readonly #remotes = new Map<string, RemoteStage>()
  #threads: readonly WatchedThread[] = []
  #links: Links | undefined
  #opened = 0
  #allOpened: () => void = () => {}
  readonly opened: Promise<void>

  constructor(options: PoolOptions) {
    this.#options = options
    const stages = options.spec.stages.flatMap(({ thread, ...stage }) =>
      thread === undefined ? [] : [[stage.id, { ...stage, thread }] as const],
    )
    this.#stages = new Map(stages)
    this.opened = new Promise((resolve) => {
      this.#allOpened = resolve
    })
  }

  isHere(part: string): boolean {
    return !this.#stages.has(part)
  }

  standIn(id: string, parts: StandInParts): StandIn {
    const restored = this.#options.restored?.stages[id]
    const ask = (): void => this.#threadOf(id)?.post({ kind: 'capture', id })
    const stage = new RemoteStage({ ...parts, restored, ask })
    this.#remotes.set(id, stage)
    return { task: stage, counter: stage.counter }
  }

  start(edges: readonly Wired[]): void {
    const { compile, host, spec, threads } = this.#options
    const threadOf = (part: string): number => this.#stages.get(part)?.thread ?? MAIN
    this.#links = new Links(edges, {
      here: MAIN,
      threadOf,
      compile,
      postTo: (thread) => (message) => this.#threads[thread]?.post(message),
      failed: (writer, error) => host.fail(recordError(spec, writer, error)),
      look: (reader, envelope) => this.#remotes.get(reader)?.fields.look(envelope),
    })
    const places = placesOf([...this.#stages.values()])
    this.#threads = threads.start(places, pairsOf(edges, threadOf)).map((thread, number) => {
      const own = [...this.#stages.values()].filter((stage) => stage.thread === number)
      const [first] = own
      return new WatchedThread({
        thread,
        place: places[number] ?? 'thread',
        runtime: host.runtime,
        stages: own.map(({ id }) => `"${stageOf(id)}"`).join(', '),
        where: first === undefined ? {} : placeOf({ ...first, id: stageOf(first.id) }),
        patienceMs: Math.max(...own.map(({ timeoutMs }) => timeoutMs ?? jobDefaults.timeoutMs)),
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
      })
    }
  }

  pause(isStopping: boolean): void {
    for (const thread of this.#threads) thread.post({ kind: 'pause', isStopping })
  }

  halt(): void {
    this.#allOpened()
    for (const thread of this.#threads) thread.post({ kind: 'halt' })
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close(CLOSE_MS)))
  }

  #threadOf(id: string): WatchedThread | undefined {
    return this.#threads[this.#stages.get(id)?.thread ?? MAIN]
  }

  #restored(thread: number): Readonly<Record<string, StageCheckpoint>> | undefined {
    const { restored } = this.#options
    if (restored === undefined) return undefined
    const own = Object.entries(restored.stages).filter(
      ([id]) => this.#stages.get(id)?.thread === thread,
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
        return
      case 'captured':
        this.#remotes.get(message.id)?.captured(message.capture)
        if (!host.over) host.barriers?.reached(message.id)
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

  #finished(id: string): void {
    const remote = this.#remotes.get(id)
    if (remote !== undefined) remote.isOver = true
    if (!this.#options.host.over) this.#options.host.finished(id)
  }
}

/** What each worker runs in, by its number. */
function placesOf(stages: readonly (StageSpec & { readonly thread: number })[]): WorkerPlace[] {
  const places: WorkerPlace[] = []
  for (const { parallel, thread } of stages) {
    places[thread] = parallel?.runs === 'processes' ? 'process' : 'thread'
  }
  return places
}

function recordError(spec: JobSpec, writer: string, error: unknown) {
  const part = [...spec.sources, ...spec.stages].find(({ id }) => id === writer)
  const place = { where: part?.where, id: stageOf(writer) }
  return ENG_WORKER_RECORD({ id: place.id, reason: messageOf(error) }, placeOf(place), error)
}
