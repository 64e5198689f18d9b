import type { Rejection, SinkToken, WriteResult } from '@millrace/sdk'
import type { SinkCheckpoint } from '../checkpoint/checkpoint.ts'
import type { MillraceError } from '@millrace/base'
import { ENG_PARK_FULL } from '../errors.ts'
import { placeOf } from '../plan/place.ts'
import { ONLY_SLOT } from '../state/current-key.ts'
import { Aligner } from './aligner.ts'
import type { Committing } from './committing.ts'
import type { Crashed } from './crashed.ts'
import type { Due } from './due.ts'
import type { ParkedRecord, Troubled } from './dead-letter.ts'
import type { Arrival, Edge, Envelope } from './edge.ts'
import type { Failure } from './failures.ts'
import { FieldWatches } from './field-watches.ts'
import type { LetGo } from './let-go.ts'
import { type Parked, ParkingLot } from './parking-lot.ts'
import type { RecordBatch } from './record-batch.ts'
import { loadParked, saveParked } from './saved-parked.ts'
import { type SinkParts, SinkWriter } from './sink-writer.ts'

/** The cell of one sink. A write that returns a promise suspends it, and so whoever feeds it. */
export class SinkTask {
  readonly #parts: SinkParts
  readonly #edges: readonly Edge[]
  readonly fields: FieldWatches
  /** Where refused records wait; absent: they do not. */
  readonly #lot: ParkingLot | undefined
  readonly writer: SinkWriter
  /** Ids of records go on behind that where an input is new. */
  readonly #takenBefore: number
  readonly #aligner: Aligner
  /** Names what was written before the last barrier, or all where nothing more comes. */
  token: SinkToken | undefined
  /** Whether it has taken its last message. */
  isOver = false
  #ended = 0
  #complete = true
  #emptied: () => void = () => {}

  constructor(parts: SinkParts, edges: readonly Edge[]) {
    this.#parts = parts
    this.#edges = edges
    const { id, expects } = parts.spec
    this.fields = new FieldWatches(id, expects, ['in'], (text) => parts.host.logger.warn(text))
    this.writer = new SinkWriter(parts)
    this.#aligner = new Aligner(edges)
    const { parkMost } = parts.failures
    this.#lot = parkMost === 0 ? undefined : new ParkingLot(parkMost)
    this.#takenBefore = parts.restored?.takenBefore ?? 0
    for (const [index, edge] of edges.entries()) this.#name(edge, index)
    for (const one of parts.restored?.parked ?? []) {
      this.#lot?.putBack(loadParked(one, () => ONLY_SLOT))
    }
  }

  /** One input more, which is among its edges now. */
  join(edge: Edge): void {
    this.#name(edge, this.#edges.indexOf(edge))
  }

