import { isMillraceError, messageOf, type MillraceError } from '@millrace/base'
import type { InstanceScope, SinkInstance, SinkToken, WriteResult } from '@millrace/sdk'
import type { SinkCheckpoint } from '../checkpoint/checkpoint.ts'
import { ENG_SINK } from '../errors.ts'
import type { SinkSpec } from '../plan/job-spec.ts'
import { atPlace, placeOf } from '../plan/place.ts'
import type { SinkCounter } from '../report/counters.ts'
import type { Failures } from './failures.ts'
import { inTime, slow, TIMEOUT_MS } from './in-time.ts'
import { closeQuietly, open, openInstance } from './open-instance.ts'
import type { Outbox } from './outbox.ts'
import type { PartTimers } from './part-timers.ts'
import type { RecordBatch } from './record-batch.ts'
import { Restarts } from './restarts.ts'
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
  /** What it kept in an earlier run. */
  readonly restored: SinkCheckpoint | undefined
  /** Whether the job goes on from a checkpoint. */
  readonly isResumed: boolean
  /** In front of the ids of its records. */
  readonly ids: string
  /** Whether that is a savepoint. */
  readonly isBack: boolean
  /** What it had prepared for the last checkpoint, where the job does not go on from that. */
  readonly setAside: readonly SinkToken[]
  /** Those of the instance in use. */
  readonly timers: PartTimers
}

/** The instance of a sink: writes batches, one at a time, and is made again where it may be. */
export class SinkWriter {
  readonly #parts: SinkParts
  readonly #restarts: Restarts
  #instance: SinkInstance | undefined
  #writing: Promise<unknown> | undefined
  /** The step under way, other than a write. */
  #stepping: Promise<unknown> | undefined
  #interrupt: (() => void) | undefined
  /** Takes back the limit of the write under way. */
  #unlimit: () => void = () => {}
  #broken = false
  #cut = false
  /** What nobody goes on from, once something of this run is visible. */
  #setAside: readonly SinkToken[]

  constructor(parts: SinkParts) {
    this.#parts = parts
    const { host, setAside, spec } = parts
    this.#setAside = setAside
    this.#restarts = new Restarts(host, spec, spec.restart)
  }

  async open(): Promise<void> {
    const { isResumed } = this.#parts
    this.#instance = await this.#restarts.first(() => this.#made(isResumed))
  }

  /**
   * What was written so far survives a crash when it resolves: the token names it; undefined where the sink cannot say so. Fails
   * the job where that does not work.
   */
  async prepare(checkpoint: number, final: boolean): Promise<SinkToken | undefined> {
    const { host } = this.#parts
    const { signal } = host
    const instance = this.#instance
    try {
      if (instance?.prepare === undefined) {
        await this.#step('flush', () => instance?.flush?.(), this.#patienceMs, signal)
        return undefined
      }
      const prepare = () => instance.prepare?.({ checkpoint, final })
      return await this.#step('prepare', prepare, this.#patienceMs, signal)
    } catch (error) {
      host.fail(this.#error('prepare', error))
      return undefined
    }
  }

  /** `recovers`: what an earlier run left comes first. */
  #made(recovers = false): Promise<SinkInstance> {
    const { host, isBack, restored, scope, setAside, spec } = this.#parts
    const how = isBack ? { isBack, last: setAside[0] } : undefined
    return openInstance<SinkInstance>(
      host,
      spec,
      () => spec.factory.create({ ...scope, recovers, prepares: host.barriers !== undefined }),
      async (instance) => {
        await open(host, spec, () => instance.open?.())
        if (recovers) await this.#step('recover', () => instance.recover?.(restored?.token, how))
      },
    )
  }

