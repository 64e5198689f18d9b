import { RingBuffer, type Runtime } from '@millrace/base'
import { Batches } from './batches.ts'
import type { Consumer } from './consumer.ts'
import { CLASSIC_EVENT, CLASSIC_FULL, CLASSIC_OPTION } from './errors.ts'
import type { EventQueue } from './event-queue.ts'
import { toChoice, toCount, toMs } from './options.ts'
import type { StreamOptions } from './stream-options.ts'
import { type EventInput, StreamEvent } from './stream-event.ts'

/** How a stream is made, checked. */
export interface ChannelOptions {
  readonly isProcessingTime: boolean
  /** How far the watermark trails the largest event time, ms; undefined: it is set by hand. */
  readonly disorderMs: number | undefined
  readonly idleMs: number | undefined
  readonly buffer: number
  readonly rejectsWhenFull: boolean
}

/** How long a stream of processing time is silent before the clock moves its watermark, ms. */
const TICK_MS = 100

/** The options of a stream. Throws CLASSIC_OPTION. */
export function toChannelOptions(id: string, options: StreamOptions = {}): ChannelOptions {
  const of = `Stream "${id}"`
  const { buffer = 0, disorder, idle, time = 'event', whenFull = 'wait' } = options
  const times = ['event', 'processing'] as const
  const isProcessingTime = toChoice(of, 'time', { known: times, value: time }) === 'processing'
  const ways = ['wait', 'reject'] as const
  const rejectsWhenFull = toChoice(of, 'whenFull', { known: ways, value: whenFull }) === 'reject'
  if (isProcessingTime && (disorder ?? idle) !== undefined) {
    const hint = 'Leave disorder and idle out: the clock is never out of order.'
    throw CLASSIC_OPTION({ of, path: 'time', fault: 'is that of the clock', hint })
  }
  return {
    isProcessingTime,
    disorderMs: isProcessingTime ? 0 : toMs(of, 'disorder', disorder),
    idleMs: isProcessingTime ? TICK_MS : toMs(of, 'idle', idle),
    buffer: toCount(of, 'buffer', buffer, 0),
    rejectsWhenFull,
  }
}

interface Reader {
  readonly consumer: Consumer
  readonly queue: EventQueue
}

/** Something that waits for room, behind what waits already: an event, or a watermark. */
interface Waiting {
  readonly event: StreamEvent | undefined
  readonly mark: number
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** What is behind a stream: hands each event to all who read it, when all of them have room. */
export class Channel {
  readonly id: string
  readonly options: ChannelOptions
  readonly batches: Batches
  published = 0
  /** No event earlier than this is expected, epoch ms. */
  watermark = Number.NEGATIVE_INFINITY
  readonly #runtime: Runtime
  readonly #readers: Reader[] = []
  readonly #waiting = new RingBuffer<Waiting>()
  #clock = Number.NEGATIVE_INFINITY
  /** Events without an id of their own that were made. */
  #made = 0

  constructor(id: string, options: ChannelOptions, runtime: Runtime) {
    this.id = id
    this.options = options
    this.#runtime = runtime
    this.batches = new Batches(id, options.buffer)
    this.batches.onRoom = () => this.#pump()
  }

  /** Publications that wait for room. */
  get waiting(): number {
    return this.#waiting.length
  }

  /** Whether nothing waits, or only for those who process batches. */
  get isQuiet(): boolean {
    return this.#waiting.length === 0 || !this.batches.hasRoom
  }

  attach(consumer: Consumer, queue: EventQueue): void {
    queue.onRoom = () => this.#pump()
    if (this.watermark > Number.NEGATIVE_INFINITY) queue.advance(this.watermark)
    this.#readers.push({ consumer, queue })
  }

  detach(consumer: Consumer): void {
    const kept = this.#readers.filter((reader) => reader.consumer !== consumer)
    this.#readers.splice(0, this.#readers.length, ...kept)
    this.#pump()
  }

