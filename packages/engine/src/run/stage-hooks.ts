import type { MillraceError } from '@millrace/base'
import type { HeldRecord, Key, StageContext, StageInstance, TimerContext } from '@millrace/sdk'
import { ENG_NO_ON_TIMER, ENG_TIMERS_ENDLESS } from '../errors.ts'
import { placeOf } from '../plan/place.ts'
import type { KeptCounts } from '../report/summary.ts'
import { NO_SLOT, ONLY_SLOT, type CurrentKey } from '../state/current-key.ts'
import type { Journal } from '../state/journal.ts'
import type { HeapState } from '../state/heap-state.ts'
import { KeyTimers } from '../state/key-timers.ts'
import type { SpillingSlots } from '../state/spilling-slots.ts'
import { timerError } from './crashed.ts'
import type { Emitter } from './emitter.ts'
import type { EventClock } from './event-clock.ts'
import { inTime, TIMEOUT_MS } from './in-time.ts'
import type { Port } from './port.ts'
import { NO_ROW } from './record-batch.ts'
import { hookError } from './stage-instance.ts'
import type { StageParts } from './stage-parts.ts'

/** Longest a stage keeps the thread with timers before the event loop gets a turn. */
const TURN_MS = 4
/** Timers between two looks at the clock. */
const LOOK_EVERY = 64
/** How often in a row timers may set timers once the input is over. */
const ROUNDS_MAX = 1000
/** Longest wait for a clock timer without a look at the clock, which somebody may have set. */
const WAIT_MAX_MS = 60_000

/** What the hooks of a stage run in. */
export interface Hooked {
  readonly instance: StageInstance
  readonly emitter: Emitter
  readonly journal: Journal
  readonly current: CurrentKey
  readonly state: HeapState
  readonly time: EventClock
  readonly spilling: SpillingSlots | undefined
  /** Largest event time seen. */
  readonly largest: number
  /** Whether the stage has `by`. */
  readonly isKeyed: boolean
  /** Fails a record that was taken in before. */
  failHeld(held: HeldRecord, thrown: unknown): void
  /** Looks after records that a hook found to be late. */
  lateHeld(): void
  /** Makes a new instance; when that cannot be the job has failed. */
  rebuild(crash: MillraceError): Promise<void>
}

/** Calls what a stage does without a record in hand: when a timer fires, event time moves or the input is over. */
export class StageHooks {
  readonly #parts: StageParts
  readonly #main: Port
  readonly #hooked: Hooked
  readonly #context: StageContext
  readonly #timerContext: TimerContext
  readonly event: KeyTimers
  readonly clock: KeyTimers
  /** What event time is coming to while timers fire. */
  #reached = Number.NEGATIVE_INFINITY
  /** Timers that may still fire once the input is over. */
  #left = Number.POSITIVE_INFINITY
  #armedFor = Number.POSITIVE_INFINITY
  #disarm: () => void = () => {}
  /** What the hook in hand has failed, and of which key it is. */
  #failed: { readonly held: HeldRecord; readonly thrown: unknown; readonly slot: number }[] = []

  constructor(parts: StageParts, hooked: Hooked) {
    this.#parts = parts
    this.#main = parts.outbox.main as Port
    this.#hooked = hooked
    const { current, journal } = hooked
    this.event = new KeyTimers('event', current, journal)
    this.clock = new KeyTimers('clock', current, journal, () => this.arm())
    hooked.time.onClock = () => this.arm()
    parts.counter.kept = () => this.kept()
    this.#context = this.#newContext()
    this.#timerContext = this.#newTimerContext()
  }

  /** Timers that are set. */
  get pending(): number {
    return this.event.size + this.clock.size
  }

  /** Whether a timer is set for the key of a slot. */
  holds(slot: number): boolean {
    return this.event.holds(slot) || this.clock.holds(slot)
  }

  /** What the stage keeps now. */
  kept(): KeptCounts {
    const { instance, state } = this.#hooked
    const expired = state.expired()
    const { openWindows } = state
    return {
      ...(state.used && { stateEntries: state.entries() }),
      ...(openWindows !== undefined && { openWindows }),
      ...(Object.keys(expired).length > 0 && { stateExpired: expired }),
      ...((this.pending > 0 || instance.onTimer !== undefined) && { timers: this.pending }),
    }
  }

