import type { WatermarkStrategy } from '@millrace/sdk'
import type { PartitionSnapshot, SourceSnapshot } from '../checkpoint/checkpoint.ts'
import type { TimeSpec } from '../plan/job-spec.ts'

/** How often a watermark that follows the clock moves, ms. */
export const TICK_MS = 100

/** What a checkpoint keeps of the event time of one partition. */
type PartitionMarks = Pick<PartitionSnapshot, 'mark' | 'largest' | 'strategy'>

/** The event time of one partition. */
interface Partition {
  /** Watermark behind its last record. */
  mark: number
  largest: number
  /** When something of it came last, or could have come, on the steady clock. */
  heardMs: number
  isIdle: boolean
  readonly strategy: WatermarkStrategy | undefined
}

/**
 * The watermark of a source: that of the slowest partition which is not idle, and never going back. A partition's is a function
 * of its records alone; only where all are silent, or the records' time is their arrival, the clock moves it.
 */
export class SourceMarks {
  /** Behind the last record. */
  mark: number = Number.NEGATIVE_INFINITY
  /** Whether all partitions have stepped aside. */
  isIdle = false
  /** Records that came behind a mark which the clock had moved. */
  lateAfterIdle = 0
  readonly #time: TimeSpec | undefined
  readonly #disorderMs: number
  readonly #idleMs: number
  readonly #partitions = new Map<string, Partition>()
  /** Of the partitions that are over the one that is furthest ahead of the clock. */
  #over: Pick<Partition, 'mark' | 'heardMs'> = { mark: Number.NEGATIVE_INFINITY, heardMs: 0 }
  #current: Partition | undefined
  #clockMark = Number.NEGATIVE_INFINITY
  /** While a reader is full nobody can tell a silent partition from one that is held back. */
  #isHeldBack = false
  /** Since when, or when it last was. */
  #heldMs = 0

  /** `restored`: it goes on from there; `nowMs` is the steady clock. */
  constructor(time: TimeSpec | undefined, restored?: SourceSnapshot, nowMs = 0) {
    this.#time = time
    if (restored !== undefined) {
      this.mark = restored.watermark
      this.#clockMark = restored.clockMark ?? Number.NEGATIVE_INFINITY
      // The time in between is nobody's silence.
      this.#over = { mark: restored.reached ?? Number.NEGATIVE_INFINITY, heardMs: nowMs }
      this.lateAfterIdle = restored.counts.metrics?.['lateAfterIdle'] ?? 0
    }
    this.#disorderMs = time?.disorderMs ?? 0
    this.#idleMs = time?.idleMs ?? Number.POSITIVE_INFINITY
  }

  /** Whether the clock has a say, so that somebody must `look` at it. */
  get needsClock(): boolean {
    return this.#time?.arrival === true || this.#time?.idleMs !== undefined
  }

  /** A partition is read from now on; `saved`: read on. */
  open(name: string, nowMs: number, saved?: PartitionMarks): void {
    const { watermarks } = this.#time ?? {}
    const partition: Partition = {
      mark: saved?.mark ?? Number.NEGATIVE_INFINITY,
      largest: saved?.largest ?? Number.NEGATIVE_INFINITY,
      heardMs: nowMs,
      isIdle: false,
      strategy: watermarks?.(),
    }
    if (saved?.strategy !== undefined) partition.strategy?.restore?.(saved.strategy)
    this.#partitions.set(name, partition)
    this.#current = partition
  }

  /** How far the event time of a partition has come. */
  snapshot(name: string): PartitionMarks {
    const { largest = -Infinity, mark = -Infinity, strategy } = this.#partitions.get(name) ?? {}
    const kept = strategy?.snapshot?.()
    return { largest, mark, ...(kept !== undefined && { strategy: kept }) }
  }

