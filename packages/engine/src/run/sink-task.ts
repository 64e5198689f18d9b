import { isMillraceError, messageOf, type MillraceError } from '@millrace/base'
import type { InstanceScope, SinkInstance, WriteResult } from '@millrace/sdk'
import { ENG_SINK } from '../errors.ts'
import type { SinkSpec } from '../plan/job-spec.ts'
import { atPlace, placeOf } from '../plan/place.ts'
import type { SinkCounter } from '../report/counters.ts'
import type { Edge, Envelope } from './edge.ts'
import type { Failures } from './failures.ts'
import { FieldWatches } from './field-watches.ts'
import { inTime, slow, TIMEOUT_MS } from './in-time.ts'
import { openInstance } from './open-instance.ts'
import type { Outbox } from './outbox.ts'
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
  }

  async open(): Promise<void> {
    const { host, scope, spec } = this.#parts
    this.#instance = await openInstance<SinkInstance>(host, spec, () => spec.factory.create(scope))
  }

  /** Every write so far succeeded and none is under way. */
  get isWhole(): boolean {
    return this.#instance !== undefined && !this.#broken && this.#writing === undefined
  }

  receive(envelope: Envelope): void | Promise<void> {
    if (this.#parts.host.over && !this.#lasts) return undefined
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
    let result: WriteResult | Promise<WriteResult>
    try {
      result = this.#instance?.write(batch)
    } catch (error) {
      this.#broken = true
      this.#parts.host.fail(this.#error('write', error))
      return undefined
    }
    if (!(result instanceof Promise)) return this.#written(batch, envelope.edge, result)
    return this.#wait(batch, envelope.edge, result)
  }

  #wait(batch: RecordBatch, edge: Edge, result: Promise<WriteResult>): Promise<void> {
    this.#limit()
    return new Promise((resolve) => {
      this.#interrupt = resolve
      this.#writing = result.then(
        (written) => {
          this.#settled()
          resolve(this.#written(batch, edge, written))
          return undefined
        },
        (error: unknown) => {
          this.#settled()
          this.#broken = true
          this.#parts.host.fail(this.#error('write', error))
          resolve()
          return undefined
        },
      )
    })
  }

  #limit(): void {
    if (this.#instance?.untimed === true) return
    const { host, spec } = this.#parts
    this.#unlimit = host.runtime.timer(TIMEOUT_MS, () => host.fail(slow(spec, 'write', TIMEOUT_MS)))
  }

  #settled(): void {
    this.#unlimit()
    this.#writing = undefined
    this.#interrupt = undefined
  }

  #written(batch: RecordBatch, edge: Edge, result: WriteResult): void | Promise<void> {
    const { counter, failures, outbox } = this.#parts
    const rejected = result?.rejected ?? []
    counter.written += batch.length - rejected.length
    outbox.table = batch.table
    for (const { index, code, message } of rejected) {
      const policy = failures.handle({
        code,
        message,
        record: batch.values[index],
        timestamp: batch.timestamps[index] as number,
        mark: batch.marks[index] as number,
        table: batch.table,
        row: batch.rows[index] as number,
      })
      if (policy === 'fail') return undefined
      counter.rejected++
    }
    if (rejected.length > 0) {
      const room = outbox.flush(Number.NEGATIVE_INFINITY)
      if (room !== undefined) return room.then(() => this.#release(edge, batch.length))
    }
    this.#release(edge, batch.length)
    return undefined
  }

  async #end(envelope: Envelope): Promise<void> {
    this.#complete &&= envelope.complete
    if (++this.#ended < this.#edges.length) return
    const { host, outbox } = this.#parts
    const timeoutMs = this.#instance?.untimed === true ? Infinity : TIMEOUT_MS
    try {
      await this.#step('flush', () => this.#instance?.flush?.(), timeoutMs, host.signal)
    } catch (error) {
      host.fail(this.#error('flush', error))
    }
    if (host.over) return
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
