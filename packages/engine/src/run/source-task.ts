import { invariant, type MillraceError } from '@millrace/base'
import type { SourceBatch, SourceInstance } from '@millrace/sdk'
import type { PartitionSnapshot, SourceSnapshot } from '../checkpoint/checkpoint.ts'
import type { AlignedSource } from './alignment.ts'
import { blamedTime } from './blamed-time.ts'
import type { Crashed } from './crashed.ts'
import type { Edge } from './edge.ts'
import { closeQuietly, open, openInstance } from './open-instance.ts'
import type { PartitionReader } from './partition-reader.ts'
import { StagePrefilter } from './prefilter.ts'
import { Restarts } from './restarts.ts'
import { SourceAcks } from './source-acks.ts'
import { sourceError } from './source-error.ts'
import { SourceIntake } from './source-intake.ts'
import { SourceMarks } from './source-marks.ts'
import { SourcePartitions } from './source-partitions.ts'
import type { SourceParts } from './source-parts.ts'

/** How long a stopped source may take to return from its read. */
const GRACE_MS = 5000

/** The cell of one source: one message pulls one batch, and the next pull waits for credit. */
export class SourceTask {
  readonly #parts: SourceParts
  readonly #pause = new AbortController()
  readonly #restarts: Restarts
  readonly #marks: SourceMarks
  readonly #intake: SourceIntake
  readonly #aligned: AlignedSource
  #instance: SourceInstance | undefined
  #again: () => void = () => {}
  readonly #partitions: SourcePartitions
  #isOver = false
  readonly #acks: SourceAcks
  #resume: ((done?: void | Promise<void>) => void) | undefined
  #cancelLook: () => void = () => {}
  #cancelWait: () => void = () => {}

