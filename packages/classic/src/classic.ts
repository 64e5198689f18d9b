import type { Runtime } from '@millrace/base'
import { nodeRuntime } from '@millrace/job'
import type { Logger } from '@millrace/sdk'
import type { BatchResult } from './batches.ts'
import { Channel, toChannelOptions } from './channel.ts'
import { Consumer, type ConsumerParts, type Surroundings } from './consumer.ts'
import { type DeadLetter, DeadLetters } from './dead-letters.ts'
import { CLASSIC_CLOSED, CLASSIC_ID_TAKEN, CLASSIC_OPTION } from './errors.ts'
import type { EventQueue } from './event-queue.ts'
import { found, Graph, type Node } from './graph.ts'
import { type JoinOptions, joinStage } from './joins.ts'
import { metricsOf, streamMetricsOf, type StreamMetrics } from './metrics.ts'
import { toCount, toMs } from './options.ts'
import { toPolicy } from './failure-policy.ts'
import { processorFactory, type ProcessorOptions } from './processor.ts'
import { type Report, reportOf } from './report.ts'
import { retainedOf } from './retained.ts'
import { joinOutlet, lateOutlet, resultOutlet, streamsOf, windowOutlet } from './routes.ts'
import { untilQuiet } from './until-quiet.ts'
import {
  type InitialOptions,
  type StateAccess,
  type StateEntry,
  type StateOptions,
  StateStore,
} from './state-store.ts'
import type { EventInput, StreamEvent } from './stream-event.ts'
import { idOf, Stream, type StreamRef } from './stream.ts'
import type { StreamOptions } from './stream-options.ts'
import type {
  SessionOptions,
  SlidingOptions,
  TumblingOptions,
  WindowOptions,
} from './window-options.ts'
import type { WindowView } from './window-view.ts'
import { type WindowKind, Windows } from './windows.ts'

/** What a Classic is made with. */
export interface ClassicOptions {
  /** Default: the real clock. */
  readonly runtime?: Runtime | undefined
  /** Default: silence. */
  readonly logger?: Logger | undefined
  /** How many dead letters are kept. Default 1,000. */
  readonly keepDeadLetters?: number | undefined
}

/** How much a stop left undone. */
export interface Unfinished {
  /** Events that were published and not dealt with. */
  readonly events: number
  /** Windows that were not closed. */
  readonly windows: number
}

/** Names of a consumer's inputs with the streams they read, and the streams that it writes. */
interface Edges {
  readonly streams: Readonly<Record<string, string>>
  readonly targets: readonly string[]
}

/** What each kind of consumer says about itself. */
type Made = Omit<ConsumerParts, 'id' | 'inputs' | 'capacity'> & {
  readonly capacity: number | undefined
  readonly windows?: Windows
}

const CAPACITY = 1024

/**
 * Streams, and what reads them, in an imperative style. Each processor, window and join is a Millrace job of its own, fed with
 * backpressure. Everything rejects or throws with a coded error.
 */
export class Classic implements StateAccess {
  readonly #runtime: Runtime
  readonly #surroundings: Surroundings
  readonly #graph = new Graph()
  readonly #windows = new Map<string, Windows>()
  readonly #store: StateStore
  readonly #letters: DeadLetters
  #isClosed = false

  constructor({ keepDeadLetters = 1000, logger, runtime = nodeRuntime }: ClassicOptions = {}) {
    this.#runtime = runtime
    this.#letters = new DeadLetters(toCount('Classic', 'keepDeadLetters', keepDeadLetters, 0))
    this.#store = new StateStore(() => runtime.now())
    this.#surroundings = { runtime, logger, letters: this.#letters }
  }

