/**
 * Timers of one time, per key. They are state: a failing record's are withdrawn, and they outlive the instance. Setting and
 * deleting follow the key in hand, so they need a record, a timer or a walk over `entries()`; elsewhere they throw ENG_TIMER_KEY.
 */
export interface TimerService {
  /**
   * Has `onTimer` called at `at` (epoch ms) for the key in hand. There is one timer per key, time and name (default: '');
   * setting it again changes nothing. Infinity: at the end of the input. Throws ENG_TIMER_AT for NaN.
   */
  set(at: number, name?: string): void
  /** Takes a timer of the key in hand back; nothing where it is not set (any more). */
  delete(at: number, name?: string): void
}

/** The timers of a stage with `onTimer`. */
export interface Timers {
  /** Fire when the stage's watermark reaches them; one set behind it fires when the watermark moves next. */
  readonly event: TimerService
  /** Fire when the clock of the job reaches them. */
  readonly clock: TimerService
}

/** A timer that fires. */
export interface Timer {
  readonly time: 'event' | 'clock'
  /** When it was to fire, epoch ms. */
  readonly at: number
  readonly name: string
}
