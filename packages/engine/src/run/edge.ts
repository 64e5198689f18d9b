import type { Follower } from './follower.ts'
import type { Outlet } from './outlet.ts'
import type { OriginTable, RecordBatch } from './record-batch.ts'

/**
 * What travels on an edge: records of a batch with the watermark behind them, a mark alone, the end of a unit, the sign that other units follow than
 * before, the barrier of a checkpoint, or the end.
 */
export interface Envelope {
  readonly kind: 'batch' | 'mark' | 'unit' | 'turn' | 'barrier' | 'end'
  readonly edge: Edge
  /** Of a batch only. */
  readonly batch: RecordBatch | undefined
  start: number
  readonly end: number
  /** Watermark behind the last record. */
  mark: number
  /** Of a mark: whether the writer steps aside. */
  isIdle: boolean
  /** Of an end: whether the input is over, as opposed to stopped. */
  readonly complete: boolean
}

/** Tells the reader that an edge has an envelope more for it. */
export interface Arrival {
  readonly kind: 'arrival'
  readonly edge: Edge
}

/** Whoever takes the envelopes: a cell of core. */
export interface Receiver {
  tell(message: Arrival): void
}

/** Where a lossy mailbox reports. */
export interface OverflowTarget {
  readonly policy: 'dropOldest' | 'dropNewest' | 'fail'
  dropped(count: number): void
  overflowed(): void
}

interface Waiting {
  readonly kind: 'batch' | 'unit' | 'turn' | 'barrier'
  readonly batch: RecordBatch | undefined
  start: number
  readonly end: number
  mark: number
}

/** How an edge is made. */
export interface EdgeOptions {
  readonly input: string
  /** Records that are with the reader, at most. */
  readonly window: number
  readonly batch?: number | undefined
  readonly overflow?: OverflowTarget | undefined
  /** Default 1. */
  readonly readers?: number | undefined
  readonly follower?: Follower | undefined
}

/** The most records in one message. */
export const BATCH_MAX = 1024

/**
 * One reader of one output. Holds the sender back: at most `window` records are with the reader,
 * the rest waits here and the sender stays suspended until it is gone.
 * What was sent stays here too until the reader takes it, so its order is that of the edge: the messages that announce it come
 * from the writer and, where credit was awaited, from the reader, and core promises no order of two senders.
 */
export class Edge implements Outlet {
  readonly input: string
  readonly #options: EdgeOptions
  #window: number
  readonly #most: number
  readonly #overflow: OverflowTarget | undefined
  readonly #follower: Follower | undefined
  /** Where what the reader has taken comes from; only for the follower. */
  readonly #taken: OriginTable[] = []
  readonly readers: number
  readonly #waiting: Waiting[] = []
  /** Sent and not yet taken. */
  readonly #sent: Envelope[] = []
  readonly #arrival: Arrival = { kind: 'arrival', edge: this }
  /** Messages on the way to the reader; those whose records were dropped announce the next ones. */
  #announced = 0
  #receiver: Receiver | undefined
  /** Whether a barrier was sent that has not come on all inputs of the reader. */
  #isBarrierOut = false
  /** Records dropped behind that: they count with the next checkpoint. */
  #droppedBehind = 0
  #sentMark = Number.NEGATIVE_INFINITY
  #sentIdle = false
  /** Records with the reader, in its mailbox or its hands. */
  inFlight = 0
  /** Watermark the reader has seen on this edge. */
  mark = Number.NEGATIVE_INFINITY
  /** How far event time has come by what was offered, the end of the input left out. */
  reached = Number.NEGATIVE_INFINITY
  /** Whether the reader has seen the writer step aside: until it comes back it holds no event time back. */
  isIdle = false
  /** In front of the ids that a sink sees on this edge. */
  readerIds = ''
  /** Records a sink has taken from this edge, those of earlier runs too. */
  taken = 0
  /** Called when nothing waits here any more. */
  onClear: (() => void) | undefined
  /** Called when the reader is done with records. */
  onRoom: (() => void) | undefined

