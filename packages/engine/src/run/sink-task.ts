import { isMillraceError, messageOf, type MillraceError } from '@millrace/base'
import type { InstanceScope, Rejection, SinkInstance, WriteResult } from '@millrace/sdk'
import { ENG_PARK_FULL, ENG_SINK } from '../errors.ts'
import type { SinkSpec } from '../plan/job-spec.ts'
import { atPlace, placeOf } from '../plan/place.ts'
import type { SinkCounter } from '../report/counters.ts'
import { ONLY_SLOT } from '../state/current-key.ts'
import type { ParkedRecord, Troubled } from './dead-letter.ts'
import type { Edge, Envelope } from './edge.ts'
import type { Failure, Failures } from './failures.ts'
import { FieldWatches } from './field-watches.ts'
import { inTime, slow, TIMEOUT_MS } from './in-time.ts'
import type { LetGo } from './let-go.ts'
import { openInstance } from './open-instance.ts'
import type { Outbox } from './outbox.ts'
import { type Parked, ParkingLot } from './parking-lot.ts'
import type { RecordBatch } from './record-batch.ts'
import type { TaskHost } from './task-host.ts'

/** How long a failed job waits for a write that is under way. */
const GRACE_MS = 5000

/** What a sink is made of. */
export interface SinkParts {
  readonly host: TaskHost
  readonly spec: SinkSpec
  readonly outbox: Outbox
  readonly failures: Failures
  readonly counter: SinkCounter
  readonly scope: InstanceScope
}

/** The cell of one sink. A write that returns a promise suspends it, and so whoever feeds it. */
export class SinkTask {
  readonly #parts: SinkParts
  readonly #edges: readonly Edge[]
  readonly fields: FieldWatches
  /** Where refused records wait; absent: they do not. */
  readonly #lot: ParkingLot | undefined
  #instance: SinkInstance | undefined
  #ended = 0
  #complete = true
  #writing: Promise<unknown> | undefined
  #interrupt: (() => void) | undefined
  /** Takes back the limit of the write under way. */
  #unlimit: () => void = () => {}
  #broken = false
  #cut = false
  #emptied: () => void = () => {}

  constructor(parts: SinkParts, edges: readonly Edge[]) {
    this.#parts = parts
    this.#edges = edges
    const { id, expects } = parts.spec
    this.fields = new FieldWatches(id, expects, ['in'], (text) => parts.host.logger.warn(text))
    const { parkMost } = parts.failures
    this.#lot = parkMost === 0 ? undefined : new ParkingLot(parkMost)
  }

  async open(): Promise<void> {
    const { host, scope, spec } = this.#parts
    this.#instance = await openInstance<SinkInstance>(host, spec, () => spec.factory.create(scope))
  }

  /** Every write so far succeeded and none is under way. */
  get isWhole(): boolean {
    return this.#instance !== undefined && !this.#broken && this.#writing === undefined
  }

  /** What waits here until someone says what becomes of it. */
  get parked(): readonly ParkedRecord[] {
    return this.#lot?.records ?? []
  }