  /** How far all of it has come. */
  saved(nowMs: number): Pick<SourceSnapshot, 'watermark' | 'clockMark' | 'reached'> {
    const { heardMs, mark } = this.#over
    const heldMs = this.#isHeldBack ? nowMs - this.#heldMs : 0
    const isOver = mark > Number.NEGATIVE_INFINITY
    return {
      watermark: this.mark,
      ...(this.#clockMark > Number.NEGATIVE_INFINITY && { clockMark: this.#clockMark }),
      ...(isOver && { reached: mark + nowMs - heldMs - heardMs }),
    }
  }

  /** Nothing more comes of a partition: it holds nobody back. */
  close(name: string): void {
    const { heardMs, mark } = this.#over
    const partition = this.#partitions.get(name)
    if (partition !== undefined && partition.mark - partition.heardMs > mark - heardMs) {
      this.#over = partition
    }
    this.#partitions.delete(name)
    // The last one leaves its mark: what follows it goes on from there.
    if (this.#partitions.size > 0) this.#settle()
  }

  /** Records of a partition follow. */
  heard(name: string, nowMs: number): void {
    const partition = this.#partitions.get(name)
    if (partition === undefined) return
    this.#current = partition
    partition.heardMs = nowMs
    if (!partition.isIdle) return
    partition.isIdle = false
    this.isIdle = false
    this.#settle()
  }

  /** Moves the watermark behind a record of the partition heard last. */
  take(timestamp: number, record: unknown): void {
    const partition = this.#current as Partition
    if (timestamp < this.#clockMark) this.lateAfterIdle++
    let mark: number
    if (partition.strategy !== undefined) mark = partition.strategy.after(timestamp, record)
    else if (timestamp > partition.largest) {
      partition.largest = timestamp
      mark = timestamp - this.#disorderMs
    } else return
    if (!(mark > partition.mark)) return
    partition.mark = mark
    if (this.#partitions.size > 1) this.#settle()
    else if (mark > this.mark) this.mark = mark
  }

  /** A reader is full, or has room again: the time in between is nobody's silence. */
  holdBack(isHeldBack: boolean, nowMs: number): void {
    const heldMs = isHeldBack ? 0 : nowMs - this.#heldMs
    this.#isHeldBack = isHeldBack
    this.#heldMs = nowMs
    this.#over.heardMs += heldMs
    for (const partition of this.#partitions.values()) partition.heardMs += heldMs
  }

  /** Lets the clock have its say. `nowMs` is the steady clock, `wallMs` the one that arrival is read from. */
  look(nowMs: number, wallMs: number): void {
    if (this.#time?.arrival === true) {
      if (wallMs > this.mark) this.mark = wallMs
      return
    }
    if (this.#isHeldBack || this.#partitions.size === 0) return
    let isIdle = true
    let reached = this.#over.mark + nowMs - this.#over.heardMs
    for (const partition of this.#partitions.values()) {
      const silentMs = nowMs - partition.heardMs
      partition.isIdle = silentMs >= this.#idleMs
      if (partition.isIdle) reached = Math.max(reached, partition.mark + silentMs)
      else isIdle = false
    }
    this.isIdle = isIdle
    if (!isIdle) this.#settle()
    else if (reached > this.mark) this.mark = this.#clockMark = reached
  }

  /** How long until the clock may have something to say, ms. */
  waitMs(nowMs: number): number {
    if (this.#time?.arrival === true) return TICK_MS
    // Once silent, event time goes on in steps that are short against the silence.
    const tickMs = Math.max(1, Math.min(TICK_MS, this.#idleMs))
    let waitMs = this.isIdle ? tickMs : this.#idleMs
    for (const { heardMs, isIdle } of this.#partitions.values()) {
      if (!isIdle) waitMs = Math.min(waitMs, heardMs + this.#idleMs - nowMs)
    }
    return Math.max(1, waitMs)
  }

  #settle(): void {
    let smallest = Number.POSITIVE_INFINITY
    for (const { isIdle, mark } of this.#partitions.values()) {
      if (!isIdle && mark < smallest) smallest = mark
    }
    if (smallest > this.mark && smallest !== Number.POSITIVE_INFINITY) this.mark = smallest
  }
}