  constructor(options: EdgeOptions) {
    this.#options = options
    this.input = options.input
    this.#window = Math.max(1, options.window)
    this.#most = Math.max(1, Math.min(BATCH_MAX, options.batch ?? BATCH_MAX, this.#window))
    this.#overflow = options.overflow
    this.readers = options.readers ?? 1
    this.#follower = options.follower
  }

  connect(receiver: Receiver): void {
    this.#receiver = receiver
  }

  /** Another edge of the same kind, which nobody reads yet; `overflow`: where it reports, if that is not the same. */
  twin(overflow = this.#overflow): Edge {
    return new Edge({ ...this.#options, window: this.#window, overflow })
  }

  /** It has the same reader as that one. */
  joins(other: Edge): void {
    this.#receiver = other.#receiver
  }

  /** From now on so many records are with the reader, at most. */
  set window(most: number) {
    this.#window = Math.max(1, most)
  }

  /** Whether it drops what does not fit instead of holding its writer back. */
  get lossy(): boolean {
    return this.#overflow !== undefined
  }

  /** False while records wait for credit. */
  get clear(): boolean {
    return this.#waiting.length === 0
  }

  /** Records on their way: with the reader, and those that wait for credit. */
  get queued(): number {
    return this.#waiting.reduce((sum, { end, start }) => sum + end - start, this.inFlight)
  }

  /** Queues a sealed batch, or a part of one, and sends what credit allows. */
  offer(batch: RecordBatch, mark: number, start = 0, end: number = batch.values.length): void {
    this.#reach(mark)
    this.#waiting.push({ kind: 'batch', batch, start, end, mark })
    this.#pump()
  }

  /** Whether so many records would leave at once. */
  hasRoom(count: number): boolean {
    return this.clear && this.#admits(count)
  }

  /** A watermark without records, and whether the writer steps aside: needs no credit, and joins a mark that is still unread. */
  offerMark(mark: number, isIdle: boolean): void {
    this.#reach(mark)
    const last = this.#waiting.at(-1)
    if (last === undefined) this.#sendMark(mark, isIdle)
    else last.mark = Math.max(last.mark, mark)
  }

  /** The barrier of a checkpoint: leaves in its order, and needs no credit itself. */
  offerBarrier(): void {
    this.#isBarrierOut = true
    this.#offerSign('barrier')
  }

  offerUnit(): void {
    this.#offerSign('unit')
  }

  offerTurn(): void {
    this.#offerSign('turn')
  }

  #offerSign(kind: 'unit' | 'turn' | 'barrier'): void {
    const mark = Number.NEGATIVE_INFINITY
    if (this.clear) this.#queue(kind, undefined, 0, 0, this.#sentMark)
    else this.#waiting.push({ kind, batch: undefined, start: 0, end: 0, mark })
  }

  #reach(mark: number): void {
    if (mark > this.reached && mark < Number.POSITIVE_INFINITY) this.reached = mark
  }

  #sendMark(mark: number, isIdle: boolean): void {
    if (mark <= this.#sentMark && isIdle === this.#sentIdle) return
    this.#sentMark = Math.max(this.#sentMark, mark)
    this.#sentIdle = isIdle
    const last = this.#sent.at(-1)
    if (last?.kind === 'mark') {
      last.mark = this.#sentMark
      last.isIdle = isIdle
    } else this.#queue('mark', undefined, 0, 0, this.#sentMark)
  }

  /** The last message of this edge; call it only when the edge is clear. */
  end(complete: boolean): void {
    this.#sentIdle = false
    this.#queue('end', undefined, 0, 0, this.#sentMark, complete)
  }

