import { invariant, isMillraceError, messageOf, type MillraceError } from '@millrace/base'
import type { InstanceScope, SourceBatch, SourceInstance } from '@millrace/sdk'
import { ENG_SOURCE } from '../errors.ts'
import type { Recalled, SourceSpec } from '../plan/job-spec.ts'
import { atPlace, placeOf } from '../plan/place.ts'
import type { SourceCounter } from '../report/counters.ts'
import type { Crashed } from './crashed.ts'
import type { Edge } from './edge.ts'
import type { Failures } from './failures.ts'
import { closeQuietly, open, openInstance } from './open-instance.ts'
import type { Outbox } from './outbox.ts'
import type { PartTimers } from './part-timers.ts'
import type { Port } from './port.ts'
import { NO_ROW, type OriginTable } from './record-batch.ts'
import { Restarts } from './restarts.ts'
import { mergeEntries, type Entries } from './source-batch.ts'
import type { TaskHost } from './task-host.ts'

/** How long a stopped source may take to return from its read. */
const GRACE_MS = 5000

/** What a source is made of. */
export interface SourceParts {
  readonly host: TaskHost
  readonly spec: SourceSpec
  readonly outbox: Outbox
  readonly failures: Failures
  readonly counter: SourceCounter
  readonly scope: InstanceScope
  /** Those of the instance in use. */
  readonly timers: PartTimers
}

type Step = IteratorResult<SourceBatch, unknown>
interface Reading {
  next(): Step | Promise<Step>
  return?(): unknown
}

/** The cell of one source: one message pulls one batch, and the next pull waits for credit. */
export class SourceTask {
  readonly #parts: SourceParts
  readonly #port: Port
  readonly #pause = new AbortController()
  readonly #restarts: Restarts
  #instance: SourceInstance | undefined
  #again: () => void = () => {}
  #partitions: readonly string[] | undefined
  #partition = 0
  #reading: Reading | undefined
  #offset = 0
  /** Where the partition is read on; undefined: at its beginning. */
  #position: unknown
  /** Whether that place is known: nothing of the partition was read, or the last batch said it. */
  #isResumable = true
  #isOver = false
  #bytesBefore = 0
  #bytes = 0
  #largest = Number.NEGATIVE_INFINITY
  #resume: ((done?: void | Promise<void>) => void) | undefined

  constructor(parts: SourceParts) {
    this.#parts = parts
    this.#port = parts.outbox.main as Port
    this.#restarts = new Restarts(parts.host, parts.spec, parts.spec.restart)
  }

  /** How often it was started again. */
  get restarts(): number {
    return this.#restarts.count
  }

  async open(): Promise<void> {
    this.#instance = await this.#restarts.first(() => this.#made())
  }

