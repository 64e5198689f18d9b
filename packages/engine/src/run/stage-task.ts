import type { StageInstance } from '@millrace/sdk'
import type { StageCapture } from '../checkpoint/checkpoint.ts'
import { Aligner } from './aligner.ts'
import type { ParkedRecord } from './dead-letter.ts'
import { ChangeLog } from '../state/change-log.ts'
import { TouchedSlots } from '../state/touched-slots.ts'
import type { StageSnapshot } from '../state/saved-state.ts'
import { BatchRunner } from './batch-runner.ts'
import type { Arrival, Edge, Envelope } from './edge.ts'
import type { Crashed } from './crashed.ts'
import { InputMarks } from './input-marks.ts'
import { type LetGo, runLetGo } from './let-go.ts'
import type { FieldWatches } from './field-watches.ts'
import type { RecordBatch } from './record-batch.ts'
import { NO_OUTPUT, RecordRunner } from './record-runner.ts'
import { TICK_MS } from './source-marks.ts'
import type { StageMessage, StagePart } from './stage-part.ts'
import type { StageParts } from './stage-parts.ts'
import { captureStage, restoreStage, takeSnapshot } from './stage-snapshot.ts'
import { tellUnfinished } from './unfinished.ts'

/** Longest a stage keeps the thread before the event loop gets a turn. */
const TURN_MS = 4
/** Records between two looks at the clock. */
const LOOK_EVERY = 64

/** The cell of one stage: takes batches, marks and ends in order, one at a time. */
export class StageTask implements StagePart {
  readonly #parts: StageParts
  readonly #edges: readonly Edge[]
  readonly #inputs: InputMarks
  readonly #aligner: Aligner
  /** Its input was over in an earlier run already, and it has said its last there. */
  readonly #wasOver: boolean
  readonly #batches: BatchRunner
  readonly #log: ChangeLog
  /** Each batch that it takes is a unit, whose results are taken in order. */
  readonly #endsUnits: boolean
  readonly runner: RecordRunner
  readonly fields: FieldWatches
  #ended = 0
  #complete = true
  // The envelope in hand.
  #envelope: Envelope | undefined
  #index = 0
  #others = Number.POSITIVE_INFINITY
  #turnStart = 0
  #cancelTick: (() => void) | undefined

  constructor(parts: StageParts, edges: readonly Edge[]) {
    this.#parts = parts
    this.#edges = edges
    this.#inputs = new InputMarks(edges, parts.host.runtime, parts.restored?.reached)
    this.#aligner = new Aligner(edges)
    this.#wasOver = parts.restored?.isOver === true
    this.#endsUnits = parts.spec.replica !== undefined && parts.spec.parallel?.mode === 'ordered'
    this.runner = new RecordRunner(parts)
    this.fields = parts.fields
    const trail = restoreStage(this.runner, parts)
    const { current, interner } = this.runner
    this.#log = new ChangeLog(current.touched, interner?.renamed ?? new TouchedSlots(), trail)
    this.#batches = new BatchRunner(parts, this.runner)
  }

  /** Tells which records it would filter; undefined: nobody can tell before they come. */
  get prefilter(): StageInstance['prefilter'] {
    return this.runner.instance.prefilter
  }

  /** What the stage keeps; for between two records. */
  snapshot(): StageSnapshot {
    return takeSnapshot(this.runner)
  }

  /** Whether it has passed on its last message. */
  isOver = false

  /** Its part of a checkpoint; for between two records. */
  checkpoint(): StageCapture {
    const { moreReasons } = this.#parts.counter
    const isOver = this.#wasOver || (this.isOver && this.#complete)
    const part = captureStage(this.runner, this.#log, this.#parts, isOver)
    return { ...part, reached: this.#inputs.reached, moreReasons }
  }

  async open(): Promise<void> {
    await this.runner.open()
  }

  async close(): Promise<void> {
    this.#stopTicks()
    await this.runner.close()
  }

  get restarts(): number {
    return this.runner.restarts
  }

  get watermark(): number {
    return this.runner.emitter.mark
  }

  get spilled(): { keys: number; bytes: number } | undefined {
    const { spilling } = this.runner
    return spilling && { keys: spilling.cold, bytes: spilling.size }
  }

  /** What waits here until someone says what becomes of it. */
  get parked(): readonly ParkedRecord[] {
    return this.runner.lot?.records ?? []
  }

  /** The job has failed: results of finished records go to readers that still take them. */
  handOver(readers: ReadonlySet<Edge>): void {
    if (this.runner.emitter.active) this.#parts.outbox.withdraw()
    this.#parts.outbox.handOver(readers)
  }

  halt(): void {
    this.#stopTicks()
    this.#parts.outbox.halt()
    this.runner.halt()
  }

  /** Takes one message; a promise suspends the cell. */
  receive(message: StageMessage): void | Promise<void> {
    // Only sinks have something to show.
    if (this.#parts.host.over || message.kind === 'committing') return undefined
    if (message.kind === 'due') return this.#due()
    if (message.kind === 'letGo') return this.#letGo(message)
    if (message.kind === 'crashed') return this.#crashed(message)
    return this.#take(message)
  }

  /** The clock has come to a timer; a job that stops fires none. */
  #due(): Promise<void> | undefined {
    if (this.#parts.host.stopping || this.#ended === this.#edges.length) return undefined
    const firing = this.runner.hooks.due()
    return this.#flushAfter(firing?.then(() => this.#advance()) ?? this.#advance())
  }

  /** Looks at the clock again in a while: the inputs that are left are silent, and event time goes on with it. */
  #tick(): void {
    const { host, timers } = this.#parts
    this.#cancelTick ??= host.runtime.timer(TICK_MS, () => {
      this.#cancelTick = undefined
      timers.due()
    })
  }

