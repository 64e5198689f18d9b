import { isMillraceError, messageOf, type MillraceError } from '@millrace/base'
import type { HeldRecord, StageInstance, StageScope } from '@millrace/sdk'
import { ENG_MAX_EMIT, ENG_TIMEOUT, ENG_INTERNAL, ENG_THROW } from '../errors.ts'
import { CurrentKey, NO_SLOT } from '../state/current-key.ts'
import { HeapState } from '../state/heap-state.ts'
import { Journal } from '../state/journal.ts'
import type { SpillingSlots } from '../state/spilling-slots.ts'
import { collect } from './collect.ts'
import { Emitter } from './emitter.ts'
import { EventClock } from './event-clock.ts'
import { TIMEOUT_MS } from './in-time.ts'
import type { KeySweep } from './key-sweep.ts'
import type { KeyInterner } from './key.ts'
import { type Parked, type ParkingLot } from './parking-lot.ts'
import type { Port } from './port.ts'
import { keptBy } from './kept-by.ts'
import { newSweep } from './new-sweep.ts'
import { NO_ROW, noRecords, RecordBatch } from './record-batch.ts'
import { type InHand, RecordFailures } from './record-failures.ts'
import { Rebuilder } from './rebuilder.ts'
import type { StageParts } from './stage-parts.ts'
import { exitOf, ReusedContext } from './reused-context.ts'
import { newSpilling, nothingSpills } from './spilling-sweep.ts'
import { restoreCold } from './stage-snapshot.ts'
import { StageHooks } from './stage-hooks.ts'
import { StageKeys } from './stage-keys.ts'
import type { Handler, OpenStage } from './stage-instance.ts'
import { undoableTimer } from './undoable-timer.ts'

/** Why a record that emitted nothing counts as filtered. */
export const NO_OUTPUT = 'no output'

/** Runs one record through a stage's handler and gives it its fate. */
export class RecordRunner implements InHand {
  readonly #parts: StageParts
  readonly #main: Port
  readonly #late: Port | undefined
  readonly #rebuilder: Rebuilder
  readonly journal = new Journal()
  readonly state: HeapState
  readonly time: EventClock
  readonly #timeoutMs: number
  readonly keys: StageKeys
  readonly interner: KeyInterner | undefined
  /** Absent: all keys stay in memory. */
  readonly spilling: SpillingSlots | undefined
  /** Absent without `by`. */
  readonly sweep: KeySweep | undefined
  readonly current: CurrentKey
  readonly emitter = new Emitter()
  readonly isKeyed: boolean
  readonly hooks: StageHooks
  /** Runs records like this runner while others are parked: those of their keys wait behind them. */
  readonly behind: Pick<RecordRunner, 'run'> = { run: (...record) => this.#runBehind(...record) }
  /** Largest event time seen. */
  largest = Number.NEGATIVE_INFINITY
  instance: StageInstance = {}
  #context: ReusedContext
  #handlers: ReadonlyMap<string, Handler> = new Map()
  #interrupt: (() => void) | undefined
  #isLost = false
  // The record in hand.
  batch: RecordBatch = noRecords
  index = 0
  input = ''
  readonly #failures: RecordFailures

  constructor(parts: StageParts) {
    this.#parts = parts
    this.#main = parts.outbox.main as Port
    this.#late = parts.outbox.port('late')
    this.#timeoutMs = parts.spec.timeoutMs ?? TIMEOUT_MS
    this.spilling = newSpilling(parts, this.journal)
    this.keys = new StageKeys(parts.spec, this.spilling)
    this.interner = this.keys.interner
    this.isKeyed = this.interner !== undefined
    this.current = CurrentKey.of(this.interner)
    this.#failures = new RecordFailures(parts, this.current, this.emitter, this.keys)
    this.time = new EventClock(this.emitter, parts.host.runtime)
    const { current, interner, journal, spilling, time } = this
    this.state = new HeapState(current, journal, time, interner, spilling)
    this.#context = this.#newContext()
    let isFirst = true
    this.#rebuilder = new Rebuilder(
      parts,
      () => this.#scope(),
      () => {
        if (isFirst) restoreCold(this, parts)
        isFirst = false
      },
    )
    this.hooks = new StageHooks(parts, this)
    this.sweep = newSweep(this)
  }

  /** Where failing records wait; absent: they do not. */
  get lot(): ParkingLot | undefined {
    return this.#failures.lot
  }

  get restarts(): number {
    return this.#rebuilder.count
  }

  /** Makes and opens the instance. */
  async open(): Promise<void> {
    const file = await this.#parts.openSpill?.()
    if (file !== undefined) this.spilling?.begin(file)
    try {
      this.#use(await this.#rebuilder.open())
    } catch (error) {
      this.spilling?.close()
      throw error
    }
    this.interner?.isRestored()
    if (this.spilling?.hasParts === false) {
      this.#parts.host.warn(nothingSpills(this.#parts.spec.id))
    }
  }

