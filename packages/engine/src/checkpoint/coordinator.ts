import { isMillraceError, messageOf, type MillraceError, type Runtime } from '@millrace/base'
import type { SinkToken } from '@millrace/sdk'
import { ENG_CHECKPOINT, ENG_ENDED } from '../errors.ts'
import { stageOf } from '../plan/parallel-spec.ts'
import type { CheckpointProgress } from '../report/summary.ts'
import { hookError } from '../run/stage-instance.ts'
import type { Barriers } from '../run/task-host.ts'
import type {
  ChangeStore,
  CheckpointHead,
  CheckpointSpec,
  CommittedBytes,
  JobChanges,
  JobCheckpoint,
  SinkCheckpoint,
  SourceSnapshot,
  StageCapture,
} from './checkpoint.ts'
import type { CheckpointedSource, CheckpointedStage, CheckpointParts } from './checkpoint-parts.ts'
import { WholeCheckpoints } from './whole-checkpoints.ts'

/** What a coordinator needs of the job around it. */
export interface CoordinatorHost {
  readonly runtime: Runtime
  readonly read: number
  readonly over: boolean
  readonly signal: AbortSignal
  fail(error: MillraceError): void
  /** What a token names becomes visible in the sink's own turn; resolves then. */
  commit(sink: string, token: SinkToken): Promise<void>
}

/** Longest wait that every timer can measure, ms. */
const WAIT_MAX_MS = 2 ** 31 - 1

/** What a stage keeps now. Throws ENG_HOOK where it cannot say that. */
function captured({ id, task }: CheckpointedStage): StageCapture | Promise<StageCapture> {
  try {
    return task.checkpoint()
  } catch (error) {
    throw hookError({ id: stageOf(id) }, 'snapshot', error)
  }
}

interface Pending {
  readonly number: number
  readonly time: number
  read: number
  readonly sources: Record<string, SourceSnapshot>
  readonly stages: Record<string, StageCapture>
  readonly sinks: Record<string, SinkCheckpoint>
  /** Parts that have not answered. */
  readonly missing: Set<string>
  readonly answered: () => void
}

/**
 * Takes checkpoints, one after the other: sends barriers through the job, gathers what its parts keep when these have passed, and
 * lets sinks show what was written before once all of it is durable.
 */
export class Coordinator implements Barriers {
  readonly #host: CoordinatorHost
  readonly #spec: CheckpointSpec
  readonly #parts: () => CheckpointParts
  #pending: Pending | undefined
  /** Resolves when the checkpoint in hand is through. */
  #taking: Promise<void> | undefined
  readonly #hasBegun: Promise<void>
  #letBegin: () => void = () => {}
  readonly #store: ChangeStore
  #last: CheckpointHead | undefined
  #durationMs: number | undefined
  /** That of the last one that was begun. */
  #number: number
  #count: number
  #failures: number
  #bytes: CommittedBytes | undefined
  #begun = 0
  #isOver = false
  #cancel: () => void = () => {}

