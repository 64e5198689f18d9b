import type { MillraceError, Runtime } from '@millrace/base'
import { compilePath } from '@millrace/expression/path'
import { Job, type JobParts, type Summary } from '@millrace/job'
import type { Logger, StageFactory } from '@millrace/sdk'
import type { DeadLetters } from './dead-letters.ts'
import type { Entry } from './entry.ts'
import type { FailurePolicy } from './failure-policy.ts'
import { CLASSIC_FAILED } from './errors.ts'
import { EventQueue } from './event-queue.ts'
import { type Outlet, outletSink } from './outlet.ts'
import { type StageWatch, watchedStage } from './watched-stage.ts'

type JobSpec = JobParts['spec']

/** What all jobs of a Classic share. */
export interface Surroundings {
  readonly runtime: Runtime
  readonly logger: Logger | undefined
  readonly letters: DeadLetters
}

/** What a consumer is made of. */
export interface ConsumerParts {
  readonly id: string
  readonly factory: StageFactory
  /** What it reads, by the names of the stage's inputs; `idleMs` as in the time of a source. */
  readonly inputs: Readonly<Record<string, { readonly idleMs: number | undefined }>>
  /** Paths of its key, per input. */
  readonly by?: Readonly<Record<string, readonly string[]>> | undefined
  /** Who takes what comes out, by the names of the stage's outputs. */
  readonly outlets: Readonly<Record<string, Outlet>>
  /** Most events that wait for it, per input. */
  readonly capacity: number
  readonly onError?: FailurePolicy | undefined
  readonly errors?: { readonly atMost: number; readonly of: number } | undefined
  readonly timeoutMs?: number | undefined
}

/** What became of the events that a consumer was given. */
export interface ConsumerCounts {
  readonly received: number
  readonly used: number
  readonly filtered: number
  readonly late: number
  readonly failed: number
  /** In its queue or in hand. */
  readonly waiting: number
  /** Entries of its state. */
  readonly stateEntries: number
}

/** A running job that reads one or more streams: a queue per input, one stage, and sinks. */
export class Consumer {
  readonly id: string
  readonly queues: readonly EventQueue[]
  /** Why the job ended before its time. */
  failure: MillraceError | undefined
  readonly watch: StageWatch = { mark: Number.NEGATIVE_INFINITY, marksAlone: 0 }
  readonly #job: Job
  readonly #ended: Promise<Summary>
  #isOver = false
  #letters = 0

  constructor(parts: ConsumerParts, surroundings: Surroundings) {
    const { capacity, id, inputs } = parts
    const { logger, runtime } = surroundings
    this.id = id
    this.queues = Object.keys(inputs).map(() => new EventQueue(capacity, runtime))
    const spec = this.#spec(parts, surroundings)
    this.#job = new Job({ spec, runtime, logger, dispose: () => Promise.resolve() })
    // Here and not in a promise: what the engine refuses is refused to whoever registers it.
    this.#ended = this.#over(this.#job.run())
  }

  /** Resolves when everything in its queues has been dealt with and everything open has given its results. */
  async end(): Promise<Summary> {
    for (const queue of this.queues) queue.end()
    return this.#ended
  }

  /** Finishes what its job has taken; nothing open gives results. */
  stop(): Promise<Summary> {
    return this.#isOver ? this.#ended : this.#job.stop()
  }

  /** Whether everything it was given has been dealt with, results and dead letters included. */
  get isQuiet(): boolean {
    if (this.#isOver) return true
    if (this.queues.some(({ length }) => length > 0)) return false
    const { deadLetters, sinks, sources, stages } = this.#job.progress()
    const [stage] = stages
    if (stage === undefined || deadLetters !== this.#letters) return false
    const taken = this.queues.reduce((sum, queue) => sum + queue.taken, 0)
    const sent = sources.reduce((sum, source) => sum + source.sent, 0)
    if (taken !== sent || sent !== stage.in || stage.held > 0) return false
    if (this.watch.mark < Math.min(...this.queues.map(({ mark }) => mark))) return false
    const outlets = sinks.filter(({ id }) => id in stage.sent)
    return outlets.every(({ held, id, received }) => received === stage.sent[id] && held === 0)
  }

  counts(): ConsumerCounts {
    const { marksAlone } = this.watch
    const [stage] = this.#job.progress().stages
    const queued = this.queues.reduce((sum, { length, taken }) => sum + length + taken, 0)
    const { dead = 0, filtered = 0, late = 0, stateEntries = {}, used = 0 } = stage ?? {}
    return {
      received: queued - marksAlone,
      used,
      filtered: filtered - marksAlone,
      late,
      failed: dead,
      waiting: queued - used - filtered - late - dead,
      stateEntries: Object.values(stateEntries).reduce((sum, count) => sum + count, 0),
    }
  }

  async #over(run: PromiseLike<Summary>): Promise<Summary> {
    const summary = await run
    this.#isOver = true
    if (summary.error !== undefined) {
      const { message } = summary.error
      this.failure = CLASSIC_FAILED({ consumer: this.id, message }, undefined, summary.error)
    }
    for (const queue of this.queues) queue.onRoom()
    return summary
  }

  #spec(parts: ConsumerParts, { letters }: Surroundings): JobSpec {
    const { by, capacity, factory, id, inputs, onError, outlets, timeoutMs } = parts
    const sources = Object.entries(inputs).map(([name, { idleMs }], index) => ({
      id: `from-${name}`,
      factory: (this.queues[index] as EventQueue).factory,
      time: {
        timestamp: (entry: unknown) => (entry as Entry).time,
        disorderMs: 0,
        idleMs,
        description: 'eventTime',
        watermarks: () => ({ after: (_: number, entry: unknown) => (entry as Entry).mark }),
      },
    }))
    return {
      name: id,
      sources,
      stages: [
        {
          id: 'stage',
          factory: watchedStage(factory, this.watch),
          inputs: Object.keys(inputs).map((name) => ({
            name,
            from: [{ id: `from-${name}`, output: 'out' }],
          })),
          by: by === undefined ? undefined : keysOf(by),
          onError,
          timeoutMs,
        },
      ],
      sinks: Object.entries(outlets).map(([output, outlet]) => ({
        id: output,
        factory: outletSink(output, outlet),
        from: [{ id: 'stage', output }],
      })),
      deadLetter: {
        id: 'deadLetter',
        factory: outletSink('deadLetter', (letter: unknown) => {
          letters.add(id, letter)
          this.#letters++
        }),
        from: [],
      },
      errors: parts.errors,
      mailbox: { capacity },
    }
  }
}

type Keys = Exclude<JobSpec['stages'][number]['by'], undefined>

function keysOf(by: Readonly<Record<string, readonly string[]>>): Keys {
  const parts = Object.entries(by).map(([input, paths]) => [
    input,
    paths.map((path) => {
      const compiled = compilePath(path)
      const read = (entry: unknown): unknown => compiled.read((entry as Entry).event)
      return { name: path, description: path, read }
    }),
  ])
  return Object.fromEntries(parts) as Keys
}