  /** The event of an input. Throws CLASSIC_EVENT. */
  toEvent(input: EventInput): StreamEvent {
    const fault = faultOf(input)
    if (fault !== undefined) throw CLASSIC_EVENT({ stream: this.id, fault })
    this.#clock = Math.max(this.#clock, this.#runtime.now())
    const { data, eventTime = this.#clock, id = `${this.id}-${++this.#made}`, type } = input
    return new StreamEvent({
      id,
      type,
      data,
      eventTime: Number(eventTime),
      processingTime: this.#clock,
    })
  }

  /** The time of an event that counts in this stream. */
  timeOf(event: Pick<StreamEvent, 'eventTime' | 'processingTime'>): number {
    return this.options.isProcessingTime ? event.processingTime : event.eventTime
  }

  /** The event, once all who read the stream have it in their queues: at once where they have room. Throws or rejects as the stream says. */
  publish(input: EventInput): StreamEvent | Promise<StreamEvent> {
    if (this.options.rejectsWhenFull && !this.#hasRoom) throw this.#full()
    const event = this.toEvent(input)
    return this.#enter(event, Number.NEGATIVE_INFINITY)?.then(() => event) ?? event
  }

  /** Moves the watermark behind all that was published before. It never goes back. */
  advance(mark: number): void | Promise<void> {
    return this.#enter(undefined, mark)
  }

  /** Rejects what waits. */
  refuse(error: Error): void {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      next.reject(error)
    }
  }

  #enter(event: StreamEvent | undefined, mark: number): undefined | Promise<void> {
    const failure = this.#failure()
    if (failure !== undefined) throw failure
    if (this.#waiting.length === 0 && this.#hasRoom) {
      this.#hand(event, mark)
      return undefined
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ event, mark, resolve, reject })
    })
  }

  #hand(event: StreamEvent | undefined, mark: number): void {
    if (event === undefined) {
      if (mark <= this.watermark) return
      this.watermark = mark
      for (const { queue } of this.#readers) queue.advance(mark)
      return
    }
    this.published++
    const { disorderMs } = this.options
    const time = this.timeOf(event)
    if (disorderMs !== undefined) this.watermark = Math.max(this.watermark, time - disorderMs)
    for (const { queue } of this.#readers) queue.push(event, time, this.watermark)
    this.batches.push(event)
  }

  #pump(): void {
    while (this.#waiting.length > 0) {
      const failure = this.#failure()
      if (failure === undefined && !this.#hasRoom) return
      const next = this.#waiting.shift() as Waiting
      if (failure !== undefined) next.reject(failure)
      else {
        this.#hand(next.event, next.mark)
        next.resolve()
      }
    }
  }

  #failure(): Error | undefined {
    return this.#readers.find(({ consumer }) => consumer.failure !== undefined)?.consumer.failure
  }

  get #hasRoom(): boolean {
    for (const { queue } of this.#readers) if (!queue.hasRoom) return false
    return this.batches.hasRoom
  }

  /** Why there is no room. */
  #full(): Error {
    const reader = this.#readers.find(({ queue }) => !queue.hasRoom)
    const holder = reader === undefined ? 'its buffer' : `"${reader.consumer.id}"`
    const capacity = reader === undefined ? this.batches.capacity : reader.queue.capacity
    return CLASSIC_FULL({ stream: this.id, holder, capacity })
  }
}

function faultOf(input: unknown): string | undefined {
  if (typeof input !== 'object' || input === null) return 'is not an event'
  const { eventTime, id, type } = input as Partial<EventInput>
  if (typeof type !== 'string' || type === '') return 'has no type'
  if (id !== undefined && typeof id !== 'string') return 'has an id that is not a text'
  if (eventTime === undefined) return undefined
  const isTime = typeof eventTime === 'number' || eventTime instanceof Date
  return isTime && Number.isFinite(Number(eventTime)) ? undefined : 'has no valid eventTime'
}
