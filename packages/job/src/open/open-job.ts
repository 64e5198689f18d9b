import type { Runtime } from '@millrace/base'
import {
  type DeadLetterRecord,
  type EngineJob,
  type JobSpec,
  mainOutputs,
  type Resized,
  type Summary,
  type TimeSpec,
} from '@millrace/engine'
import { jobDefaults, type SinkBatch, type SinkFactory } from '@millrace/sdk'
import { JOB_CLOSED, JOB_PUSH } from './errors.ts'
import { FollowedRecords } from './followed-records.ts'
import type { Outcome } from './outcome.ts'
import { RecordQueue } from './record-queue.ts'
import { ResultQueue } from './result-queue.ts'

/** How a job is opened. */
export interface OpenOptions {
  /**
   * Records that may wait in front of the job, in front of each of its stages (where the job says nothing of its `mailbox`), and behind it as results. From 1;
   * default 4,096.
   */
  readonly capacity?: number | undefined
  /**
   * `all`, the default: results wait until they are read, and a job whose results nobody reads takes no more records. `latest`: only the newest one
   * is kept.
   */
  readonly results?: 'all' | 'latest' | undefined
  /** Takes dead letters of pushed records, where the job has no sink for them. Default: they are only counted. */
  readonly onDeadLetter?: ((letter: DeadLetterRecord) => void) | undefined
}

/** What an open job is made of. */
export interface OpenParts {
  readonly spec: JobSpec
  readonly runtime: Runtime
  readonly time: TimeSpec | undefined
  readonly isIterated: boolean
  /** Makes what runs it, and starts it. */
  readonly start: (spec: JobSpec) => { engine: EngineJob; ended: Promise<Summary> }
}

/** Id of the source that an open job reads. */
const SOURCE = 'source'

/** A running job that is fed by calls: an instance of its own, with state of its own. */
export class OpenJob<In, Out> {
  /** Resolves when it is over, with state `failed` and `error` where it failed. Never rejects. */
  readonly ended: Promise<Summary>
  /** Results of what was pushed, each once, in order; read them from one place. Throws what the job failed with, behind the last one. */
  readonly results: AsyncIterable<Out>
  readonly #name: string
  readonly #engine: EngineJob
  readonly #followed: FollowedRecords<Out>
  readonly #queue: RecordQueue<Out>
  readonly #results: ResultQueue<Out>
  #closed: 'stopped' | 'failed' | 'aborted' | undefined
  #isAborted = false
  #error: unknown