  /** Makes a stream. Rejects with CLASSIC_ID_TAKEN and CLASSIC_OPTION. */
  async createStream<T = unknown>(id: string, options?: StreamOptions): Promise<Stream<T>> {
    this.#checkOpen('A stream is created')
    if (this.#graph.channels.has(id)) throw CLASSIC_ID_TAKEN({ kind: 'stream', id })
    const channel = toChannelOptions(id, options)
    this.#graph.channels.set(id, new Channel(id, channel, this.#runtime))
    return new Stream<T>(id, this)
  }

  /** Runs a function over the events of a stream from now on. Rejects with CLASSIC_UNKNOWN, CLASSIC_ID_TAKEN, CLASSIC_CIRCLE and CLASSIC_OPTION. */
  async registerProcessor<T = unknown, R = unknown>(
    id: string,
    options: ProcessorOptions<T, R>,
  ): Promise<void> {
    const { capacity, errors, onError, process, stream, timeout, to } = options
    const streams = { in: idOf(stream) }
    this.#add('processor', id, { streams, targets: streamsOf(to) }, () => ({
      factory: processorFactory(process, this.#store, to !== undefined),
      outlets: { out: resultOutlet(this.#graph, to) },
      capacity,
      errors,
      onError: toPolicy(`Processor "${id}"`, onError),
      timeoutMs: toMs(`Processor "${id}"`, 'timeout', timeout),
    }))
  }

  /** Windows of one size, one behind the other, over events from now on. Rejects as `registerProcessor`. */
  async createTumblingWindow<T = unknown>(id: string, options: TumblingOptions<T>): Promise<void> {
    this.#addWindow(id, { tumbling: options.size, offset: options.offset }, options)
  }

  /** Windows that overlap, over events from now on. Rejects as `registerProcessor`. */
  async createSlidingWindow<T = unknown>(id: string, options: SlidingOptions<T>): Promise<void> {
    const { offset, size, slide } = options
    this.#addWindow(id, { sliding: { size, every: slide }, offset }, options)
  }

  /** Windows that end when nothing came for a while, over events from now on. Rejects as `registerProcessor`. */
  async createSessionWindow<T = unknown>(id: string, options: SessionOptions<T>): Promise<void> {
    this.#addWindow(id, { session: options.gap }, options)
  }

  /** Joins the events of two streams from now on, by key and event time. Rejects as `registerProcessor`. */
  async joinStreams<L = unknown, R = unknown>(
    id: string,
    options: JoinOptions<L, R>,
  ): Promise<void> {
    const { capacity, late, left, right, to } = options
    const streams = { left: idOf(left), right: idOf(right) }
    const targets = streamsOf(to, late)
    this.#add('join', id, { streams, targets }, () => ({
      ...joinStage(id, options as JoinOptions),
      outlets: {
        out: joinOutlet(this.#graph, id, to),
        ...lateOutlet(this.#graph, id, late),
      },
      capacity,
    }))
  }

  #addWindow<T>(id: string, kind: WindowKind, options: WindowOptions<T>): void {
    const { capacity, late, stream, to } = options
    const targets = streamsOf(to, late)
    this.#add('window', id, { streams: { in: idOf(stream) }, targets }, () => {
      // The stage's own watermark: windows are what it says, not what is still on its way to it.
      const watermark = (): number =>
        this.#graph.nodes.get(id)?.consumer.watch.mark ?? Number.POSITIVE_INFINITY
      const windows = new Windows(id, kind, { options: options as WindowOptions, watermark })
      const closed = windowOutlet(this.#graph, to)
      const outlet = (result: Parameters<typeof windows.take>[0]): void | Promise<void> => {
        const view = windows.take(result)
        return view === undefined ? undefined : closed(view)
      }
      return {
        windows,
        factory: windows.factory,
        by: { in: windows.keyNames },
        outlets: { out: outlet, ...lateOutlet(this.#graph, id, late) },
        capacity,
      }
    })
  }

  #add(kind: Node['kind'], id: string, edges: Edges, make: () => Made): void {
    this.#checkOpen(`A ${kind} is created`)
    const streams = Object.values(edges.streams)
    this.#graph.check(kind, id, { streams, targets: edges.targets })
    const { windows, ...made } = make()
    const channels = streams.map((stream) => this.#graph.channel(stream))
    const inputs = Object.keys(edges.streams).map((name, index) => [name, channels[index]?.options])
    const of = `${kind} "${id}"`
    const consumer = new Consumer(
      {
        ...made,
        id,
        capacity: toCount(of, 'capacity', made.capacity ?? CAPACITY, 1),
        inputs: Object.fromEntries(inputs) as ConsumerParts['inputs'],
      },
      this.#surroundings,
    )
    channels.forEach((channel, index) =>
      channel.attach(consumer, consumer.queues[index] as EventQueue),
    )
    this.#graph.nodes.set(id, { kind, streams, targets: edges.targets, consumer })
    if (windows !== undefined) this.#windows.set(id, windows)
  }

