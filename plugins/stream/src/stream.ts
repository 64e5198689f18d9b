import { AppendQueue } from './append-queue.ts'
import { readDuration, readCount, refuseUnknown } from './check-options.ts'
import { Consumer, type ConsumerCounts, type Handler } from './consume/consumer.ts'
import { type ConsumeOptions, readConsumeOptions } from './consume/consumer-options.ts'
import type { Database, Durability } from './store/database.ts'
import { STREAM_CLOSED } from './errors.ts'
import { Group } from './consume/group.ts'
import { groupOf, type SeenMessage, seenMessages } from './store/group-row.ts'
import { appendTexts, type Message, readMessages, toText } from './store/messages.ts'
import { checkPlace, offsetOf, type Place } from './store/place.ts'
import { type Deleted, isOver, limitsOf, type RetentionLimits, retain } from './store/retention.ts'
import { checkName, streamOf, type StreamRow } from './store/stream-row.ts'
import type { StreamRuntime } from './stream-runtime.ts'
import { type StreamState, stateOf } from './store/stream-state.ts'
import { sleep, wake } from './wake.ts'

/** How appends are gathered. */
export interface BatchOptions {
  /** Waits for so many appends before it writes. Default: 1, which still writes together what is appended at the same time. */
  readonly size?: number
  /** How long the first of them waits at most: a duration such as `50ms`, or ms. Default: 50ms. */
  readonly delay?: string | number
}

/** How to go through a stream. */
export interface FollowOptions {
  /** Default: `earliest`. */
  readonly from?: Place
  /** Whether to wait for more. Default: false. */
  readonly follow?: boolean
  readonly signal?: AbortSignal
  /** How often to look for what other processes appended. Default: 50ms. */
  readonly poll?: string | number
}

/** Some messages from a place on. */
interface PageOptions {
  /** Default: `earliest`. */
  readonly from?: Place
  /** How many at most. Default, and most: 1,000. */
  readonly limit?: number
}

/** How often retention by age looks, as a share of the age. */
const retentionShare = 4
const readMax = 1000

/** A named append-only stream, open in this process. Any number of processes may have it open. */
export class Stream<T = unknown> {
  readonly name: string
  readonly #id: number
  readonly #db: Database
  readonly #runtime: StreamRuntime
  readonly #queue: AppendQueue
  #closed = false
  /** When this process last looked for what is too old. */
  #retained = 0
  #cancelHousekeeping: (() => void) | undefined