  /** `before`: how many were durable in this run before, and how many were not. */
  constructor(
    host: CoordinatorHost,
    spec: CheckpointSpec,
    parts: () => CheckpointParts,
    before: Pick<CheckpointProgress, 'count' | 'failures'> = { count: 0, failures: 0 },
  ) {
    this.#host = host
    this.#spec = spec
    this.#parts = parts
    const { restored, store } = spec
    this.#store = store.takesChanges === true ? store : new WholeCheckpoints(store)
    this.#last = restored
    this.#number = restored?.number ?? 0
    this.#count = before.count
    this.#failures = before.failures
    this.#hasBegun = new Promise((resolve) => {
      this.#letBegin = resolve
    })
  }

  get progress(): CheckpointProgress {
    return {
      number: this.#last?.number ?? 0,
      time: this.#last?.time,
      durationMs: this.#durationMs,
      count: this.#count,
      failures: this.#failures,
      writtenBytes: this.#bytes?.writtenBytes,
      stateBytes: this.#bytes?.stateBytes,
      isPending: this.#taking !== undefined,
    }
  }

  /** The last durable one, once nothing is under way; undefined: there is none. */
  async last(): Promise<JobCheckpoint | undefined> {
    await this.#taking
    return (await this.#store.last()) ?? this.#spec.restored
  }

  /**
   * Takes a checkpoint now and then, from now on. The first one of a job is durable before `read` is called, and that of one which does
   * not go on from its last: a job that goes on always knows what it had done, so that its sinks can take back the rest.
   */
  async begin(read: () => void): Promise<void> {
    const { setAside } = this.#spec
    const isFirst = this.#last === undefined || setAside !== undefined
    if (isFirst && !this.#isOver) await this.#begin()
    else this.#plan(this.#spec.everyMs)
    if (!this.#host.over) read()
    this.#letBegin()
  }

  /** Takes no more, but for the last one. */
  pause(): void {
    this.#isOver = true
    this.#cancel()
    if (this.#host.over) this.#letBegin()
  }

  /** Resolves when the checkpoint in hand is durable, or will never be. */
  get settled(): Promise<void> {
    return this.#taking ?? Promise.resolve()
  }

  /** Takes one now, behind the one in hand, if there is one. Rejects where the job ends before, with its error or ENG_ENDED. */
  async take(): Promise<CheckpointHead> {
    await this.#hasBegun
    await this.#taking
    const before = this.#last
    if (!this.#isOver && !this.#host.over) await (this.#taking ?? this.#begin())
    const last = this.#last
    if (last !== undefined && last !== before) return last
    throw this.#host.over ? this.#host.signal.reason : ENG_ENDED({})
  }

  reached(id: string): void {
    const pending = this.#pending
    if (pending?.missing.has(id) !== true) return
    const { sinks, stages } = this.#parts()
    const stage = stages.find((one) => one.id === id)
    const sink = sinks.find((one) => one.id === id)
    try {
      if (stage !== undefined) {
        const part = captured(stage)
        if (part instanceof Promise) return this.#await(pending, id, part)
        pending.stages[id] = part
      }
      if (sink !== undefined) pending.sinks[id] = sink.task.checkpoint()
    } catch (error) {
      this.#host.fail(this.#coded(error))
      return
    }
    if (stage === undefined && sink === undefined) return
    this.#answer(pending, id)
  }

  #answer(pending: Pending, id: string): void {
    pending.missing.delete(id)
    if (pending.missing.size === 0) pending.answered()
  }

  #stand(pending: Pending, { counter, id, task }: CheckpointedSource): void {
    const known = counter.snapshot().read
    const stood = (snapshot: SourceSnapshot): void => {
      // What it had read by then is known only now.
      pending.read += snapshot.counts.read - known
      pending.sources[id] = snapshot
      this.#answer(pending, id)
    }
    const standing = task.barrier()
    if (standing instanceof Promise) void standing.then(stood)
    else stood(standing)
  }

  #await(pending: Pending, id: string, part: Promise<StageCapture>): void {
    void part.then((capture) => {
      pending.stages[id] = capture
      this.#answer(pending, id)
      return undefined
    })
  }

  /** How many barriers have left each source. */
  get begun(): number {
    return this.#begun
  }

  /** Whether the last barrier has yet to come to a part. */
  awaits(id: string): boolean {
    return this.#pending?.missing.has(id) === true
  }

  /** A part joins those that the barrier under way has yet to come to. */
  join(id: string): void {
    this.#pending?.missing.add(id)
  }

  numberFor(id: string): number {
    return this.#pending?.missing.has(id) === true ? this.#pending.number : this.#number + 1
  }

  /** A part is over: what it keeps now is its answer to a barrier that does not come to it any more. */
  finished(id: string): void {
    this.reached(id)
  }

  /** All that the last one says is done: its sources hear of it. Rejects where one cannot acknowledge. */
  async ackLast(): Promise<void> {
    const { sources } = this.#parts()
    const isLast = this.#last?.end !== undefined
    if (isLast)
      await this.#ack(Object.fromEntries(sources.map(({ id, task }) => [id, task.snapshot()])))
  }

  /** Takes the last one, when all parts are over; their sinks are committed by whoever asks. Rejects where it cannot be durable. */
  async end(end: 'finished' | 'stopped'): Promise<void> {
    this.pause()
    await this.#taking
    if (this.#host.over) return
    const { sinks, sources, stages } = this.#parts()
    const number = ++this.#number
    const own: (readonly [string, StageCapture])[] = []
    try {
      const gathered = stages.map(async (stage) => [stage.id, await captured(stage)] as const)
      await this.#unlessOver(Promise.all(gathered).then((all) => own.push(...all)))
      if (this.#host.over) return
      await this.#commit({
        number,
        time: this.#host.runtime.now(),
        end,
        read: this.#host.read,
        sources: Object.fromEntries(sources.map(({ id, task }) => [id, task.snapshot()])),
        stages: Object.fromEntries(own),
        sinks: Object.fromEntries(sinks.map(({ id, task }) => [id, task.checkpoint()])),
      })
    } catch (error) {
      throw this.#coded(error)
    }
  }

  #coded(error: unknown): MillraceError {
    if (isMillraceError(error)) return error
    const details = { number: this.#number, message: messageOf(error) }
    return ENG_CHECKPOINT(details, undefined, error)
  }

  #plan(delayMs: number): void {
    this.#cancel = this.#host.runtime.timer(Math.min(delayMs, WAIT_MAX_MS), () => {
      if (this.#isOver || this.#host.over) return
      void (this.#taking ?? this.#begin())
    })
  }

  #begin(): Promise<void> {
    this.#cancel()
    const startedMs = this.#host.runtime.monotonic()
    this.#taking = this.#run(startedMs).then(
      () => {
        this.#taking = undefined
        const passedMs = this.#host.runtime.monotonic() - startedMs
        if (!this.#isOver && !this.#host.over)
          this.#plan(Math.max(0, this.#spec.everyMs - passedMs))
        return undefined
      },
      (error: unknown) => {
        this.#taking = undefined
        this.#pending = undefined
        this.#host.fail(this.#coded(error))
      },
    )
    return this.#taking
  }

  async #run(startedMs: number): Promise<void> {
    const checkpoint = await this.#gather()
    if (checkpoint === undefined) {
      this.#failures++
      return
    }
    await this.#commit(checkpoint)
    this.#durationMs = this.#host.runtime.monotonic() - startedMs
    if (this.#host.over) return
    const commits = Object.entries(checkpoint.sinks).map(([id, { token }]) => {
      return token === undefined ? Promise.resolve() : this.#host.commit(id, token)
    })
    await this.#unlessOver(Promise.all(commits))
    await this.#ack(checkpoint.sources)
  }

  async #ack(positions: Readonly<Record<string, SourceSnapshot>>): Promise<void> {
    for (const { id, task } of this.#parts().sources) {
      const snapshot = positions[id]
      if (snapshot !== undefined && !this.#host.over) await task.ack(snapshot)
    }
  }

  /** Sends the barriers and waits until all have answered; undefined where the job ended before. */
  async #gather(): Promise<JobChanges | undefined> {
    const { runtime } = this.#host
    const { sinks, sources, stages } = this.#parts()
    let answered = (): void => {}
    const all = new Promise<void>((resolve) => {
      answered = resolve
    })
    const live = [...stages, ...sinks].filter(({ task }) => !task.isOver)
    const isOver = ({ task }: { readonly task: { readonly isOver: boolean } }) => task.isOver
    const pending: Pending = {
      number: ++this.#number,
      time: runtime.now(),
      read: this.#host.read,
      sources: {},
      stages: {},
      sinks: Object.fromEntries(
        sinks.filter(isOver).map(({ id, task }) => [id, task.checkpoint()]),
      ),
      missing: new Set([...sources, ...stages, ...live].map(({ id }) => id)),
      answered,
    }
    this.#pending = pending
    this.#begun++
    for (const source of sources) this.#stand(pending, source)
    for (const { id } of stages.filter(isOver)) this.reached(id)
    if (pending.missing.size > 0) await this.#unlessOver(all)
    this.#pending = undefined
    if (this.#host.over) return undefined
    const { number, read, time } = pending
    return {
      number,
      time,
      read,
      sources: pending.sources,
      stages: pending.stages,
      sinks: pending.sinks,
    }
  }

  async #commit(changes: JobChanges): Promise<void> {
    try {
      this.#bytes = (await this.#store.commit(changes)) ?? undefined
    } catch (error) {
      this.#failures++
      throw error
    }
    const { end, number, read, time } = changes
    this.#last = { end, number, read, time }
    this.#count++
  }

  /** The job's end is the end of every wait. */
  async #unlessOver(wait: Promise<unknown>): Promise<void> {
    const { signal } = this.#host
    if (signal.aborted) return
    await new Promise<void>((resolve, reject) => {
      const end = (): void => resolve()
      signal.addEventListener('abort', end, { once: true })
      wait.then(
        () => {
          signal.removeEventListener('abort', end)
          resolve()
          return undefined
        },
        (error: unknown) => {
          signal.removeEventListener('abort', end)
          reject(error)
        },
      )
    })
  }
}