  #stopTicks(): void {
    this.#cancelTick?.()
    this.#cancelTick = undefined
  }

  #crashed({ error, instance }: Crashed): void | Promise<void> {
    const isOver = this.#ended === this.#edges.length
    return isOver || instance !== this.#parts.timers.instance
      ? undefined
      : this.runner.rebuild(error)
  }

  /** Runs parked records again; the watermark that they held back moves on behind them. */
  async #letGo(command: LetGo): Promise<void> {
    const { host, outbox } = this.#parts
    const { runner } = this
    const count = await runLetGo(runner, this.#parts, command)
    if (host.over) return
    await this.#advance()
    await outbox.flush(runner.emitter.mark)
    command.done(count)
  }

  readonly #resume = (): Promise<void> | undefined => {
    this.#turnStart = this.#parts.host.runtime.monotonic()
    return this.#records()
  }

  #take(arrival: Arrival): Promise<void> | undefined {
    if (this.#aligner.holds(arrival)) return undefined
    const { edge } = arrival
    const envelope = edge.take()
    if (envelope === undefined) return undefined
    if (envelope.batch !== undefined) return this.#begin(envelope, envelope.batch)
    if (envelope.kind === 'end') return this.#end(envelope)
    if (envelope.kind === 'barrier') return this.#barrier(this.#aligner.barrier(edge))
    if (envelope.kind === 'turn') {
      this.#parts.outbox.turn()
      return undefined
    }
    edge.mark = Math.max(edge.mark, envelope.mark)
    edge.isIdle = envelope.isIdle
    return this.#flushAfter(this.#advance())
  }

  /** The barrier has come, on all inputs: what is kept now is the stage's part of the checkpoint. */
  #barrier(isAligned: boolean): Promise<void> | undefined {
    if (!isAligned) return undefined
    const room = this.#flushGathered()
    return room === undefined ? this.#capture() : room.then(() => this.#capture())
  }

  #capture(): undefined {
    const { host, node, outbox } = this.#parts
    if (host.over) return
    host.barriers?.reached(node)
    outbox.barrier()
    this.#aligner.release()
  }

  /** Sends what the stage has gathered; undefined also where it never gathers. */
  #flushGathered(): Promise<void> | undefined {
    const { hooks, instance } = this.runner
    if (instance.onFlush === undefined) return undefined
    return this.#flushAfter(hooks.flush())
  }

  #begin(envelope: Envelope, batch: RecordBatch): Promise<void> | undefined {
    this.#envelope = envelope
    this.#index = envelope.start
    envelope.edge.isIdle = false
    this.#others = this.#inputs.without(envelope.edge)
    this.#parts.counter.in += envelope.end - envelope.start
    if (batch.leftOut > 0 && envelope.start === 0) this.#filtered(batch.leftOut)
    this.#parts.outbox.table = batch.table
    this.fields.look(envelope)
    const hasLost =
      this.#parts.contestant?.begins(envelope.edge, () => this.runner.lose()) === false
    if (hasLost) return this.#finish(envelope)
    this.#turnStart = this.#parts.host.runtime.monotonic()
    if (this.#batches.takes(envelope.edge.input)) {
      const wait = this.#wholeBatch(envelope, batch)
      if (wait !== undefined) return wait.then(this.#resume)
    }
    return this.#records()
  }

  /** The source has left out records which `process` would have filtered. */
  #filtered(count: number): void {
    const { counter } = this.#parts
    counter.in += count
    counter.filter(this.prefilter?.reason ?? NO_OUTPUT, count)
  }

  /** The fast path: all records in one call, or in a few where event time makes the stage fire in between. */
  #wholeBatch(envelope: Envelope, batch: RecordBatch): Promise<void> | undefined {
    const { host } = this.#parts
    const { runner } = this
    while (this.#index < envelope.end && !host.over) {
      const mark = Math.min(batch.marks[this.#index] as number, this.#others)
      if (runner.instance.onWatermark !== undefined && mark > runner.emitter.mark) {
        const firing = runner.hooks.watermark(mark)
        if (firing !== undefined) return firing.then(() => this.#wholeBatch(envelope, batch))
      }
      const { edge, end } = envelope
      if (this.#batches.handOn(batch, this.#index, end, edge.input)) {
        this.#index = end
        return undefined
      }
      const taken = this.#batches.run(batch, this.#index, end, edge.input, this.#others)
      if (typeof taken !== 'number') return taken.then(() => undefined)
      if (taken === 0) return undefined
      this.#index += taken
    }
    return undefined
  }

  #records(): Promise<void> | undefined {
    const { host, outbox } = this.#parts
    const { runner } = this
    const envelope = this.#envelope as Envelope
    const batch = envelope.batch as RecordBatch
    const { input } = envelope.edge
    const { lot } = runner
    const runs = lot === undefined || lot.isEmpty ? runner : runner.behind
    if (lot !== undefined) this.#others = Math.min(this.#others, lot.limit)
    while (this.#index < envelope.end) {
      if (host.over) return undefined
      const index = this.#index
      const mark = Math.min(batch.marks[index] as number, this.#others)
      if (mark > runner.emitter.mark) {
        const firing = runner.hooks.watermark(mark)
        if (firing !== undefined) return firing.then(this.#resume)
      }
      runner.sweep?.next()
      this.#index++
      const wait = runs.run(batch, index, input)
      if (wait !== undefined) return wait.then(this.#resume)
      if (outbox.full) {
        const room = outbox.flush(runner.emitter.mark)
        if (room !== undefined) return room.then(this.#resume)
      }
      // Behind the last record what is staged goes out first: nothing may look done that nobody has been told of.
      if (index % LOOK_EVERY !== 0 || this.#index === envelope.end) continue
      if (host.runtime.monotonic() - this.#turnStart > TURN_MS) {
        return host.runtime.yield().then(this.#resume)
      }
    }
    return this.#finish(envelope)
  }

  #finish(envelope: Envelope): Promise<void> | undefined {
    if (this.#parts.host.over) return undefined
    const { edge } = envelope
    edge.mark = Math.max(edge.mark, envelope.mark)
    const room = this.#flushAfter(this.#advance())
    // Credit goes back when the results are on their way: so a full reader holds back its writer.
    if (room !== undefined) return room.then(() => this.#done(edge, envelope.end - envelope.start))
    return this.#done(edge, envelope.end - envelope.start)
  }

  #done(edge: Edge, count: number): undefined {
    if (this.#endsUnits) this.#parts.outbox.unit()
    edge.release(count)
  }

  #end(envelope: Envelope): Promise<void> | undefined {
    const { host } = this.#parts
    this.#ended++
    this.#complete &&= envelope.complete
    envelope.edge.isIdle = false
    // A stopped input is not over: it must go on holding event time back.
    if (envelope.complete) this.#inputs.over(envelope.edge)
    const isAligned = this.#aligner.ended(envelope.edge)
    if (this.#wasOver) {
      // Others may have left it more than the part of the input that was over.
      const isLast = this.#ended === this.#edges.length
      return isLast ? this.#endBehind(this.#flushGathered()) : this.#barrier(isAligned)
    }
    if (this.#ended < this.#edges.length || !this.#complete) {
      const room = this.#flushAfter(this.#advance())
      if (this.#ended < this.#edges.length) {
        if (room === undefined) return this.#barrier(isAligned)
        return room.then(() => this.#barrier(isAligned))
      }
      tellUnfinished(this.#parts, this.runner.interner?.seen)
      return this.#endBehind(
        room === undefined ? this.#flushGathered() : room.then(() => this.#flushGathered()),
      )
    }
    if (host.over) return undefined
    this.runner.lot?.close()
    const firing = this.#advance()
    const ending = firing === undefined ? this.#last() : firing.then(() => this.#last())
    return this.#endBehind(ending)
  }

  /** Passes on the end when what comes before it is through. */
  #endBehind(sending: Promise<void> | undefined): Promise<void> | undefined {
    return sending === undefined ? this.#passEnd() : sending.then(() => this.#passEnd())
  }

  /** The stage says its last, and sends it. */
  #last(): Promise<void> | undefined {
    return this.#parts.host.over ? undefined : this.#flushAfter(this.runner.hooks.end())
  }

  /** Sends what is staged, once `firing` is through. */
  #flushAfter(firing: Promise<void> | undefined): Promise<void> | undefined {
    const { host, outbox } = this.#parts
    const { emitter } = this.runner
    const { isIdle } = this.#inputs
    if (this.#inputs.followsClock) this.#tick()
    if (firing === undefined) return outbox.flush(emitter.mark, isIdle)
    return firing.then(() => (host.over ? undefined : outbox.flush(emitter.mark, isIdle)))
  }

  #passEnd(): undefined {
    const { host, node, outbox } = this.#parts
    if (host.over) return
    this.runner.lot?.close()
    this.runner.hooks.stop()
    this.#stopTicks()
    if (this.#complete) this.runner.sweep?.finish()
    this.isOver = true
    outbox.end(this.#complete)
    host.finished(node)
  }

  /** Moves the stage's watermark to the smallest of its inputs; a promise where what fires needs more than one turn. */
  #advance(): Promise<void> | undefined {
    const mark = Math.min(this.#inputs.mark, this.runner.lot?.limit ?? Infinity)
    return mark > this.runner.emitter.mark ? this.runner.hooks.watermark(mark) : undefined
  }
}