  /** Moves the watermark; a promise where what fires needs more than one turn. */
  watermark(mark: number): Promise<void> | undefined {
    this.#reached = mark
    if (mark === Number.POSITIVE_INFINITY) this.#left = ROUNDS_MAX * (1 + this.pending)
    const firing = this.event.isDue(mark) ? this.#fire(this.event, mark) : undefined
    return firing === undefined ? this.#moved(mark) : firing.then(() => this.#moved(mark))
  }

  /** Fires the clock timers that are due. */
  due(): Promise<void> | undefined {
    const firing = this.#fire(this.clock, this.#parts.host.runtime.now())
    if (firing !== undefined) return firing.then(() => this.#rearm())
    this.#rearm()
    return undefined
  }

  /** The input is over: all timers fire, then the stage says its last. */
  end(): Promise<void> | undefined {
    this.stop()
    const isMute = this.pending === 0 && this.#hooked.instance.onEnd === undefined
    return isMute ? this.flush() : this.#end().then(() => this.flush())
  }

  /** The stage gives out what it has gathered; a promise where that needs more than one turn. */
  flush(): Promise<void> | undefined {
    const { instance } = this.#hooked
    if (instance.onFlush === undefined || this.#parts.host.over) return undefined
    const isMore = this.#call('onFlush', () => instance.onFlush?.(this.#context) === true)
    return isMore ? this.#sendSome().then(() => this.flush()) : undefined
  }

  /** No clock timer fires any more. */
  stop(): void {
    this.#disarm()
    this.#armedFor = Number.NEGATIVE_INFINITY
  }

  /** Sees to it that the stage gets a turn when the clock comes to its earliest timer, or to what may go. */
  arm(): void {
    const at = Math.min(this.clock.first, this.#hooked.state.firstByClock)
    if (at >= this.#armedFor) return
    this.#disarm()
    this.#armedFor = at
    const { host, timers } = this.#parts
    const delayMs = Math.max(0, Math.min(at - host.runtime.now(), WAIT_MAX_MS))
    this.#disarm = host.runtime.timer(delayMs, () => timers.due())
  }

  #rearm(): void {
    const { host } = this.#parts
    if (host.over) return
    this.#hooked.state.release('clock', host.runtime.now())
    this.#armedFor = Number.POSITIVE_INFINITY
    this.arm()
  }

  #moved(mark: number): Promise<void> | undefined {
    const { emitter, instance, state, time } = this.#hooked
    if (this.#parts.host.over) return undefined
    time.moveTo(mark)
    if (instance.onWatermark !== undefined) {
      const isMore = this.#call(
        'onWatermark',
        () => instance.onWatermark?.(mark, this.#context) === true,
      )
      if (isMore) return this.#sendSome().then(() => this.#moved(mark))
    }
    // What the stage still says at the end of its input is not late for those behind it. What its last timers came to is
    // the time of their keys only: other workers would not know of it.
    if (mark === Number.POSITIVE_INFINITY) return undefined
    emitter.mark = mark
    state.release('event', time.reached)
    return undefined
  }

  /** Calls a hook that says whether it has more to do. */
  #call(name: 'onFlush' | 'onWatermark', hook: () => boolean): boolean {
    this.#enter()
    let isMore = false
    try {
      isMore = hook()
    } catch (error) {
      this.#parts.host.fail(hookError(this.#parts.spec, name, error))
    }
    this.#leave()
    return isMore
  }

  /** Sends what a hook has emitted so far, and lets others have the thread. */
  async #sendSome(): Promise<void> {
    const { host, outbox } = this.#parts
    await outbox.flush(this.#hooked.emitter.mark)
    await host.runtime.yield()
  }

  async #end(): Promise<void> {
    const { host, spec } = this.#parts
    while (this.pending > 0 && !host.over) {
      await this.#fire(this.event, Number.POSITIVE_INFINITY)
      await this.#fire(this.clock, Number.POSITIVE_INFINITY)
    }
    if (host.over) return
    this.#enter()
    try {
      const ending = this.#hooked.instance.onEnd?.(this.#context)
      if (ending instanceof Promise) {
        const { runtime, signal } = host
        const timeoutMs = spec.timeoutMs ?? TIMEOUT_MS
        await inTime(ending, { runtime, place: spec, step: 'onEnd', timeoutMs, signal })
      }
    } catch (error) {
      host.fail(hookError(spec, 'onEnd', error))
    }
    this.#leave()
  }

  /** Fires what is due; a promise where a reader is full, the thread was kept long enough or an instance crashed. */
  #fire(timers: KeyTimers, until: number): Promise<void> | undefined {
    const { host, outbox } = this.#parts
    const again = (): Promise<void> | undefined => this.#fire(timers, until)
    const start = host.runtime.monotonic()
    for (let count = 1; timers.isDue(until) && !host.over; count++) {
      const crash = this.#fireFirst(timers)
      if (crash !== undefined) return this.#hooked.rebuild(crash).then(again)
      if (outbox.full) {
        const room = outbox.flush(this.#hooked.emitter.mark)
        if (room !== undefined) return room.then(again)
      }
      if (count % LOOK_EVERY !== 0) continue
      const { current, spilling } = this.#hooked
      spilling?.evict(current.slot)
      if (host.runtime.monotonic() - start > TURN_MS) return host.runtime.yield().then(again)
    }
    return undefined
  }

  /** Fires the earliest timer; what it threw leaves it set and nothing else behind. */
  #fireFirst(timers: KeyTimers): MillraceError | undefined {
    const { host, outbox, spec } = this.#parts
    const { current, emitter, instance, journal, time } = this.#hooked
    if (this.#left-- === 0) host.fail(ENG_TIMERS_ENDLESS({ id: spec.id }, placeOf(spec)))
    timers.take()
    const { at, name, slot } = timers.taken
    this.#enter()
    current.slot = slot
    current.touched.use(slot)
    if (timers === this.event && Number.isFinite(at)) {
      emitter.timestamp = at
      time.moveTo(at)
    }
    try {
      if (instance.onTimer === undefined) throw ENG_NO_ON_TIMER({ id: spec.id })
      const result: unknown = instance.onTimer({ time: timers.time, at, name }, this.#timerContext)
      if (result instanceof Promise) {
        result.catch(() => undefined)
        throw new TypeError('onTimer returned a promise; it must be synchronous')
      }
    } catch (error) {
      emitter.active = false
      outbox.withdraw()
      journal.undo()
      this.#failed = []
      timers.putBack()
      return timerError(spec, error)
    }
    this.#leave()
    return undefined
  }

  #enter(): void {
    const { current, emitter, isKeyed, largest } = this.#hooked
    emitter.row = NO_ROW
    emitter.timestamp =
      largest === Number.NEGATIVE_INFINITY ? this.#parts.host.runtime.now() : largest
    emitter.count = 0
    emitter.unlimited = true
    emitter.active = true
    current.slot = isKeyed ? NO_SLOT : ONLY_SLOT
    this.#parts.outbox.begin()
  }

  /** What the hook did stays. */
  #leave(): void {
    this.#hooked.emitter.active = false
    this.#hooked.journal.forget()
    if (this.#failed.length > 0) this.#settleFailed()
    this.#hooked.lateHeld()
  }

  /** What was failed has its fate only now: a timer that throws fires again, and fails it again. */
  #settleFailed(): void {
    const failed = this.#failed
    this.#failed = []
    for (const { held, slot, thrown } of failed) {
      this.#hooked.current.slot = slot
      this.#hooked.failHeld(held, thrown)
    }
  }

  #newContext(): StageContext {
    const { current, emitter } = this.#hooked
    const main = this.#main
    return {
      get watermark(): number {
        return emitter.mark
      },
      signal: this.#parts.host.signal,
      emit: (value, options) => emitter.emit(main, value, options?.timestamp ?? emitter.timestamp),
      fail: (held, thrown) => void this.#failed.push({ held, thrown, slot: current.slot }),
    }
  }

  #newTimerContext(): TimerContext {
    const { current } = this.#hooked
    const reached = (): number => this.#reached
    const context = this.#context
    return {
      get watermark(): number {
        return reached()
      },
      get key(): Key | undefined {
        return current.slot === NO_SLOT ? undefined : current.key(current.slot)
      },
      signal: context.signal,
      emit: (value, options) => context.emit(value, options),
      fail: (held, thrown) => context.fail(held, thrown),
    }
  }
}