  async close(): Promise<void> {
    this.#parts.timers.clear()
    this.hooks.stop()
    try {
      await this.instance.close?.()
    } finally {
      this.spilling?.close()
    }
  }

  /** Ends the wait for a record in flight: the job is over. */
  halt(): void {
    this.hooks.stop()
    this.#context.close()
    this.#interrupt?.()
  }

  /** Another one has the better of the record in hand: it is given up, and nothing of it stays. */
  lose(): void {
    this.#isLost = true
    this.#interrupt?.()
  }

  /** Runs record `index`; a promise when it takes longer. The watermark must be set before. */
  run(batch: RecordBatch, index: number, input: string): Promise<void> | undefined {
    const emitter = this.emitter
    const timestamp = batch.timestamps[index] as number
    const record = batch.values[index]
    const context = this.#context
    this.batch = batch
    this.index = index
    this.input = input
    if (timestamp > this.largest) this.largest = timestamp
    emitter.begin(timestamp, batch.rows[index] as number)
    context.reset()
    this.#parts.outbox.begin()
    const handler = this.#handlers.get(input) as Handler
    let result: unknown
    try {
      if (this.interner !== undefined) {
        this.current.slot = NO_SLOT
        this.current.slot = this.interner.slot(this.keys.partsOf(input), record, timestamp)
      }
      result = handler.call.call(handler.target, record, context)
      if (handler.kind === 'generator') {
        for (const value of result as Iterable<unknown>) {
          context.emit(value)
          if (!emitter.active || emitter.overflowed) break
        }
        return this.#settle()
      }
    } catch (error) {
      return this.#thrown(error)
    }
    if (handler.kind === 'asyncGenerator') {
      return this.#wait(collect(result as AsyncIterable<unknown>, context))
    }
    if (result instanceof Promise) return this.#wait(result)
    if (result !== undefined) emitter.emit(this.#main, result, timestamp)
    return this.#settle()
  }

  /** Runs a parked record again; one of the same key that failed before it keeps it waiting. */
  async runAgain(parked: Parked): Promise<void> {
    this.#failures.released = parked
    this.#parts.outbox.table = parked.batch.table
    await this.#runBehind(parked.batch, 0, parked.input)
    this.#failures.released = undefined
  }

  #runBehind(batch: RecordBatch, index: number, input: string): Promise<void> | undefined {
    const slot = this.keys.slotOf(batch, index, input)
    if (this.lot?.holds(slot) !== true) return this.run(batch, index, input)
    this.batch = batch
    this.index = index
    this.input = input
    this.current.slot = slot
    this.#failures.wait(this)
    return undefined
  }

  /** Fails the record in hand of a batch handler: same policy, nothing to withdraw. */
  rejectAt(batch: RecordBatch, index: number, input: string, code: string, message: string): void {
    this.batch = batch
    this.index = index
    this.input = input
    this.current.slot = this.keys.slotOf(batch, index, input)
    this.#failures.settle(this, code, message, undefined)
  }

  /** Fails a record that was taken in before, for what was thrown: same policy, no other try. */
  failHeld({ record, timestamp, input }: HeldRecord, thrown: unknown): void {
    const { counter, outbox } = this.#parts
    const { mark } = this.emitter
    this.batch = new RecordBatch([record], [timestamp], [mark], [NO_ROW], outbox.table)
    this.index = 0
    this.input = input
    counter.used--
    const code = isMillraceError(thrown) ? thrown.code : ENG_THROW.code
    this.#failures.settle(this, code, messageOf(thrown), thrown)
  }