  /**
   * Takes a processor, window or join away, when it has dealt with what it was given; open windows give their results. Rejects
   * with CLASSIC_UNKNOWN.
   */
  async unregister(id: string): Promise<void> {
    const node = this.#graph.node(id)
    this.#detach(node)
    await node.consumer.end()
    this.#graph.nodes.delete(id)
    this.#windows.delete(id)
  }

  /**
   * Publishes an event to all who read the stream; resolves, with the event, when each of them has room for it. Rejects with
   * CLASSIC_UNKNOWN, CLASSIC_EVENT, CLASSIC_FULL (`whenFull: 'reject'`), CLASSIC_FAILED and CLASSIC_CLOSED.
   */
  async publish<T>(stream: StreamRef<T>, input: EventInput<T>): Promise<StreamEvent<T>> {
    this.#checkOpen('An event is published')
    const channel = this.#graph.channel(idOf(stream))
    return (await channel.publish(input)) as StreamEvent<T>
  }

  /**
   * Says that no event before `time` is expected any more: windows that ended by then close. It never goes back: an earlier
   * time changes nothing. Resolves to the watermark, epoch ms. Rejects as `publish`.
   */
  async setWatermark(stream: StreamRef, time: number | Date): Promise<number> {
    this.#checkOpen('A watermark is set')
    const channel = this.#graph.channel(idOf(stream))
    const mark = Number(time)
    if (!Number.isFinite(mark)) {
      const hint = 'Pass a Date or epoch ms.'
      throw CLASSIC_OPTION({
        of: `Watermark of "${channel.id}"`,
        path: 'time',
        fault: 'is no time',
        hint,
      })
    }
    await channel.advance(mark)
    return channel.watermark
  }

  /**
   * Hands up to `size` events (default 100) of the stream's buffer to the handler. They leave the buffer when it has succeeded.
   * Rejects with CLASSIC_UNKNOWN, CLASSIC_NO_BUFFER, CLASSIC_OPTION and CLASSIC_BATCH.
   */
  async processBatch<T = unknown>(
    stream: StreamRef<T>,
    options: {
      readonly size?: number | undefined
      readonly handler: (events: readonly StreamEvent<T>[]) => void | Promise<void>
    },
  ): Promise<BatchResult> {
    const channel = this.#graph.channel(idOf(stream))
    const size = toCount(`Batch of "${channel.id}"`, 'size', options.size ?? 100, 1)
    return channel.batches.process(
      size,
      options.handler as (events: readonly StreamEvent[]) => void,
    )
  }