  #name(edge: Edge, index: number): void {
    edge.readerIds = `${this.#parts.ids}${index}-`
    edge.taken = this.#parts.restored?.taken[index] ?? this.#takenBefore
  }

  /** All that is kept of it at the last barrier, or at its end. */
  checkpoint(): SinkCheckpoint {
    const parked = (this.#lot?.waiting ?? []).map((one) => saveParked(one, () => []))
    const { counter, failures } = this.#parts
    const counts = counter.snapshot()
    const letters = failures.letters.snapshot()
    const taken = this.#edges.map((edge) => edge.taken)
    const { setAside } = this.writer
    return {
      parked,
      letters,
      counts,
      taken,
      ...(this.#takenBefore > 0 && { takenBefore: this.#takenBefore }),
      ...(this.token !== undefined && { token: this.token }),
      ...(setAside.length > 0 && { setAside }),
    }
  }

  open(): Promise<void> {
    return this.writer.open()
  }

  close(): Promise<void> {
    return this.writer.close()
  }

  /** What waits here until someone says what becomes of it. */
  get parked(): readonly ParkedRecord[] {
    return this.#lot?.records ?? []
  }

  receive(message: Arrival | LetGo | Crashed | Due | Committing): void | Promise<void> {
    if (this.writer.isOver) return undefined
    if (message.kind === 'committing') return this.#commit(message)
    if (message.kind === 'letGo') return this.#letGo(message)
    if (message.kind === 'crashed') return this.#crashed(message)
    // Only stages have timers of that kind.
    if (message.kind === 'due') return undefined
    if (this.#aligner.holds(message)) return undefined
    const envelope = message.edge.take()
    if (envelope?.kind === 'batch') return this.#write(envelope)
    if (envelope?.kind === 'end') return this.#end(envelope)
    if (envelope?.kind === 'barrier') return this.#barrier(this.#aligner.barrier(envelope.edge))
    return undefined
  }

  halt(): void {
    this.#parts.outbox.halt()
    this.writer.halt()
  }

  /** The job is aborted: nobody waits for a reader any more. */
  cut(): void {
    this.writer.cut()
    this.#emptied()
  }

  /** After a failure: waits until a reader that takes its time has all that was finished before it. */
  async drained(): Promise<void> {
    if (!this.writer.lasts || this.#isEmpty()) return
    await new Promise<void>((resolve) => {
      this.#emptied = resolve
    })
  }

  /** Its edges, where it goes on after a failure until its reader has everything. */
  get lasting(): readonly Edge[] {
    return this.writer.lasts ? this.#edges : []
  }

  #isEmpty(): boolean {
    return this.#edges.every((edge) => edge.clear && edge.inFlight === 0)
  }

  #release(edge: Edge, count: number): void {
    edge.release(count)
    if (this.#parts.host.over && this.#isEmpty()) this.#emptied()
  }

  #write(envelope: Envelope): void | Promise<void> {
    const { edge, end, start } = envelope
    const ids = { prefix: edge.readerIds, numbers: edge.taken }
    const batch = (envelope.batch as RecordBatch).slice(start, end, ids, this.#parts.spec.raw)
    edge.taken += batch.length
    this.#parts.counter.received += batch.length
    if (batch.length === 0) return undefined
    this.fields.look(envelope)
    if (this.#lot !== undefined) return this.#writeInTurn(batch, edge)
    const result = this.writer.write(batch)
    if (!(result instanceof Promise)) return this.#written(batch, envelope.edge, result)
    return result.then((written) => this.#written(batch, envelope.edge, written))
  }

  /** One by one: nothing is written behind a record that is parked. */
  async #writeInTurn(batch: RecordBatch, edge: Edge): Promise<void> {
    for (let index = 0; index < batch.length; index++) {
      if (this.#lot?.isEmpty === false) {
        this.#park(troubledAt(batch, index))
        continue
      }
      const one = batch.pick([index])
      const writing = this.writer.write(one)
      const result = writing instanceof Promise ? await writing : writing
      if (this.writer.isOver) return
      const rejected = result?.rejected ?? []
      if (rejected.length > 0) await this.#refused(one, rejected)
      if (this.writer.isOver) return
    }
    this.#release(edge, batch.length)
  }

  #written(batch: RecordBatch, edge: Edge, result: WriteResult): void | Promise<void> {
    if (this.writer.isOver) return undefined
    const rejected = result?.rejected ?? []
    if (rejected.length === 0) return this.#release(edge, batch.length)
    return this.#refused(batch, rejected).then(() => {
      return this.writer.isOver ? undefined : this.#release(edge, batch.length)
    })
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
      if (this.writer.isOver) return
      current = current.pick(again)
      const result = await this.writer.write(current)
      if (this.writer.isOver) return
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

  #crashed({ error, instance }: Crashed): void | Promise<void> {
    const isOver = this.#ended === this.#edges.length
    return isOver || instance !== this.#parts.timers.instance ? undefined : this.writer.crash(error)
  }

  /** Writes parked records again, in order, until one is refused again. */
  async #letGo({ which, skips, done }: LetGo): Promise<void> {
    const lot = this.#lot
    const parked = lot?.take(which) ?? []
    for (const one of parked) {
      if (this.writer.isOver) return
      if (skips && one.record.error !== null) this.#parts.counter.rejected++
      else if (lot?.isEmpty === false) lot.putBack(one)
      else await this.#writeAgain(one)
      if (this.writer.isOver) return
      lot?.through(one)
    }
    done(parked.length)
  }

  async #writeAgain({ batch, record }: Parked): Promise<void> {
    const result = await this.writer.write(batch)
    if (this.writer.isOver) return
    const rejected = result?.rejected ?? []
    if (rejected.length > 0) await this.#refused(batch, rejected, record)
  }

  /** The barrier has come, on all inputs: what was written so far is the sink's part of the checkpoint. */
  async #barrier(isAligned: boolean): Promise<void> {
    const { host, outbox, spec } = this.#parts
    if (!isAligned) return
    await this.#prepare(false)
    if (host.over) return
    host.barriers?.reached(spec.id)
    outbox.barrier()
    this.#aligner.release()
  }

  async #prepare(final: boolean): Promise<void> {
    const { host, spec } = this.#parts
    if (host.barriers === undefined) return
    this.token = await this.writer.prepare(host.barriers.numberFor(spec.id), final)
  }

  /** A checkpoint is durable: what it names becomes visible. */
  async #commit({ done, token }: Committing): Promise<void> {
    try {
      await this.writer.commit(token, this.#parts.host.signal)
      done()
    } catch (error) {
      this.#parts.host.fail(error as MillraceError)
    }
  }

  async #end(envelope: Envelope): Promise<void> {
    this.#complete &&= envelope.complete
    const isAligned = this.#aligner.ended(envelope.edge)
    if (++this.#ended < this.#edges.length) return this.#barrier(isAligned)
    const { host, outbox, spec } = this.#parts
    await this.writer.flush()
    if (host.over) return
    await this.#prepare(true)
    if (host.over) return
    this.#lot?.close()
    this.isOver = true
    outbox.end(this.#complete)
    host.finished(spec.id)
  }
}

function troubledAt(batch: RecordBatch, index: number): Troubled {
  return {
    record: batch.values[index],
    timestamp: batch.timestamps[index] as number,
    mark: batch.marks[index] as number,
    table: batch.table,
    row: batch.rows[index] as number,
    ids: batch.pick([index]).ids,
  }
}