  constructor(parts: SourceParts) {
    const { alignment, host, restored, spec } = parts
    this.#parts = parts
    this.#restarts = new Restarts(host, spec, spec.restart)
    this.#acks = new SourceAcks(host, spec, restored)
    this.#marks = new SourceMarks(blamedTime(spec), restored, host.runtime.monotonic())
    this.#intake = new SourceIntake(parts, this.#marks)
    this.#partitions = new SourcePartitions(
      parts,
      this.#marks,
      () => this.#settle(() => this.#pull()),
      () => this.#prefilter(),
    )
    this.#aligned = alignment.join(spec.time?.alignMs ?? Number.POSITIVE_INFINITY)
  }

  /** How often it was started again. */
  get restarts(): number {
    return this.#restarts.count
  }

  /** Event time behind the last record, epoch ms; -Infinity before the first. */
  get watermark(): number {
    return this.#marks.mark
  }

  /** What knows of records that the only reader would filter; undefined: there is none, or each record counts. */
  #prefilter(): StagePrefilter | undefined {
    const { host, prefilter, spec } = this.#parts
    const { limit, prefilterReads, time } = spec
    const isTimed = time?.watermarks !== undefined || time?.idleMs !== undefined
    if (prefilter() === undefined || prefilterReads === undefined) return undefined
    if (isTimed || limit !== undefined || spec.recall !== undefined) return undefined
    const stamps = time?.arrival === true ? undefined : time
    return new StagePrefilter(prefilterReads, stamps, prefilter, host.runtime.now())
  }

  async open(): Promise<void> {
    this.#instance = await this.#restarts.first(() => this.#made())
  }

  #made(): Promise<SourceInstance> {
    const { counter, host, scope, spec, want } = this.#parts
    return openInstance<SourceInstance>(
      host,
      spec,
      () => spec.factory.create(scope),
      async (instance) => {
        await open(host, spec, () => instance.open?.())
        // What one of several workers reads it is given.
        if (want !== undefined) return
        await open(host, spec, async () => {
          this.#partitions.know((await instance.partitions?.()) ?? [''])
          counter.bytesTotal = await instance.size?.()
        })
      },
    )
  }

  /** Where it stands: all in front of that has left it. For between two batches. */
  snapshot(): SourceSnapshot {
    const { counter, failures, host, restored } = this.#parts
    this.#countLate()
    const told = { letters: failures.letters.snapshot(), counts: counter.snapshot() }
    if (restored?.isOver === true) {
      const { ends: _ends, ...rest } = restored
      return { ...rest, ...this.#acks.snapshot, ...told }
    }
    return {
      ...this.#acks.snapshot,
      isOver: this.#isOver && (this.#isRead || !host.stopping),
      ...this.#partitions.snapshot(),
      ...this.#marks.saved(host.runtime.monotonic()),
      ...told,
    }
  }

  /** More to read, where it is one of several workers. */
  give(given: readonly PartitionSnapshot[], isLast: boolean): void {
    this.#partitions.give(given, isLast)
    // Some of it may have been read in an earlier run.
    this.#parts.counter.bytes = this.#partitions.bytes
  }

  /** Sends the barrier of a checkpoint behind all that was read so far, and says where that is. */
  barrier(): SourceSnapshot {
    if (!this.#isOver) this.#parts.outbox.barrier()
    return this.snapshot()
  }

  /** What is in front of these positions is not asked for again. */
  ack(snapshot: SourceSnapshot): Promise<void> {
    return this.#acks.ack(this.#instance, snapshot)
  }

  /** Starts reading; `again` queues the next pull behind what else there is to do. */
  begin(again: () => void): void {
    this.#again = again
    const { mark } = this.#marks
    if (mark > Number.NEGATIVE_INFINITY) {
      // What it said in an earlier run its readers have to hear again: they wait for the word of each input.
      this.#parts.outbox.tick(mark, false)
      if (this.#parts.restored?.isOver === false) this.#aligned.moved(mark, false)
    }
    if (this.#marks.needsClock) this.#look()
    again()
  }

  async close(): Promise<void> {
    this.#pause.abort()
    this.#cancelLook()
    this.#cancelWait()
    this.#parts.timers.clear()
    await this.#instance?.close?.()
  }

  /** No more reading: what was read is passed on, then the end. */
  pause(): void {
    if (this.#pause.signal.aborted) return
    if (this.#hasRest) this.#parts.spec.drain?.()
    this.#pause.abort()
    this.#aligned.letGo()
    if (this.#partitions.isWaiting) this.#interrupt()
    if (this.#resume !== undefined || this.#hasRest) this.#wait()
  }

  /** A read that gives nothing for so long is given up. */
  #wait(): void {
    const { counter, host } = this.#parts
    const { read } = counter
    this.#cancelWait = host.runtime.timer(GRACE_MS, () => {
      if (this.#hasRest && counter.read > read && !this.#isOver) this.#wait()
      else this.#interrupt()
    })
  }

  /** Whether it still gives what it has taken in, though the job reads no more. */
  get #hasRest(): boolean {
    const { host, spec } = this.#parts
    return spec.drain !== undefined && !host.stopping
  }

  /** The job has failed: what was read goes to readers that still take it. */
  handOver(readers: ReadonlySet<Edge>): void {
    this.#parts.outbox.handOver(readers)
  }

  halt(): void {
    this.#pause.abort()
    this.#cancelLook()
    this.#aligned.letGo()
    this.#parts.outbox.halt()
    this.#interrupt()
  }

  /** Pulls one batch, or looks after a crash. Never throws. */
  receive(message: 'pull' | Crashed): void | Promise<void> {
    if (this.#parts.host.over) return undefined
    if (message !== 'pull') return this.#crashed(message)
    const room = this.#pause.signal.aborted ? undefined : this.#aligned.room()
    if (room === undefined) return this.#pull()
    this.#holdBack(true)
    return room.then(() => {
      this.#holdBack(false)
      return this.#pull()
    })
  }

  #crashed({ error, instance }: Crashed): void | Promise<void> {
    if (this.#isOver || instance !== this.#parts.timers.instance) return undefined
    // The next pull is on its way already.
    return this.#canReadOn ? this.#readOn(error, () => {}) : this.#fail(error)
  }

  get #canReadOn(): boolean {
    return this.#parts.spec.factory.traits.replay === 'position' && this.#partitions.areResumable
  }

  #limited(): boolean {
    return this.#parts.counter.read >= (this.#parts.spec.limit ?? Number.POSITIVE_INFINITY)
  }

  #pull(): void | Promise<void> {
    if (this.#parts.host.over) return undefined
    try {
      if (this.#limited()) return this.#finish()
      if (!this.#pause.signal.aborted) this.#partitions.begin()
      const came = this.#partitions.ready ?? this.#ask()
      if (came !== undefined) return this.#took(came)
      const mayGetMore = this.#partitions.isWaiting && !this.#pause.signal.aborted
      if (!this.#partitions.isPending && !mayGetMore) return this.#finish()
    } catch (error) {
      return this.#fail(error)
    }
    return new Promise((resolve) => {
      this.#resume = resolve
    })
  }

  #ask(): PartitionReader | undefined {
    const { signal } = this.#pause
    if (signal.aborted && !this.#hasRest) return undefined
    const instance = this.#instance
    invariant(instance !== undefined, 'a source is open before it is read')
    const { fields, raw } = this.#parts.spec
    return this.#partitions.ask(instance, { fields, raw, signal })
  }

  /** A read that nobody waits for any more: what it gives later is ignored. */
  #interrupt(): void {
    this.#settle(() => (this.#parts.host.over ? undefined : this.#finish()))
  }

  #settle(run: () => void | Promise<void>): void {
    const resume = this.#resume
    if (resume === undefined) return
    this.#resume = undefined
    try {
      resume(run())
    } catch (error) {
      this.#fail(error)
      resume()
    }
  }

  #took(reader: PartitionReader): void | Promise<void> {
    const { failure, ready } = reader
    reader.ready = undefined
    reader.failure = undefined
    if (failure !== undefined) return this.#failed(failure.error)
    invariant(ready !== undefined, 'a reader is taken when it has something')
    return ready.done === true ? this.#ended(reader) : this.#send(reader, ready.value)
  }

  #ended(reader: PartitionReader): void | Promise<void> {
    // After a pause nobody knows whether the input was over: it counts as cut short.
    const isCut = this.#pause.signal.aborted
    this.#partitions.ended(reader, isCut)
    if (!isCut) this.#acks.ended(reader.name, reader.position)
    this.#again()
    return undefined
  }

  #send(reader: PartitionReader, batch: SourceBatch): void | Promise<void> {
    const { counter, host, outbox } = this.#parts
    this.#partitions.gave(reader)
    this.#marks.heard(reader.key, host.runtime.monotonic())
    reader.offset = this.#intake.take(batch, reader)
    reader.position = batch.position
    reader.isResumable = batch.position !== undefined
    if (batch.bytes !== undefined) reader.bytes = batch.bytes
    counter.bytes = this.#partitions.bytes
    if (host.over) return undefined
    const room = outbox.flush(this.#marks.mark)
    this.#aligned.moved(this.#marks.mark, false)
    if (room !== undefined) return this.#whenClear(room)
    // Nothing holds back who writes to a lossy mailbox, so its readers get their turn here.
    if (outbox.lossy) return host.runtime.yield().then(() => this.#again())
    this.#again()
    return undefined
  }

  async #whenClear(room: Promise<void>): Promise<void> {
    this.#holdBack(true)
    await room
    this.#holdBack(false)
    this.#again()
  }

  /** The time in between is nobody's silence. */
  #holdBack(isHeldBack: boolean): void {
    this.#marks.holdBack(isHeldBack, this.#parts.host.runtime.monotonic())
  }

  /** Looks at the clock from time to time, and says how far event time has come with it. */
  #look(): void {
    const { host, outbox, spec } = this.#parts
    const { runtime } = host
    const marks = this.#marks
    if (host.over || this.#isOver) return
    const wasIdle = marks.isIdle
    const before = marks.mark
    marks.look(runtime.monotonic(), spec.now?.() ?? runtime.now())
    if (marks.mark > before || marks.isIdle !== wasIdle) {
      outbox.tick(marks.mark, marks.isIdle)
      this.#aligned.moved(marks.mark, marks.isIdle)
    }
    this.#countLate()
    const waitMs = marks.waitMs(runtime.monotonic())
    this.#cancelLook = runtime.timer(waitMs, () => this.#look())
  }

  #countLate(): void {
    const { lateAfterIdle } = this.#marks
    if (lateAfterIdle > 0) this.#parts.counter.metrics.set('lateAfterIdle', lateAfterIdle)
  }

  /** Whether all of the input was read. */
  get #isRead(): boolean {
    return this.#partitions.areOver || this.#limited()
  }

  /** Passes the end on: of the input, or only of this run where the job is being stopped. */
  #finish(): void | Promise<void> {
    const { host, node, outbox } = this.#parts
    this.#partitions.leave()
    this.#isOver = true
    this.#cancelLook()
    this.#aligned.moved(this.#marks.mark, true)
    this.#countLate()
    outbox.end(this.#isRead || !host.stopping)
    host.finished(node)
    return undefined
  }

  /** A read failed, or the instance did. A source that can be read on from its position is; any other one ends the job. */
  #failed(error: unknown): void | Promise<void> {
    return this.#canReadOn
      ? this.#readOn(sourceError(this.#parts.spec, error), this.#again)
      : this.#fail(error)
  }

  async #readOn(crash: MillraceError, again: () => void): Promise<void> {
    const { host, spec, timers } = this.#parts
    const old = this.#instance as SourceInstance
    this.#instance = undefined
    this.#partitions.leave()
    timers.clear()
    await closeQuietly(host, spec, old)
    try {
      this.#instance = await this.#restarts.after(crash, () => this.#made(), this.#pause.signal)
    } catch (error) {
      // Nobody waits for a source that is to read no more.
      return this.#pause.signal.aborted && !host.over ? this.#finish() : this.#fail(error)
    }
    this.#partitions.readOn()
    again()
  }

  #fail(error: unknown): void {
    this.#parts.host.fail(sourceError(this.#parts.spec, error))
  }
}