  constructor(parts: OpenParts, options: OpenOptions) {
    const { capacity = jobDefaults.mailbox.capacity, results = 'all' } = options
    const { spec } = parts
    this.#name = spec.name
    this.#followed = new FollowedRecords(SOURCE, (offset) => this.#holds(offset))
    this.#queue = new RecordQueue(capacity, parts.runtime, this.#followed)
    this.#results = new ResultQueue(results === 'all' ? capacity : 0, this.#followed)
    const letters = this.#letters(spec.deadLetter?.factory, options.onDeadLetter)
    const own = { id: 'sink', factory: this.#results.factory, from: mainOutputs(spec) }
    const { ended, engine } = parts.start({
      ...spec,
      sources: [{ id: SOURCE, factory: this.#queue.factory, time: parts.time }],
      sinks: parts.isIterated ? [...spec.sinks, own] : spec.sinks,
      deadLetter: { id: 'deadLetter', from: [], ...spec.deadLetter, factory: letters },
      mailbox: { capacity, ...spec.mailbox },
      follower: this.#followed,
    })
    this.#engine = engine
    this.results = { [Symbol.asyncIterator]: () => this.#results }
    this.ended = ended.then((summary) => this.#over(summary))
  }

  /** Records that wait for the job to take them. */
  get waiting(): number {
    return this.#queue.length
  }

  /**
   * Gives the job a record. Resolves to true when there is room for it in front of the job; to false where there was none within `timeoutMs`, by
   * default as long as it takes. Results are in `results`. Rejects with JOB_CLOSED and JOB_PUSH.
   */
  push(record: In, { timeoutMs }: { readonly timeoutMs?: number } = {}): Promise<boolean> {
    if (timeoutMs !== undefined && !(timeoutMs >= 0)) {
      return Promise.reject(JOB_PUSH({ got: String(timeoutMs) }))
    }
    return this.#refusal() ?? this.#queue.push(record, undefined, timeoutMs)
  }

  /**
   * Gives the job a record and resolves to what became of it, with its results, which are not in `results` then. Results that a stage gives
   * later, of what it has taken into its state, are in `results`. Rejects with JOB_CLOSED, also when the job fails first.
   */
  execute(record: In): Promise<Outcome<Out>> {
    const refusal = this.#refusal<Outcome<Out>>()
    if (refusal !== undefined) return refusal
    return new Promise((resolve, reject) => {
      // It has the same news for whoever waits for room as for whoever waits for the outcome.
      this.#queue.push(record, { resolve, reject }, undefined).catch(reject)
    })
  }

  /** The newest result that came since the last call, read or not; undefined: none did. */
  latest(): { readonly value: Out } | undefined {
    return this.#results.latest()
  }

  /**
   * Gives a stage without `by` that says `parallel` another number of workers, from 1 to 64. Resolves when it is in force: a record that comes now is with
   * one of those; what others have in hand they finish. Rejects with ENG_RESIZE, ENG_RESIZE_OVER and why a worker did not open.
   */
  resize(stage: string, workers: number): Promise<Resized> {
    return this.#engine.resize(stage, workers)
  }

  /**
   * Takes no more records and ends: what is in the stages is finished, what waits in front of them is dropped, nothing open fires. Results that wait can still
   * be read.
   */
  async stop(): Promise<Summary> {
    this.#close()
    void this.#engine.stop()
    return this.ended
  }

  /** Takes no more records, finishes all that it was given, and ends as if its input were over: everything open fires. */
  async drain(): Promise<Summary> {
    this.#close()
    this.#queue.end()
    return this.ended
  }

  /** Ends at once, whatever is under way; sinks abort. What waits for an outcome is rejected. */
  abort(): void {
    this.#close()
    this.#isAborted = true
    this.#engine.abort()
  }

  #close(): void {
    this.#closed ??= 'stopped'
    this.#results.unbind()
  }

  #refusal<T>(): Promise<T> | undefined {
    const why = this.#closed
    return why && Promise.reject<T>(JOB_CLOSED({ name: this.#name, why }, undefined, this.#error))
  }

  #over(summary: Summary): Summary {
    const { error } = summary
    const ended = this.#isAborted ? 'aborted' : 'failed'
    this.#closed = error === undefined ? 'stopped' : ended
    this.#error = error
    const why = error && JOB_CLOSED({ name: this.#name, why: ended }, undefined, error)
    this.#followed.finish(why)
    const left = this.#queue.clear(why)
    this.#results.close(error)
    if (left === 0) return summary
    const records = `${left} record${left === 1 ? '' : 's'}`
    const warning = `${records} that had been pushed waited in front of the job when it ended, and were dropped; drain() takes them.`
    return { ...summary, warnings: [...summary.warnings, warning] }
  }

  #holds(offset: number): boolean {
    return this.#engine.parked().some(({ position }) => position?.offset === offset)
  }

  /** The dead letter sink of the job, and who waits for a record that comes there. */
  #letters(factory: SinkFactory | undefined, told: OpenOptions['onDeadLetter']): SinkFactory {
    const tell = (value: unknown): void => {
      const letter = value as DeadLetterRecord
      if (!this.#followed.letter(letter) && factory === undefined) told?.(letter)
    }
    return factory === undefined ? callsSink(tell) : tappedSink(factory, tell)
  }
}

function callsSink(tell: (value: unknown) => void): SinkFactory {
  return {
    traits: { name: 'letters', guarantee: 'Each letter is handed over once.' },
    create: () => ({
      write(batch) {
        for (let index = 0; index < batch.length; index++) tell(batch.value(index))
      },
    }),
    dispose: () => undefined,
  }
}

/** A sink that shows what it writes. */
function tappedSink(factory: SinkFactory, tell: (value: unknown) => void): SinkFactory {
  return {
    ...factory,
    async create(scope) {
      const instance = await factory.create(scope)
      const own = instance.write.bind(instance)
      return Object.assign(instance, {
        write(batch: SinkBatch) {
          for (let index = 0; index < batch.length; index++) tell(batch.value(index))
          return own(batch)
        },
      })
    },
    dispose: () => factory.dispose(),
  }
}
