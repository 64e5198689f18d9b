import type { RecordBatch } from './record-batch.ts'

/** What travels on an edge: records of a batch with the watermark behind them, a mark alone, or the end. */
export interface Envelope {
  readonly kind: 'batch' | 'mark' | 'end'
  readonly edge: Edge
  /** Undefined of a batch whose records were dropped on the way. */
  batch: RecordBatch | undefined
  start: number
  end: number
  /** Watermark behind the last record. */
  mark: number
  /** Of an end: whether the input is over, as opposed to stopped. */
  readonly complete: boolean
}

/** Whoever takes the envelopes: a cell of core. */
export interface Receiver {
  tell(message: Envelope): void
}

/** Where a lossy mailbox reports. */
export interface OverflowTarget {
  readonly policy: 'dropOldest' | 'dropNewest' | 'fail'
  dropped(count: number): void
  overflowed(): void
}

/** Records in a lossy mailbox. They stay here, where they can be dropped, until the reader takes a message of theirs. */
interface Queued {
  readonly batch: RecordBatch
  start: number
  readonly end: number
  readonly mark: number
}

interface Waiting {
  readonly batch: RecordBatch
  start: number
  mark: number
}

/** The most records in one message. */
export const BATCH_MAX = 1024

/**
 * One reader of one output. Holds the sender back: at most `window` records are with the reader,
 * the rest waits here and the sender stays suspended until it is gone.
 */
export class Edge {
  readonly input: string
  readonly window: number
  readonly #most: number
  readonly #overflow: OverflowTarget | undefined
  readonly #waiting: Waiting[] = []
  readonly #queued: Queued[] = []
  /** Messages on the way whose records were dropped: the next records travel with them. */
  #spare = 0
  #receiver: Receiver | undefined
  #lastMark: Envelope | undefined
  #sentMark = Number.NEGATIVE_INFINITY
  /** Records with the reader, in its mailbox or its hands. */
  inFlight = 0
  /** Watermark the reader has seen on this edge. */
  mark = Number.NEGATIVE_INFINITY
  /** Called when nothing waits here any more. */
  onClear: (() => void) | undefined

  constructor(options: {
    readonly input: string
    readonly window: number
    readonly batch?: number | undefined
    readonly overflow?: OverflowTarget | undefined
  }) {
    this.input = options.input
    this.window = Math.max(1, options.window)
    this.#most = Math.max(1, Math.min(BATCH_MAX, options.batch ?? BATCH_MAX, this.window))
    this.#overflow = options.overflow
  }

  connect(receiver: Receiver): void {
    this.#receiver = receiver
  }

  /** Whether it drops what does not fit instead of holding its writer back. */
  get lossy(): boolean {
    return this.#overflow !== undefined
  }

  /** False while records wait for credit. */
  get clear(): boolean {
    return this.#waiting.length === 0
  }

  /** Queues a sealed batch and sends what credit allows. */
  offer(batch: RecordBatch, mark: number): void {
    this.#waiting.push({ batch, start: 0, mark })
    this.#pump()
  }

  /** A watermark without records: needs no credit, and joins a mark that is still unread. */
  offerMark(mark: number): void {
    const last = this.#waiting.at(-1)
    if (last === undefined) this.#sendMark(mark)
    else last.mark = Math.max(last.mark, mark)
  }

  #sendMark(mark: number): void {
    if (mark <= this.#sentMark) return
    this.#sentMark = mark
    if (this.#lastMark === undefined) this.#lastMark = this.#tell('mark', undefined, 0, 0, mark)
    else this.#lastMark.mark = mark
  }

  /** The last message of this edge; call it only when the edge is clear. */
  end(complete: boolean): void {
    this.#tell('end', undefined, 0, 0, this.#sentMark, complete)
  }

  /** The reader takes `envelope` in hand. */
  take(envelope: Envelope): void {
    if (envelope === this.#lastMark) this.#lastMark = undefined
    if (this.#overflow === undefined || envelope.kind !== 'batch') return
    const next = this.#queued.shift()
    if (next === undefined) this.#spare--
    else Object.assign(envelope, next)
  }

  /** The reader is done with `count` records. */
  release(count: number): void {
    this.inFlight -= count
    if (this.#waiting.length === 0) return
    this.#pump()
    if (this.#waiting.length === 0) this.onClear?.()
  }

  #pump(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const total = next.batch.values.length
      const count = Math.min(this.#most, total - next.start)
      if (!this.#admits(count)) return
      const end = next.start + count
      const last = end === total
      const mark = last ? next.mark : (next.batch.marks[end] as number)
      if (this.#overflow === undefined) this.#send(next.batch, next.start, end, mark)
      else this.#sendLossy(next.batch, next.start, end, mark)
      if (last) this.#waiting.shift()
      else next.start = end
    }
  }

  #admits(count: number): boolean {
    return this.#overflow !== undefined || this.inFlight + count <= this.window
  }

  #send(batch: RecordBatch, start: number, end: number, mark: number): void {
    this.inFlight += end - start
    this.#sentMark = Math.max(this.#sentMark, mark)
    this.#lastMark = undefined
    this.#tell('batch', batch, start, end, mark)
  }

  #sendLossy(batch: RecordBatch, start: number, end: number, mark: number): void {
    const overflow = this.#overflow as OverflowTarget
    const excess = this.inFlight + (end - start) - this.window
    let first = start
    let last = end
    if (excess > 0) {
      if (overflow.policy === 'fail') overflow.overflowed()
      const queued = overflow.policy === 'dropOldest' ? this.#dropQueued(excess) : 0
      const own = Math.min(excess - queued, end - start)
      if (overflow.policy === 'dropOldest') first += own
      else last -= own
      overflow.dropped(queued + own)
    }
    if (first === last) this.#sendMark(mark)
    else this.#queue({ batch, start: first, end: last, mark })
  }

  #queue(records: Queued): void {
    this.inFlight += records.end - records.start
    this.#sentMark = Math.max(this.#sentMark, records.mark)
    this.#queued.push(records)
    if (this.#spare > 0) {
      this.#spare--
      return
    }
    this.#lastMark = undefined
    this.#tell('batch', undefined, 0, 0, Number.NEGATIVE_INFINITY)
  }

  /** Drops up to `count` of the longest queued records; what is in the reader's hands stays. */
  #dropQueued(count: number): number {
    let dropped = 0
    for (
      let next = this.#queued[0];
      next !== undefined && dropped < count;
      next = this.#queued[0]
    ) {
      const some = Math.min(count - dropped, next.end - next.start)
      next.start += some
      dropped += some
      if (next.start < next.end) break
      this.#queued.shift()
      this.#spare++
    }
    this.inFlight -= dropped
    return dropped
  }

  #tell(
    kind: Envelope['kind'],
    batch: RecordBatch | undefined,
    start: number,
    end: number,
    mark: number,
    complete = false,
  ): Envelope {
    const envelope: Envelope = { kind, edge: this, batch, start, end, mark, complete }
    this.#receiver?.tell(envelope)
    return envelope
  }
}