  /** Makes a new instance where the memory of this one cannot be trusted any more, or where it crashed. */
  async rebuild(crash?: MillraceError): Promise<void> {
    const old = this.instance
    // The old instance is closed once, also where no new one takes its place.
    this.instance = {}
    try {
      this.#use(await this.#rebuilder.rebuild(old, crash))
    } catch (error) {
      const known = isMillraceError(error)
      this.#parts.host.fail(
        known ? error : ENG_INTERNAL({ message: messageOf(error) }, undefined, error),
      )
    }
  }

  /** Whether timers may fire, or state may go, between two records. */
  get hasTimers(): boolean {
    return this.instance.onTimer !== undefined || this.state.followsEventTime
  }

  /** Whether a throw of `error` makes the instance unusable. */
  spoils(error: unknown): boolean {
    return this.#parts.spec.factory.traits.keeps === 'instance' && !isMillraceError(error)
  }

  #settle(): Promise<void> | undefined {
    if (this.#parts.contestant?.ends() === false) return this.#giveUp()
    const context = this.#context
    const emitter = this.emitter
    emitter.active = false
    if (context.code !== undefined) return this.#failed(context.code, context.message, undefined)
    if (emitter.overflowed) {
      const error = ENG_MAX_EMIT({ limit: emitter.limit })
      return this.#failed(error.code, error.message, error)
    }
    this.journal.forget()
    const counter = this.#parts.counter
    if (context.exited !== undefined) {
      counter.exit(context.exited)
      context.exited = undefined
      this.lateLetters()
    } else if (emitter.count > 0) {
      if (this.#late !== undefined && this.#late.values.length - this.#late.base === emitter.count)
        counter.late++
      else counter.used++
      if (this.#late !== undefined) this.lateLetters()
    } else if (context.reason !== undefined) counter.filter(context.reason)
    else if (this.#parts.spec.factory.traits.absorbs) counter.used++
    else counter.filter(NO_OUTPUT)
    return undefined
  }

  lateLetters(): void {
    this.#failures.lateLetters(this.input)
  }

  lateHeld(): void {
    this.#failures.lateHeld()
  }

  #thrown(error: unknown): Promise<void> | undefined {
    this.emitter.active = false
    const code = isMillraceError(error) ? error.code : ENG_THROW.code
    return this.#failed(code, messageOf(error), error, this.spoils(error))
  }

  #failed(
    code: string,
    message: string,
    cause: unknown,
    spoilt = false,
  ): Promise<void> | undefined {
    this.#parts.outbox.withdraw()
    this.journal.undo()
    this.#context.exited = undefined
    // The job has ended: it is no fault of the record that its key could not be read.
    if (this.spilling?.hasFailed === true) return undefined
    const delayMs = this.#failures.retryAfter(code, cause)
    if (delayMs !== undefined) return this.#retry(delayMs, spoilt)
    if (this.#parts.contestant?.ends() === false) return this.#giveUp()
    const fate = this.#failures.settle(this, code, message, cause)
    if (spoilt && !this.#parts.host.over) return this.rebuild()
    // From now on the records behind it are looked at in another way, so the stage must come back to them.
    return fate === 'park' ? Promise.resolve() : undefined
  }

  /** Tries the record in hand once more; until it is through, nothing behind it is touched. */
  async #retry(delayMs: number, spoilt: boolean): Promise<void> {
    const { host, outbox } = this.#parts
    const { batch, index, input } = this
    if (spoilt) await this.rebuild()
    // What is finished must not wait with it.
    await outbox.flush(this.emitter.mark)
    await host.delays.wait(delayMs)
    if (host.over) return
    if (this.#isLost) return this.#giveUp()
    this.#failures.attempts++
    await this.run(batch, index, input)
    this.#failures.attempts = 1
  }

  /** Waits for an asynchronous record, but not for ever; what comes after its time is ignored. */
  #wait(promise: Promise<unknown>): Promise<void> {
    const { host } = this.#parts
    return new Promise((resolve) => {
      let open = true
      const finish = (settle: () => Promise<void> | undefined): void => {
        if (!open) return
        open = false
        cancel()
        this.#interrupt = undefined
        try {
          resolve(settle())
        } catch (error) {
          host.fail(ENG_INTERNAL({ message: messageOf(error) }, undefined, error))
          resolve()
        }
      }
      const cancel = host.runtime.timer(this.#timeoutMs, () => finish(() => this.#timedOut()))
      this.#interrupt = () => finish(() => (this.#isLost ? this.#giveUp() : undefined))
      promise.then(
        (value) =>
          finish(() => {
            if (value !== undefined) this.emitter.emit(this.#main, value, this.emitter.timestamp)
            return this.#settle()
          }),
        (error: unknown) => finish(() => this.#thrown(error)),
      )
    })
  }

  #giveUp(): undefined {
    this.#isLost = false
    this.#failures.attempts = 1
    this.#parts.contestant?.lost()
    this.#close()
    this.#parts.outbox.withdraw()
    this.journal.undo()
  }

  /** What still comes of the record in hand is ignored. */
  #close(): void {
    this.#context.close()
    this.#context = this.#newContext()
    this.emitter.active = false
  }

  #timedOut(): Promise<void> | undefined {
    this.#close()
    const error = ENG_TIMEOUT({ timeoutMs: this.#timeoutMs })
    return this.#failed(error.code, error.message, error)
  }

  #use({ instance, handlers }: OpenStage): void {
    this.instance = instance
    this.#handlers = handlers
    for (const port of this.#parts.outbox.ports) {
      if (port !== this.#parts.outbox.dead) port.lagMs = instance.lagMs ?? 0
    }
  }

  #newContext(): ReusedContext {
    return new ReusedContext(this, this.#parts)
  }

  #scope(): StageScope {
    const { outbox, scope } = this.#parts
    return {
      ...scope,
      state: keptBy(this.#parts.spec, this.isKeyed, this.state.scope()),
      timers: { event: this.hooks.event, clock: this.hooks.clock },
      timer: undoableTimer(this.#parts.timers, this.journal, () => this.#context.isInHand),
      outputs: this.emitter.handles(outbox, exitOf(this.#parts)),
      keyNames: this.keys.names,
      inputs: this.#parts.spec.inputs.map(({ name }) => name),
    }
  }
}