  receive(envelope: Envelope | LetGo): void | Promise<void> {
    if (this.#isOver) return undefined
    if (envelope.kind === 'letGo') return this.#letGo(envelope)
    envelope.edge.take(envelope)
    if (envelope.kind === 'batch') return this.#write(envelope)
    if (envelope.kind === 'end') return this.#end(envelope)
    return undefined
  }

  /** What was written becomes visible. Throws coded errors. */
  async commit(): Promise<void> {
    await this.#step('commit', () => this.#instance?.commit?.())
  }

  /** Nothing half written may be taken for whole. Waits a while for a write under way. */
  async abort(atOnce: boolean): Promise<void> {
    if (this.#writing !== undefined && !atOnce) await this.#grace(this.#writing)
    const result = await this.#step('abort', () => this.#instance?.abort?.())
    // What is nowhere was not written, so it is held.
    const { counter } = this.#parts
    counter.written = Math.max(0, counter.written - (result?.discarded ?? 0))
  }

  async close(): Promise<void> {
    await this.#step('close', () => this.#instance?.close?.())
  }

  halt(): void {
    this.#parts.outbox.halt()
    this.#unlimit()
    if (!this.#lasts) this.#interrupt?.()
  }

  /** The job is aborted: nobody waits for a reader any more. */
  cut(): void {
    this.#cut = true
    this.#interrupt?.()
    this.#emptied()
  }

  /** After a failure: waits until a reader that takes its time has all that was finished before it. */
  async drained(): Promise<void> {
    if (!this.#lasts || this.#isEmpty()) return
    await new Promise<void>((resolve) => {
      this.#emptied = resolve
    })
  }

  /** Its edges, where it goes on after a failure until its reader has everything. */
  get lasting(): readonly Edge[] {
    return this.#lasts ? this.#edges : []
  }

  get #lasts(): boolean {
    return this.#instance?.untimed === true && !this.#broken && !this.#cut
  }

  /** Whether nothing more is written. */
  get #isOver(): boolean {
    return this.#parts.host.over && !this.#lasts
  }

  #isEmpty(): boolean {
    return this.#edges.every((edge) => edge.clear && edge.inFlight === 0)
  }

  #release(edge: Edge, count: number): void {
    edge.release(count)
    if (this.#parts.host.over && this.#isEmpty()) this.#emptied()
  }

  #write(envelope: Envelope): void | Promise<void> {
    const batch = (envelope.batch as RecordBatch).slice(envelope.start, envelope.end)
    this.#parts.counter.received += batch.length
    if (batch.length === 0) return undefined
    this.fields.look(envelope)
    if (this.#lot?.isEmpty === false) {
      for (let index = 0; index < batch.length; index++) this.#park(troubledAt(batch, index))
      return this.#release(envelope.edge, batch.length)
    }
    const result = this.#attempt(batch)
    if (!(result instanceof Promise)) return this.#written(batch, envelope.edge, result)
    return result.then((written) => this.#written(batch, envelope.edge, written))
  }

  /** Writes a batch. A throw fails the job, and then the result says nothing. */
  #attempt(batch: RecordBatch): WriteResult | Promise<WriteResult> {
    let result: WriteResult | Promise<WriteResult>
    try {
      result = this.#instance?.write(batch)
    } catch (error) {
      this.#broken = true
      this.#parts.host.fail(this.#error('write', error))
      return undefined
    }
    if (result instanceof Promise) return this.#wait(batch, result)
    this.#count(batch, result)
    return result
  }

