import { RingBuffer, type Runtime } from '@millrace/base'
import { BATCH_MAX, type SourceBatch, type SourceFactory } from '@millrace/sdk'
import { Entry } from './entry.ts'
import type { StreamEvent } from './stream-event.ts'

/** Events on their way from a stream to one job: bounded, in order, with watermarks where they stand. */
export class EventQueue {
  readonly capacity: number
  readonly factory: SourceFactory
  /** Called when there is room again. */
  onRoom: () => void = () => {}
  /** Entries that the job has taken. */
  taken = 0
  /** The last watermark that was put in. */
  mark = Number.NEGATIVE_INFINITY
  readonly #runtime: Runtime
  readonly #entries = new RingBuffer<Entry>()
  /** A watermark behind all events; the next one takes its place, so that marks alone never fill the queue. */
  #tail: Entry | undefined
  #isOver = false
  #wake: (() => void) | undefined

  constructor(capacity: number, runtime: Runtime) {
    this.capacity = capacity
    this.#runtime = runtime
    this.factory = {
      traits: { name: 'classic', ends: true, replay: 'none' },
      create: () => ({ read: (_partition, _position, { signal }) => this.#read(signal) }),
      dispose: () => undefined,
    }
  }

  /** Events and watermarks that wait. */
  get length(): number {
    return this.#entries.length + (this.#tail === undefined ? 0 : 1)
  }

  get hasRoom(): boolean {
    return this.#entries.length < this.capacity
  }

  /** `time` is the one that counts, epoch ms; `mark` the watermark behind the event. */
  push(event: StreamEvent, time: number, mark: number): void {
    // In front of the event, where it may make it late.
    if (this.#tail !== undefined) this.#entries.push(this.#tail)
    this.#tail = undefined
    this.#entries.push(new Entry(event, time, mark))
    this.#pushed(mark)
  }

  /** Says that no event earlier than `mark` is expected any more. */
  advance(mark: number): void {
    this.#tail = new Entry(undefined, mark, mark)
    this.#pushed(mark)
  }

  /** Nothing more comes. */
  end(): void {
    this.#isOver = true
    this.#wake?.()
  }

  #pushed(mark: number): void {
    this.mark = mark
    const wake = this.#wake
    if (wake === undefined) return
    this.#wake = undefined
    // Not at once: who publishes many events in a row fills a batch.
    this.#runtime.schedule(wake)
  }

  async *#read(signal: AbortSignal): AsyncGenerator<SourceBatch> {
    signal.addEventListener('abort', () => this.#wake?.(), { once: true })
    while (!signal.aborted) {
      const values = this.#take()
      if (values.length > 0) {
        this.onRoom()
        yield { values }
      } else if (this.#isOver) return
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
      }
    }
  }

  #take(): readonly Entry[] {
    const entries: Entry[] = []
    while (entries.length < BATCH_MAX) {
      const entry = this.#entries.shift() ?? this.#tail
      if (entry === undefined) break
      if (entry === this.#tail) this.#tail = undefined
      entries.push(entry)
    }
    this.taken += entries.length
    return entries
  }
}
