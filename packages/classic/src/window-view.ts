import { CLASSIC_NO_EVENTS } from './errors.ts'
import type { StreamEvent } from './stream-event.ts'

export type WindowType = 'tumbling' | 'sliding' | 'session'

/** What a window is besides its events. */
export interface WindowFrame {
  /** The window that it is one period of. */
  readonly window: string
  readonly type: WindowType
  /** Key fields by path; undefined without `by`. */
  readonly key: Readonly<Record<string, unknown>> | undefined
  /** Epoch ms; the end is not part of it. */
  readonly start: number
  readonly end: number
  /** How long after its end it still takes events. */
  readonly latenessMs: number
  readonly keepsEvents: boolean
}

/** A window at a moment, as plain data. */
export interface WindowSummary {
  readonly id: string
  readonly window: string
  readonly type: WindowType
  readonly key: Readonly<Record<string, unknown>> | undefined
  readonly start: string
  readonly end: string
  readonly count: number
  readonly state: WindowState
  readonly closed: boolean
  readonly values: Readonly<Record<string, unknown>>
}

/** `fired`: its end has passed, late events still change it. */
export type WindowState = 'open' | 'fired' | 'closed'

/** One period of a window and what is in it. It changes while it is not closed. */
export class WindowView<T = unknown> {
  readonly id: string
  readonly window: string
  readonly type: WindowType
  readonly key: Readonly<Record<string, unknown>> | undefined
  readonly start: number
  end: number
  /** How many events are in it. */
  count = 0
  /** The named values of `aggregate`; empty before the first event. */
  values: Readonly<Record<string, unknown>> = {}
  /** What `aggregateWindow` gave last, and when. */
  result: { readonly value: unknown; readonly at: number } | undefined
  readonly #frame: WindowFrame
  readonly #watermark: () => number
  #events: StreamEvent<T>[] = []

  constructor(frame: WindowFrame, watermark: () => number) {
    const { end, key, start, type, window } = frame
    const owner = key === undefined ? '' : `/${JSON.stringify(Object.values(key))}`
    this.id = `${window}/${new Date(start).toISOString()}${owner}`
    this.window = window
    this.type = type
    this.key = key
    this.start = start
    this.end = end
    this.#frame = frame
    this.#watermark = watermark
  }

  /** What is in it, in the order of arrival; sessions that were merged, by event time. Throws CLASSIC_NO_EVENTS. */
  get events(): readonly StreamEvent<T>[] {
    if (!this.#frame.keepsEvents) throw CLASSIC_NO_EVENTS({ window: this.window })
    return this.#events
  }

  /** How many events it holds. */
  get held(): number {
    return this.#events.length
  }

  get state(): WindowState {
    const watermark = this.#watermark()
    if (watermark >= this.end + this.#frame.latenessMs) return 'closed'
    return watermark >= this.end ? 'fired' : 'open'
  }

  /** Whether it takes no more events. */
  get closed(): boolean {
    return this.state === 'closed'
  }

  /** Takes an event in. For the window itself: what a caller adds is not counted. */
  add(event: StreamEvent<T>): void {
    if (this.#frame.keepsEvents) this.#events.push(event)
  }

  /** Takes in what another one held. */
  takeIn(other: WindowView<T>): void {
    const events = [...other.#events, ...this.#events]
    this.#events = events.toSorted((a, b) => a.eventTime - b.eventTime)
  }

  /** The window now. */
  toJSON(): WindowSummary {
    const { closed, count, id, key, state, type, values, window } = this
    const start = new Date(this.start).toISOString()
    const end = new Date(this.end).toISOString()
    return { id, window, type, key, start, end, count, state, closed, values }
  }
}
