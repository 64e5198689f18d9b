import type { StreamMetrics } from './metrics.ts'
import type { EventInput, StreamEvent } from './stream-event.ts'

/** A stream, or its id. */
export type StreamRef<T = unknown> = string | Stream<T>

/** Where results go: a stream, as events, or a function; a promise that it returns holds its processor back. */
export type Target<R> = StreamRef | ((result: R) => unknown)

/** What a stream's methods are made of. */
interface StreamCalls {
  publish(id: string, input: EventInput): Promise<StreamEvent>
  setWatermark(id: string, time: number | Date): Promise<number>
  streamMetrics(id: string): StreamMetrics
}

/** A stream of events with data of type `T`. */
export class Stream<T = unknown> {
  readonly id: string
  readonly #calls: StreamCalls

  constructor(id: string, calls: StreamCalls) {
    this.id = id
    this.#calls = calls
  }

  /** As `publish` of the Classic that it belongs to. */
  publish(input: EventInput<T>): Promise<StreamEvent<T>> {
    return this.#calls.publish(this.id, input) as Promise<StreamEvent<T>>
  }

  /** As `setWatermark` of the Classic that it belongs to. */
  setWatermark(time: number | Date): Promise<number> {
    return this.#calls.setWatermark(this.id, time)
  }

  /** As `streamMetrics` of the Classic that it belongs to. */
  metrics(): StreamMetrics {
    return this.#calls.streamMetrics(this.id)
  }
}

/** The id of a stream. */
export function idOf(stream: StreamRef): string {
  return typeof stream === 'string' ? stream : stream.id
}