  /**
   * The windows that an event belongs to by its time (and key), oldest first: those there are, else empty ones. Windows take
   * events in by themselves; this only looks. Throws CLASSIC_UNKNOWN.
   */
  assignToWindow<T = unknown>(id: string, event: StreamEvent<T>): readonly WindowView<T>[] {
    const windows = found('window', id, this.#windows)
    const [stream] = this.#graph.node(id).streams
    const time = this.#graph.channel(stream as string).timeOf(event)
    return windows.assign(event, time) as readonly WindowView<T>[]
  }

  /** The windows of a name that are not closed and those that are closed and still kept, by start. Throws CLASSIC_UNKNOWN. */
  windows<T = unknown>(id: string): readonly WindowView<T>[] {
    return found('window', id, this.#windows).all as readonly WindowView<T>[]
  }

  /** What `reduce` makes of all events of a window; null for an empty one. The window remembers it as its `result`. */
  aggregateWindow<T, R>(
    view: WindowView<T>,
    reduce: (events: readonly StreamEvent<T>[]) => R,
  ): R | null {
    const value = view.events.length === 0 ? null : reduce(view.events)
    view.result = { value, at: this.#runtime.now() }
    return value
  }

  /** The value of a key; `initial`, else null, where there is none. */
  getState<T>(key: string, options: InitialOptions<T>): T
  getState(key: string, options?: StateOptions): unknown
  getState(key: string, options: Partial<InitialOptions<unknown>> = {}): unknown {
    const { initial = null, ...place } = options
    const entry = this.#store.get(key, place)
    return entry === undefined ? initial : entry.value
  }

  /** The value of a key and when it was set; undefined where there is none. */
  stateEntry(key: string, options?: StateOptions): StateEntry | undefined {
    return this.#store.get(key, options)
  }

  /** Sets the value of a key at once. In a processor use its context, so that the write of a failing event does not count. */
  updateState(key: string, value: unknown, options?: StateOptions): void {
    this.#store.set(key, value, options)
  }

  /** Forgets a key; whether there was one. */
  deleteState(key: string, options?: StateOptions): boolean {
    return this.#store.delete(key, options)
  }

  /** The last events that failed, oldest first. */
  deadLetters(): readonly DeadLetter[] {
    return this.#letters.kept
  }

  /** Counts of one stream and of those who read it. Throws CLASSIC_UNKNOWN. */
  streamMetrics(stream: StreamRef): StreamMetrics {
    const channel = this.#graph.channel(idOf(stream))
    return streamMetricsOf(channel, [...this.#graph.nodes.values()])
  }

  /** Counts of everything. `renderReport` makes a text of them. */
  report(): Report {
    return reportOf({
      nowMs: this.#runtime.now(),
      streams: [...this.#graph.channels.keys()].map((id) => this.streamMetrics(id)),
      consumers: [...this.#graph.nodes.values()].map(metricsOf),
      deadLetters: this.#letters.count,
      retained: retainedOf(this.#graph, this.#windows.values(), {
        deadLetters: this.#letters.kept.length,
        state: this.#store.size,
      }),
    })
  }

  /**
   * Resolves when everything that was published has been dealt with: processed, in its windows, joined, passed on; but for what
   * waits for `processBatch`. Rejects with CLASSIC_FAILED.
   */
  async settled(): Promise<void> {
    const isQuiet = (): boolean => {
      for (const { consumer } of this.#graph.nodes.values()) {
        if (consumer.failure !== undefined) throw consumer.failure
        if (!consumer.isQuiet) return false
      }
      return [...this.#graph.channels.values()].every(({ isQuiet }) => isQuiet)
    }
    await untilQuiet(this.#runtime, isQuiet)
  }

  /**
   * The end: deals with everything that was published, and closes all windows. Buffers take what is on its way, and can still be
   * processed. Rejects with CLASSIC_FAILED.
   */
  async drain(): Promise<void> {
    this.#close()
    let failure: Error | undefined
    for (const { consumer, streams } of this.#graph.inOrder()) {
      const channels = streams.map((stream) => this.#graph.channel(stream))
      await untilQuiet(this.#runtime, () => channels.every(({ waiting }) => waiting === 0))
      await consumer.end()
      failure ??= consumer.failure
    }
    if (failure !== undefined) throw failure
  }

  /** An early end: nothing is taken on any more, open windows give no results. Says how much is left undone. */
  async stop(): Promise<Unfinished> {
    this.#close()
    const nodes = this.#graph.inOrder()
    const fed = new Set(nodes.flatMap(({ targets }) => targets))
    for (const [id, channel] of this.#graph.channels) {
      if (!fed.has(id)) channel.refuse(CLASSIC_CLOSED({ what: 'An event is published' }))
    }
    for (const { consumer } of nodes) await consumer.stop()
    const { openWindows, waiting } = this.report().retained
    return { events: waiting, windows: openWindows }
  }

  #close(): void {
    this.#isClosed = true
    for (const { batches } of this.#graph.channels.values()) batches.lift()
  }

  #detach({ consumer, streams }: Node): void {
    for (const stream of streams) this.#graph.channel(stream).detach(consumer)
  }

  #checkOpen(what: string): void {
    if (this.#isClosed) throw CLASSIC_CLOSED({ what })
  }
}