  /** How long it may take until all is through, ms. */
  get #patienceMs(): number {
    const { timeoutMs } = this.#parts.spec
    return this.#instance?.untimed === true ? Infinity : (timeoutMs ?? TIMEOUT_MS)
  }

  /** What it has still to forget, once something of this run is visible. */
  get setAside(): readonly SinkToken[] {
    return this.#setAside
  }

  /** How often it was started again. */
  get restarts(): number {
    return this.#restarts.count
  }

  /** Every write so far succeeded and none is under way. */
  get isWhole(): boolean {
    return this.#instance !== undefined && !this.#broken && this.#writing === undefined
  }

  /** Whether it goes on after a failure of the job, until its reader has everything. */
  get lasts(): boolean {
    return this.#instance?.untimed === true && !this.#broken && !this.#cut
  }

  /** Whether nothing more is written. */
  get isOver(): boolean {
    return this.#parts.host.over && !this.lasts
  }

  /** What was written becomes visible: all, or what the token names. Throws coded errors. */
  async commit(token?: SinkToken, signal?: AbortSignal): Promise<void> {
    await this.#step('commit', () => this.#instance?.commit?.(token), TIMEOUT_MS, signal)
    const setAside = this.#setAside
    if (token === undefined) return
    this.#setAside = []
    for (const one of setAside) {
      await this.#step('forget', () => this.#instance?.forget?.(one), TIMEOUT_MS, signal)
    }
  }

  /** Nothing half written may be taken for whole. Waits a while for a write under way. */
  async abort(atOnce: boolean): Promise<void> {
    if (!atOnce) await this.#grace()
    const result = await this.#step('abort', () => this.#instance?.abort?.())
    // What is nowhere was not written, so it is held.
    const { counter } = this.#parts
    counter.written = Math.max(0, counter.written - (result?.discarded ?? 0))
  }

  /** Everything is through. Fails the job where that does not work. */
  async flush(): Promise<void> {
    const { host } = this.#parts
    try {
      await this.#step('flush', () => this.#instance?.flush?.(), this.#patienceMs, host.signal)
    } catch (error) {
      host.fail(this.#error('flush', error))
    }
  }

  async close(): Promise<void> {
    this.#parts.timers.clear()
    await this.#step('close', () => this.#instance?.close?.())
  }

  halt(): void {
    this.#unlimit()
    if (!this.lasts) this.#interrupt?.()
  }

  /** The job is aborted: nobody waits for a reader any more. */
  cut(): void {
    this.#cut = true
    this.#interrupt?.()
  }

  /** The instance crashed outside of a write. */
  async crash(error: MillraceError): Promise<void> {
    await this.#reopen(error)
  }

  /** Writes a batch. A throw fails the job where the sink cannot go on, and then the result says nothing. */
  write(batch: RecordBatch): WriteResult | Promise<WriteResult> {
    let result: WriteResult | Promise<WriteResult>
    try {
      result = this.#instance?.write(batch)
    } catch (error) {
      return this.#again(batch, error)
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
          resolve(this.#again(batch, error))
          return undefined
        },
      )
    })
  }

  /** After a write that threw: on a new instance, where the sink can go on with one. */
  #again(batch: RecordBatch, error: unknown): WriteResult | Promise<WriteResult> {
    const crash = this.#error('write', error)
    if (this.#reopens)
      return this.#reopen(crash).then((open) => (open ? this.write(batch) : undefined))
    this.#fail(crash)
    return undefined
  }

  get #reopens(): boolean {
    const { host, spec } = this.#parts
    const { delivers, reopens } = spec.factory.traits
    // A new instance knows nothing of what this one has prepared.
    const isExact = host.barriers !== undefined && delivers === 'exactlyOnce'
    return reopens === true && !isExact && !this.isOver
  }

  /** A new instance after a crash; false where the job ends instead. */
  async #reopen(crash: MillraceError): Promise<boolean> {
    const { host, spec, timers } = this.#parts
    const old = this.#instance
    if (old === undefined || !this.#reopens) {
      this.#fail(crash)
      return false
    }
    this.#instance = undefined
    timers.clear()
    await closeQuietly(host, spec, old)
    try {
      this.#instance = await this.#restarts.after(crash, () => this.#made())
      return true
    } catch (error) {
      this.#fail(this.#error('open', error))
      return false
    }
  }

  #fail(error: MillraceError): void {
    this.#broken = true
    this.#parts.host.fail(error)
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

  #count(batch: RecordBatch, result: WriteResult): void {
    this.#parts.counter.written += batch.length - (result?.rejected.length ?? 0)
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
      this.#follow(step)
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

  #follow(step: Promise<unknown>): void {
    const over = (): void => {
      if (this.#stepping === following) this.#stepping = undefined
    }
    const following = step.then(over, over)
    this.#stepping = following
  }

  /** Waits a while for what is under way. */
  #grace(): Promise<void> {
    const underWay = [this.#writing, this.#stepping].filter((one) => one !== undefined)
    if (underWay.length === 0) return Promise.resolve()
    return new Promise((resolve) => {
      const cancel = this.#parts.host.runtime.timer(GRACE_MS, resolve)
      void Promise.all(underWay).then(() => {
        cancel()
        resolve()
        return undefined
      })
    })
  }
}
