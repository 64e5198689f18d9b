import type { SourceInstance } from '@millrace/sdk'
import type { PartitionSnapshot, SourceSnapshot } from '../checkpoint/checkpoint.ts'
import { joinLetters } from '../checkpoint/rescale.ts'
import type { SourceStandInParts } from '../job/pool.ts'
import { replicaId } from '../plan/parallel-spec.ts'
import type { PartLetters } from '../report/dead-letter-log.ts'
import type { SourceCounts } from '../report/summary.ts'
import { open, openInstance } from '../run/open-instance.ts'
import type { Crashed } from '../run/crashed.ts'
import type { Edge } from '../run/edge.ts'
import type { SourcePart } from '../run/source-part.ts'
import type { TaskHost } from '../run/task-host.ts'
import { isUnread, Pieces } from './pieces.ts'
import type { SourceReport, ToThread } from './thread-message.ts'

/** What stands for a source that workers read is made of. */
export interface RemoteSourceParts extends SourceStandInParts {
  readonly host: TaskHost
}

/** What is known of one worker. */
interface Worker {
  readonly id: string
  readonly letters: PartLetters
  counts: SourceCounts
  watermark: number
  restarts: number
  /** Where it stood when it said so last. */
  stood: SourceSnapshot | undefined
  isOver: boolean
  /** Waits for it to say where it stands. */
  told: (() => void) | undefined
}

const nowhere = Number.NEGATIVE_INFINITY

/** Stands for a source that workers read, the first of them here: gives them what there is, piece by piece, and puts together what they tell of it. */
export class RemoteSource implements SourcePart {
  readonly counter: { readonly id: string; snapshot(): SourceCounts }
  readonly #parts: RemoteSourceParts
  readonly #post: (worker: string, message: ToThread) => void
  /** Of a worker that has read nothing. */
  readonly #none: SourceCounts
  readonly #workers: readonly Worker[]
  /** Dead letters of earlier runs. */
  readonly #letters: PartLetters
  #instance: SourceInstance | undefined
  #pieces: Pieces | undefined
  /** Bytes that no worker counts. */
  #bytesBefore = 0
  #bytesTotal: number | undefined
  #isPaused = false