  /** Use `openStream`. */
  constructor(
    db: Database,
    row: StreamRow,
    options: { readonly runtime: StreamRuntime; readonly batch?: BatchOptions | undefined },
  ) {
    const { batch = {}, runtime } = options
    refuseUnknown(batch, ['size', 'delay'], 'batch')
    this.name = row.name
    this.#id = row.id
    this.#db = db
    this.#runtime = runtime
    this.#queue = new AppendQueue((texts, durability) => this.#commit(texts, durability), {
      runtime,
      size: readCount('batch.size', batch.size ?? 1),
      delayMs: readDuration('batch.delay', batch.delay ?? 50),
    })
    this.#keepHouse(limitsOf(row))
  }

  /** Resolves to the message's offset once it survives a power cut. Any JSON value. Rejects with `STREAM_…`; then it may stand there or not where the disk failed, and does not else. */
  append(value: T): Promise<number> {
    return this.#add(value, 'synced')
  }

  /** Faster: resolves once the message survives the end of this process, however it ends. A power cut may take it, until a later `append` or `sync`. */
  appendUnsynced(value: T): Promise<number> {
    return this.#add(value, 'relaxed')
  }

  /** Appends all that `source` gives, until it ends or `signal` aborts; resolves to how many, when they are durable. */
  async attach(
    source: AsyncIterable<T> | Iterable<T>,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<number> {
    let count = 0
    for await (const value of source) {
      if (signal?.aborted === true) break
      await this.appendUnsynced(value)
      count++
    }
    await this.sync()
    return count
  }

  /** Writes what a batch still waits for. Failures are those of the appends. */
  flush(): Promise<void> {
    return this.#queue.flush()
  }

  /** All that was appended so far, also unsynced and by others, survives a power cut. */
  async sync(): Promise<void> {
    await this.flush()
    await this.#write(() => this.#db.run('UPDATE stream SET time = time WHERE id = ?', this.#id))
  }

  /** Ends the stream for all: nothing more can be appended, windows in the making are handed out, consumers end. */
  async end(): Promise<void> {
    await this.flush()
    const sql = 'UPDATE stream SET ended = ? WHERE id = ? AND ended IS NULL'
    await this.#write(() => this.#db.run(sql, this.#runtime.now(), this.#id))
  }

  /** What there is to know of the stream and its groups. */
  state(): Promise<StreamState> {
    return this.#read(() => stateOf(this.#db, this.#row()))
  }

  /** Messages from a place on, at most 1,000. Takes nothing from anybody. */
  async read(options: PageOptions = {}): Promise<Message<T>[]> {
    const { from, limit } = readPage(options)
    return this.#read(() => {
      const first = offsetOf(this.#db, this.#row(), from)
      return readMessages<T>(this.#db, this.#id, { first, limit })
    })
  }

  /** Messages from a place on as a group sees them: waiting, leased, done or dead. At most 1,000. */
  async inspect(group = 'default', options: PageOptions = {}): Promise<SeenMessage<T>[]> {
    const { from, limit } = readPage(options)
    return this.#read(() => {
      const stream = this.#row()
      const first = offsetOf(this.#db, stream, from)
      const row = groupOf(this.#db, this.#id, group)
      return seenMessages<T>(this.#db, stream, row, { first, limit })
    })
  }

  /** The offset that a place stands for now. */
  offsetOf(place: Place): Promise<number> {
    checkPlace(place)
    return this.#read(() => offsetOf(this.#db, this.#row(), place))
  }

  /** Each message once, in order, from a place on; with `follow` it waits for more until `signal` aborts or the stream has ended. */
  async *messages(options: FollowOptions = {}): AsyncGenerator<Message<T>, void> {
    for await (const batch of this.batches(options)) yield* batch
  }

  /** Like `messages`, but as many at a time as there are, up to `limit` (default: 1,000), and none from offset `before` on. */
  async *batches(
    options: FollowOptions & { readonly limit?: number; readonly before?: number } = {},
  ): AsyncGenerator<readonly Message<T>[], void> {
    const { before = Infinity, follow = false, from = 'earliest', signal } = options
    const pollMs = readDuration('poll', options.poll ?? 50)
    const limit = readCount('limit', options.limit ?? readMax)
    let first = await this.offsetOf(from)
    const isStopped = (): boolean => signal?.aborted === true
    while (!isStopped() && first < before) {
      const last = Math.min(before, Number.MAX_SAFE_INTEGER)
      const { ended, found } = await this.#read(() => {
        const found = readMessages<T>(this.#db, this.#id, { first, last, limit })
        return { ended: this.#row().ended !== null, found }
      })
      const end = found.at(-1)
      if (end !== undefined) {
        first = end.offset + 1
        yield found
      } else if (!follow || ended) return
      else await sleep(this.#db.path, pollMs, { runtime: this.#runtime, signal })
    }
  }

  /** Consumers that share the messages. It is made when something is first taken, and begins at `from` (default: `earliest`). */
  group(name = 'default', { from = 'earliest' }: { readonly from?: Place } = {}): Group<T> {
    checkName(name, 'The name of a group')
    checkPlace(from)
    this.#refuseClosed()
    const stream = { id: this.#id, name: this.name }
    return new Group<T>(name, { db: this.#db, stream, from, runtime: this.#runtime })
  }

  /** A consumer to drive by hand: `step`, `run`, `stop`. Throws `STREAM_OPTION`. */
  consumer<R = readonly T[]>(
    handler: Handler<T, R | void>,
    options: ConsumeOptions<T, R> = {},
  ): Consumer<T, R> {
    const settings = readConsumeOptions(options)
    const consumer = new Consumer<T, R>(handler as Handler<T, R>, {
      ...settings,
      sink: options.sink,
      onFailure: options.onFailure,
      source: this.group(settings.group, { from: settings.from }),
      path: this.#db.path,
      runtime: this.#runtime,
    })
    options.signal?.addEventListener('abort', () => consumer.stop(), { once: true })
    if (options.signal?.aborted === true) consumer.stop()
    return consumer
  }

  /** Gives windows of messages to a handler until `signal` aborts or the stream has ended. Rejects with `STREAM_…`. */
  async consume<R = readonly T[]>(
    handler: Handler<T, R | void>,
    options: ConsumeOptions<T, R> = {},
  ): Promise<ConsumerCounts> {
    return this.consumer(handler, options).run()
  }

  /** Deletes now what retention says. */
  retain(): Promise<Deleted> {
    return this.#write(() => retain(this.#db, this.#row(), this.#runtime.now()))
  }

  /** Deletes all messages, read or not. Offsets go on. */
  async clear(): Promise<void> {
    await this.flush()
    await this.#write(() => {
      const { next } = this.#row()
      this.#db.run('DELETE FROM message WHERE stream = ?', this.#id)
      this.#db.run('UPDATE stream SET count = 0, bytes = 0 WHERE id = ?', this.#id)
      const groups = '(SELECT id FROM consumer_group WHERE stream = ?)'
      this.#db.run(`DELETE FROM span WHERE consumer_group IN ${groups}`, this.#id)
      this.#db.run('UPDATE consumer_group SET next = ? WHERE stream = ?', next, this.#id)
    })
  }

  /**
   * Drops what jobs wrote and did not commit (`prepared` in `state`), such as what a job without checkpoints left when it was killed; says how
   * many records. A job that would go on from a checkpoint with some of them is refused then (`STREAM_TOKEN`).
   */
  discardPrepared(): Promise<number> {
    return this.#write(() => {
      const writers = 'SELECT id FROM writer WHERE stream = ?'
      const sql = `DELETE FROM prepared WHERE writer IN (${writers})`
      const { changes } = this.#db.run(sql, this.#id)
      this.#db.run('DELETE FROM writer WHERE stream = ?', this.#id)
      return changes
    })
  }

  /** Writes what waits and lets go of the stream. Stop its consumers first. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#cancelHousekeeping?.()
    await this.flush()
    this.#closed = true
    this.#db.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #add(value: T, durability: Durability): Promise<number> {
    this.#refuseClosed()
    return this.#queue.add(toText(value, this.name), durability)
  }

  async #commit(texts: readonly string[], durability: Durability): Promise<number> {
    const now = this.#runtime.now()
    const stream = { id: this.#id, name: this.name }
    const first = await this.#db.write(() => {
      const first = appendTexts(this.#db, stream, texts, now)
      const row = this.#row()
      const limits = limitsOf(row)
      // Whoever set the age may be gone.
      const isOld = now - this.#retained > (limits.ageMs ?? Infinity) / retentionShare
      if (isOld || isOver(row, limits)) retain(this.#db, row, (this.#retained = now))
      return first
    }, durability)
    wake(this.#db.path)
    return first
  }

  #keepHouse({ ageMs }: RetentionLimits): void {
    if (ageMs === undefined) return
    const delayMs = Math.min(60_000, Math.max(20, ageMs / retentionShare))
    const clean = (): void => {
      // A store that fails says so to whoever appends or reads.
      void this.retain()
        .catch(() => undefined)
        .then(() => this.#closed || start())
    }
    const start = (): void => {
      this.#cancelHousekeeping = this.#runtime.timer(delayMs, clean, true)
    }
    start()
  }

  #row(): StreamRow {
    return streamOf(this.#db, this.#id, this.name)
  }

  #refuseClosed(): void {
    if (this.#closed) throw STREAM_CLOSED({ stream: this.name })
  }

  async #read<R>(work: () => R): Promise<R> {
    this.#refuseClosed()
    return this.#db.read(work)
  }

  async #write<R>(work: () => R): Promise<R> {
    this.#refuseClosed()
    const result = await this.#db.write(work)
    wake(this.#db.path)
    return result
  }
}

function readPage({ from = 'earliest', limit = readMax }: PageOptions): Required<PageOptions> {
  checkPlace(from)
  return { from, limit: Math.min(readCount('limit', limit), readMax) }
}