  #made(): Promise<SourceInstance> {
    const { counter, host, scope, spec } = this.#parts
    return openInstance<SourceInstance>(
      host,
      spec,
      () => spec.factory.create(scope),
      async (instance) => {
        await open(host, spec, () => instance.open?.())
        await open(host, spec, async () => {
          const partitions = (await instance.partitions?.()) ?? ['']
          this.#partitions ??= partitions
          counter.bytesTotal = await instance.size?.()
        })
      },
    )
  }

  /** Starts reading; `again` queues the next pull behind what else there is to do. */
  begin(again: () => void): void {
    this.#again = again
    again()
  }

  async close(): Promise<void> {
    this.#pause.abort()
    this.#parts.timers.clear()
    await this.#instance?.close?.()
  }

  /** No more reading: what was read is passed on, then the end. */
  pause(): void {
    if (this.#pause.signal.aborted) return
    this.#pause.abort()
    if (this.#resume === undefined) return
    this.#parts.host.runtime.timer(GRACE_MS, () => this.#interrupt())
  }

  /** The job has failed: what was read goes to readers that still take it. */
  handOver(readers: ReadonlySet<Edge>): void {
    this.#parts.outbox.handOver(readers)
  }

  halt(): void {
    this.#pause.abort()
    this.#parts.outbox.halt()
    this.#interrupt()
  }

  /** Pulls one batch, or looks after a crash. Never throws. */
  receive(message: 'pull' | Crashed): void | Promise<void> {
    if (this.#parts.host.over) return undefined
    if (message !== 'pull') return this.#crashed(message)
    if (this.#pause.signal.aborted || this.#limited()) return this.#finish()
    const partition = this.#partitions?.[this.#partition]
    if (partition === undefined) return this.#finish()
    let result: Step | Promise<Step>
    try {
      this.#reading ??= this.#read(partition)
      result = this.#reading.next()
    } catch (error) {
      return this.#failed(error)
    }
    if (result instanceof Promise) return this.#wait(result)
    try {
      return this.#took(result)
    } catch (error) {
      return this.#fail(error)
    }
  }

  #crashed({ error, instance }: Crashed): void | Promise<void> {
    if (this.#isOver || instance !== this.#parts.timers.instance) return undefined
    // The next pull is on its way already.
    return this.#canReadOn ? this.#readOn(error, () => {}) : this.#fail(error)
  }

  get #canReadOn(): boolean {
    return this.#parts.spec.factory.traits.replay === 'position' && this.#isResumable
  }

  #read(partition: string): Reading {
    const options = { fields: this.#parts.spec.fields, signal: this.#pause.signal }
    const batches = this.#instance?.read(partition, this.#position, options)
    invariant(batches !== undefined, 'a source is open before it is read')
    return Symbol.asyncIterator in batches
      ? batches[Symbol.asyncIterator]()
      : batches[Symbol.iterator]()
  }

  #limited(): boolean {
    return this.#parts.counter.read >= (this.#parts.spec.limit ?? Number.POSITIVE_INFINITY)
  }

  // One resolver and two handlers that live as long as the task: closures made for each pull, kept by the task,
  // drag the records of their batch into the old generation (a quarter of a job's time, measured).
  #wait(result: Promise<Step>): Promise<void> {
    return new Promise((resolve) => {
      this.#resume = resolve
      result.then(this.#stepped, this.#rejected)
    })
  }

  readonly #stepped = (step: Step): void => this.#settle(() => this.#took(step))
  readonly #rejected = (error: unknown): void => this.#settle(() => this.#failed(error))

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

  #took(result: Step): void | Promise<void> {
    if (this.#parts.host.over) return undefined
    if (result.done === true) {
      // After a pause nobody knows whether the input was over: it counts as cut short.
      if (this.#pause.signal.aborted) return this.#finish()
      this.#reading = undefined
      this.#partition++
      this.#offset = 0
      this.#position = undefined
      this.#isResumable = true
      this.#bytesBefore += this.#bytes
      this.#bytes = 0
      this.#again()
      return undefined
    }
    const room = this.#send(result.value)
    if (room !== undefined) return room.then(() => this.#again())
    // Nothing holds back who writes to a lossy mailbox, so its readers get their turn here.
    const { host, outbox } = this.#parts
    if (outbox.lossy) return host.runtime.yield().then(() => this.#again())
    this.#again()
    return undefined
  }

  #send(batch: SourceBatch): Promise<void> | undefined {
    const { counter, host, outbox, spec } = this.#parts
    const most = (spec.limit ?? Number.POSITIVE_INFINITY) - counter.read
    const entries = mergeEntries(batch, this.#offset, most)
    const count = entries.offsets.length
    const recalled = spec.recall?.(batch)
    const table: OriginTable = {
      source: recalled?.origin?.source ?? spec.id,
      partition: recalled?.origin?.partition ?? this.#partitions?.[this.#partition] ?? '',
      offsets: entries.offsets,
      lines: entries.lines,
      base: host.read,
    }
    this.#offset = (entries.offsets[count - 1] ?? this.#offset - 1) + 1
    this.#position = batch.position
    this.#isResumable = batch.position !== undefined
    if (batch.bytes !== undefined) this.#bytes = batch.bytes
    counter.bytes = this.#bytesBefore + this.#bytes
    counter.read += count
    host.read += count
    outbox.table = table
    this.#stamp(entries, table, recalled)
    this.#malformed(entries, table)
    return host.over ? undefined : outbox.flush(this.#mark())
  }

  /** Gives each value its time; one without a time is malformed. The clock is read once. */
  #stamp(entries: Entries, table: OriginTable, recalled: Recalled | undefined): void {
    const { time } = this.#parts.spec
    const arrival = time === undefined ? this.#parts.host.runtime.now() : 0
    const isMade = recalled !== undefined && recalled.origin === undefined
    for (let index = 0; index < entries.values.length; index++) {
      const value = entries.values[index]
      const row = isMade ? NO_ROW : (entries.rows[index] as number)
      let timestamp = recalled === undefined ? Number.NaN : (recalled.timestamps[index] as number)
      if (timestamp !== timestamp) timestamp = time === undefined ? arrival : time.timestamp(value)
      if (timestamp !== timestamp) {
        const message = `The record has no valid time in ${time?.description ?? 'its fields'}.`
        if (this.#bad({ code: 'TIME', message, record: value }, table, row)) return
        continue
      }
      this.#port.push(value, timestamp, this.#mark(), row)
      if (timestamp > this.#largest) this.#largest = timestamp
    }
  }

  #malformed(entries: Entries, table: OriginTable): void {
    for (let index = 0; index < entries.malformed.length; index++) {
      const { code, message, raw } = entries.malformed[index] as Entries['malformed'][number]
      const failure = { code, message, record: null, raw }
      if (this.#bad(failure, table, entries.badRows[index] as number)) return
    }
  }

  #bad(
    failure: { code: string; message: string; record: unknown; raw?: string | Uint8Array },
    table: OriginTable,
    row: number,
  ): boolean {
    if (this.#parts.host.over) return true
    this.#parts.counter.malformed++
    const mark = this.#mark()
    const timestamp = Number.NaN
    this.#parts.failures.handle({ ...failure, timestamp, mark, table, row, attempts: 1 })
    return this.#parts.host.over
  }

  #mark(): number {
    return this.#largest - (this.#parts.spec.time?.disorderMs ?? 0)
  }

  /** Ends the read under way. Not awaited: a generator that hangs in its read never returns. */
  #leave(): void {
    const reading = this.#reading
    this.#reading = undefined
    void (async () => reading?.return?.())().catch(() => undefined)
  }

  /** Passes the end on: of the input, or only of this run where the job is being stopped. */
  #finish(): void | Promise<void> {
    this.#leave()
    this.#isOver = true
    const over = this.#limited() || this.#partition >= (this.#partitions?.length ?? 0)
    this.#parts.outbox.end(over || !this.#parts.host.stopping)
    this.#parts.host.finished()
    return undefined
  }

  /** A read failed, or the instance did. A source that can be read on from its position is; any other one ends the job. */
  #failed(error: unknown): void | Promise<void> {
    return this.#canReadOn ? this.#readOn(this.#error(error), this.#again) : this.#fail(error)
  }

  async #readOn(crash: MillraceError, again: () => void): Promise<void> {
    const { host, spec, timers } = this.#parts
    const old = this.#instance as SourceInstance
    this.#instance = undefined
    this.#leave()
    timers.clear()
    await closeQuietly(host, spec, old)
    try {
      this.#instance = await this.#restarts.after(crash, () => this.#made(), this.#pause.signal)
    } catch (error) {
      // Nobody waits for a source that is to read no more.
      return this.#pause.signal.aborted && !host.over ? this.#finish() : this.#fail(error)
    }
    again()
  }

  #fail(error: unknown): void {
    this.#parts.host.fail(this.#error(error))
  }

  #error(error: unknown): MillraceError {
    const { spec } = this.#parts
    if (isMillraceError(error)) return atPlace(error, spec)
    return ENG_SOURCE({ id: spec.id, message: messageOf(error) }, placeOf(spec), error)
  }
}