  constructor(parts: RemoteSourceParts, post: (worker: string, message: ToThread) => void) {
    const { host, local, restored, spec } = parts
    const counts = local.counter.snapshot()
    this.#none = counts
    this.#parts = parts
    this.#post = post
    this.#letters = host.deadLetters.part()
    if (restored !== undefined) {
      this.#letters.load(restored.letters)
      this.#bytesBefore = restored.counts.bytes
      this.#bytesTotal = restored.counts.bytesTotal
    }
    this.#workers = Array.from({ length: spec.replica?.count ?? 1 }, (_, index) => ({
      id: replicaId(spec.id, index),
      letters: index === 0 ? local.letters : host.deadLetters.part(),
      counts,
      watermark: nowhere,
      restarts: 0,
      stood: undefined,
      isOver: false,
      told: undefined,
    }))
    this.counter = { id: spec.id, snapshot: () => this.#counts() }
  }

  get restarts(): number {
    const { restarts: here } = this.#parts.local.task
    return this.#workers.reduce((sum, { restarts }) => sum + restarts, here)
  }

  get watermark(): number {
    const live = this.#workers.filter(({ isOver }) => !isOver)
    return least(live.map((one) => (this.#isHere(one) ? this.#parts.local.task : one).watermark))
  }

  async open(): Promise<void> {
    const { host, local, restored, spec } = this.#parts
    await local.task.open()
    if (restored?.isOver === true) return
    this.#instance = await openInstance<SourceInstance>(
      host,
      spec,
      () => spec.factory.create(local.scope),
      async (instance) => {
        await open(host, spec, () => instance.open?.())
        await open(host, spec, async () => {
          this.#pieces = await Pieces.of(instance, restored, this.#workers.length)
          this.#bytesTotal = await instance.size?.()
        })
      },
    )
    this.#bytesBefore -= this.#pieces?.left.reduce((sum, { bytes }) => sum + bytes, 0) ?? 0
  }

  begin(again: () => void): void {
    for (const worker of this.#workers) this.#give(worker, 'read')
    this.#parts.local.task.begin(again)
  }

  receive(message: 'pull' | Crashed): void | Promise<void> {
    return this.#parts.local.task.receive(message)
  }

  #isHere(worker: Worker): boolean {
    return worker === this.#workers[0]
  }

  /** A worker asks for more. */
  wanted(id: string): void {
    const worker = this.#workers.find((one) => one.id === id)
    if (worker === undefined) return
    // Also here an answer comes later, as from another thread.
    this.#parts.host.runtime.schedule(() => {
      if (!this.#isPaused) this.#give(worker, 'give')
    })
  }

  report({ counts, id, letters, restarts, watermark }: SourceReport): void {
    const worker = this.#workers.find((one) => one.id === id)
    if (worker === undefined) return
    this.#parts.host.read += counts.read - worker.counts.read
    worker.letters.load(letters)
    Object.assign(worker, { counts, restarts, watermark })
  }

  /** A worker says where it stands. */
  stands(id: string, snapshot: SourceSnapshot): void {
    const worker = this.#workers.find((one) => one.id === id)
    if (worker === undefined) return
    worker.stood = snapshot
    worker.told?.()
    worker.told = undefined
  }

  /** A worker has passed on its last message. Whether all have. */
  finished(id: string): boolean {
    const worker = this.#workers.find((one) => one.id === id)
    if (worker !== undefined) {
      worker.isOver = true
      if (this.#isHere(worker)) worker.stood = this.#parts.local.task.snapshot()
    }
    return this.#workers.every(({ isOver }) => isOver)
  }

  async barrier(): Promise<SourceSnapshot> {
    const left = this.#pieces?.left ?? []
    const standing = this.#workers.map((worker): Promise<void> => {
      if (worker.isOver) return Promise.resolve()
      if (this.#isHere(worker)) {
        worker.stood = this.#parts.local.task.barrier()
        return Promise.resolve()
      }
      this.#post(worker.id, { kind: 'stand', id: worker.id })
      return new Promise((resolve) => {
        worker.told = resolve
      })
    })
    await Promise.all(standing)
    return this.#snapshot(left)
  }

  snapshot(): SourceSnapshot {
    return this.#snapshot(this.#pieces?.left ?? [])
  }

  #snapshot(left: readonly PartitionSnapshot[]): SourceSnapshot {
    const { host, restored } = this.#parts
    const stood = this.#workers.flatMap((worker) => worker.stood ?? [])
    // What they have counted since then belongs to no place that is told here.
    const counts = this.#sum(stood.map((one) => one.counts))
    const letters = joinLetters([this.#letters.snapshot(), ...stood.map((one) => one.letters)])
    const told = { letters, counts }
    if (restored?.isOver === true) return { ...restored, ...told }
    const begun = left.filter((one) => !isUnread(one))
    const partitions = [...stood.flatMap((one) => one.partitions), ...begun]
    const open = new Set([...partitions, ...left].map(({ name }) => name))
    const names = this.#pieces?.names ?? []
    const bytes = partitions.reduce((sum, one) => sum + one.bytes, 0)
    const isRead = left.length === 0 || !host.stopping
    const live = stood.filter((one) => !one.isOver)
    const marks = (live.length === 0 ? stood : live).map(({ watermark }) => watermark)
    const reached = [restored, ...stood].flatMap((one) => one?.reached ?? [])
    return {
      isOver: isRead && this.#workers.every(({ stood: own }) => own?.isOver === true),
      partitions,
      done: [...new Set([...(restored?.done ?? []), ...names])].filter((name) => !open.has(name)),
      bytesDone: told.counts.bytes - bytes,
      watermark: live.length === 0 ? Math.max(nowhere, ...marks) : least(marks),
      ...(reached.length > 0 && { reached: Math.max(...reached) }),
      ...told,
    }
  }

  ack(): Promise<void> {
    return Promise.resolve()
  }

  pause(): void {
    this.#isPaused = true
    this.#parts.local.task.pause()
  }

  async close(): Promise<void> {
    await this.#parts.local.task.close()
    await this.#instance?.close?.()
  }

  #give(worker: Worker, kind: 'read' | 'give'): void {
    const next = this.#pieces?.next()
    const pieces = next === undefined ? [] : [next]
    const isLast = next === undefined
    if (this.#isHere(worker)) this.#parts.local.task.give(pieces, isLast)
    else this.#post(worker.id, { kind, id: worker.id, pieces, isLast })
  }

  #counts(): SourceCounts {
    const { counter } = this.#parts.local
    return this.#sum(
      this.#workers.map((one) => (this.#isHere(one) ? counter.snapshot() : one.counts)),
    )
  }

  /** Of these workers, and of earlier runs. */
  #sum(all: readonly SourceCounts[]): SourceCounts {
    const none = this.#none
    const before = this.#parts.restored?.counts
    const sum = (of: (counts: SourceCounts) => number): number =>
      all.reduce((total, counts) => total + of(counts), before === undefined ? 0 : of(before))
    const names = new Set([before, ...all].flatMap((one) => Object.keys(one?.metrics ?? {})))
    const metrics = [...names].map((name) => [name, sum((one) => one.metrics?.[name] ?? 0)])
    return {
      id: none.id,
      module: none.module,
      read: sum(({ read }) => read),
      sent: sum(({ sent }) => sent),
      malformed: sum(({ malformed }) => malformed),
      bytes: this.#bytesBefore + all.reduce((total, { bytes }) => total + bytes, 0),
      bytesTotal: this.#bytesTotal,
      metrics: Object.fromEntries(metrics) as Readonly<Record<string, number>>,
    }
  }

  handOver(readers: ReadonlySet<Edge>): void {
    this.#parts.local.task.handOver(readers)
  }

  halt(): void {
    this.#parts.local.task.halt()
  }
}

const least = (marks: readonly number[]): number =>
  marks.length === 0 ? nowhere : Math.min(...marks)