  /** The reader has taken its part of the checkpoint. */
  passBarrier(): void {
    this.#isBarrierOut = false
    if (this.#droppedBehind > 0) this.#overflow?.dropped(this.#droppedBehind)
    this.#droppedBehind = 0
  }

  /** The reader was told of an envelope and did not take it: it is told again. */
  announceAgain(): void {
    this.#receiver?.tell(this.#arrival)
  }

  /** The reader takes the next envelope in hand; undefined where its records were dropped. */
  take(): Envelope | undefined {
    this.#announced--
    const envelope = this.#sent.shift()
    const { batch, end = 0, start = 0 } = envelope ?? {}
    if (this.#follower !== undefined && batch !== undefined && end > start) {
      this.#taken.push(batch.table)
    }
    return envelope
  }

  /** The reader is done with `count` records. */
  release(count: number): void {
    this.inFlight -= count
    if (this.#follower !== undefined && count > 0) this.#left(this.#taken.shift())
    this.onRoom?.()
    if (this.#waiting.length === 0) return
    this.#pump()
    if (this.#waiting.length === 0) this.onClear?.()
  }

  #left(table: OriginTable | undefined): void {
    if (table !== undefined) this.#follower?.left(table)
  }

  #pump(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (next.kind !== 'batch' || next.batch === undefined) {
        this.#queue(next.kind, undefined, 0, 0, this.#sentMark)
        if (next.mark > this.#sentMark) this.#sendMark(next.mark, this.#sentIdle)
        this.#waiting.shift()
        continue
      }
      const total = next.end
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
    return this.#overflow !== undefined || this.inFlight + count <= this.#window
  }

  #send(batch: RecordBatch, start: number, end: number, mark: number): void {
    this.inFlight += end - start
    this.#sentMark = Math.max(this.#sentMark, mark)
    this.#sentIdle = false
    if (end > start) this.#follower?.entered(batch.table)
    this.#queue('batch', batch, start, end, mark)
  }

  #sendLossy(batch: RecordBatch, start: number, end: number, mark: number): void {
    const overflow = this.#overflow as OverflowTarget
    const excess = this.inFlight + (end - start) - this.#window
    let first = start
    let last = end
    if (excess > 0) {
      if (overflow.policy === 'fail') overflow.overflowed()
      const before = this.#droppedBehind
      const queued = overflow.policy === 'dropOldest' ? this.#dropQueued(excess) : 0
      const own = Math.min(excess - queued, end - start)
      if (overflow.policy === 'dropOldest') first += own
      else last -= own
      if (this.#isBarrierOut) this.#droppedBehind += own
      if (own > 0) this.#follower?.dropped(batch.table, 'overflow')
      overflow.dropped(queued + own - (this.#droppedBehind - before))
    }
    if (first === last) this.#sendMark(mark, false)
    else this.#send(batch, first, last, mark)
  }

  /** Drops up to `count` of the longest queued records; what is in the reader's hands stays. */
  #dropQueued(count: number): number {
    let dropped = 0
    let index = 0
    let isBehind = this.#isBarrierOut && !this.#sent.some(({ kind }) => kind === 'barrier')
    while (dropped < count) {
      const next = this.#sent[index]
      if (next === undefined) break
      if (next.kind === 'barrier') {
        isBehind = true
        index++
        continue
      }
      const some = Math.min(count - dropped, next.end - next.start)
      next.start += some
      dropped += some
      if (isBehind) this.#droppedBehind += some
      if (some > 0 && next.batch !== undefined) {
        this.#follower?.dropped(next.batch.table, 'overflow')
        if (next.start === next.end) this.#left(next.batch.table)
      }
      if (next.start < next.end) break
      // Also a mark: records follow it, and they bring a later one.
      this.#sent.splice(index, 1)
    }
    this.inFlight -= dropped
    return dropped
  }

  #queue(
    kind: Envelope['kind'],
    batch: RecordBatch | undefined,
    start: number,
    end: number,
    mark: number,
    complete = false,
  ): void {
    const isIdle = this.#sentIdle
    this.#sent.push({ kind, edge: this, batch, start, end, mark, isIdle, complete })
    if (this.#announced >= this.#sent.length) return
    this.#announced++
    this.#receiver?.tell(this.#arrival)
  }
}