  #wait(batch: RecordBatch, result: Promise<WriteResult>): Promise<WriteResult> {
    this.#limit()
    return new Promise((resolve) => {
      this.#interrupt = () => resolve(undefined)
      this.#writing = result.then(
        (written) => {
          this.#settled()
          // Also where nobody waits for it any more.
          this.#count(batch, written)
          resolve(written)
          return undefined
        },
        (error: unknown) => {
          this.#settled()
          this.#broken = true
          this.#parts.host.fail(this.#error('write', error))
          resolve(undefined)
          return undefined
        },
      )
    })
  }

  #limit(): void {
    if (this.#instance?.untimed === true) return
    const { host, spec } = this.#parts
    const { timeoutMs = TIMEOUT_MS } = spec
    this.#unlimit = host.runtime.timer(timeoutMs, () => host.fail(slow(spec, 'write', timeoutMs)))
  }

  #settled(): void {
    this.#unlimit()
    this.#writing = undefined
    this.#interrupt = undefined
  }

  #written(batch: RecordBatch, edge: Edge, result: WriteResult): void | Promise<void> {
    if (this.#isOver) return undefined
    const rejected = result?.rejected ?? []
    if (rejected.length === 0) return this.#release(edge, batch.length)
    return this.#refused(batch, rejected).then(() => {
      return this.#isOver ? undefined : this.#release(edge, batch.length)
    })
  }

  #count(batch: RecordBatch, result: WriteResult): void {
    this.#parts.counter.written += batch.length - (result?.rejected.length ?? 0)
  }

  /** Tries refused records again for as long as that can help, then gives them up. `parked` is what the only one was before its release. */
  async #refused(
    batch: RecordBatch,
    rejected: readonly Rejection[],
    parked?: ParkedRecord,
  ): Promise<void> {
    const { failures, host, outbox } = this.#parts
    let current = batch
    let left = rejected.toSorted((a, b) => a.index - b.index)
    for (let attempts = 1; left.length > 0; attempts++) {
      const again: number[] = []
      let delayMs = 0
      outbox.table = current.table
      for (const { index, code, message, retry } of left) {
        // Nothing is written past a record that is parked.
        const waits = this.#lot?.isEmpty === false
        const after = retry && !waits ? failures.retryAfter(code, attempts) : undefined
        if (after === undefined) {
          const failure = { ...troubledAt(current, index), code, message, attempts, parked }
          if (this.#giveUp(failure)) return
        } else {
          again.push(index)
          delayMs = Math.max(delayMs, after)
        }
      }
      await outbox.flush(Number.NEGATIVE_INFINITY)
      if (again.length === 0) return
      await host.delays.wait(delayMs)
      if (this.#isOver) return
      current = current.pick(again)
      const result = await this.#attempt(current)
      if (this.#isOver) return
      left = (result?.rejected ?? []).toSorted((a, b) => a.index - b.index)
    }
  }

  /** Gives a refused record its fate; true where that ends the job. */
  #giveUp(failure: Failure): boolean {
    const { counter, failures } = this.#parts
    const fate = failures.handle(failure)
    if (fate === 'fail') return true
    if (fate === 'park') this.#park(failure)
    else counter.rejected++
    return false
  }

  #park(troubled: Troubled | Failure): void {
    const { failures, host, spec } = this.#parts
    const lot = this.#lot as ParkingLot
    if (lot.isFull) {
      host.fail(ENG_PARK_FULL({ id: spec.id, most: failures.parkMost }, placeOf(spec)))
    }
    lot.add(failures.parkedRecord(troubled), troubled, ONLY_SLOT)
  }

  /** Writes parked records again, in order, until one is refused again. */
  async #letGo({ which, skips, done }: LetGo): Promise<void> {
    const lot = this.#lot
    const parked = lot?.take(which) ?? []
    for (const one of parked) {
      if (this.#isOver) return
      if (skips && one.record.error !== null) this.#parts.counter.rejected++
      else if (lot?.isEmpty === false) lot.putBack(one)
      else await this.#writeAgain(one)
    }
    done(parked.length)
  }

  async #writeAgain({ batch, record }: Parked): Promise<void> {
    const result = await this.#attempt(batch)
    if (this.#isOver) return
    const rejected = result?.rejected ?? []
    if (rejected.length > 0) await this.#refused(batch, rejected, record)
  }

  async #end(envelope: Envelope): Promise<void> {
    this.#complete &&= envelope.complete
    if (++this.#ended < this.#edges.length) return
    const { host, outbox, spec } = this.#parts
    const timeoutMs = this.#instance?.untimed === true ? Infinity : (spec.timeoutMs ?? TIMEOUT_MS)
    try {
      await this.#step('flush', () => this.#instance?.flush?.(), timeoutMs, host.signal)
    } catch (error) {
      host.fail(this.#error('flush', error))
    }
    if (host.over) return
    this.#lot?.close()
    outbox.end(this.#complete)
    host.finished()
  }

  async #step<T>(
    name: string,
    run: () => T | Promise<T>,
    timeoutMs: number = TIMEOUT_MS,
    signal?: AbortSignal,
  ): Promise<T> {
    const { host, spec } = this.#parts
    try {
      const step = run()
      if (!(step instanceof Promise)) return step
      return await inTime(step, {
        runtime: host.runtime,
        place: spec,
        step: name,
        timeoutMs,
        signal,
      })
    } catch (error) {
      throw this.#error(name, error)
    }
  }

  #error(name: string, error: unknown): MillraceError {
    const { spec } = this.#parts
    if (isMillraceError(error)) return atPlace(error, spec)
    return ENG_SINK({ id: spec.id, step: name, message: messageOf(error) }, placeOf(spec), error)
  }

  #grace(writing: Promise<unknown>): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#parts.host.runtime.timer(GRACE_MS, resolve)
      void writing.then(() => {
        cancel()
        resolve()
        return undefined
      })
    })
  }
}

function troubledAt(batch: RecordBatch, index: number): Troubled {
  return {
    record: batch.values[index],
    timestamp: batch.timestamps[index] as number,
    mark: batch.marks[index] as number,
    table: batch.table,
    row: batch.rows[index] as number,
  }
}
