import type { Prefilter, RecordTests, StageInstance } from '@millrace/sdk'
import type { TimeSpec } from '../plan/job-spec.ts'
import { faultOf } from './time-fault.ts'

/** The most that a Date can hold, ms. */
const dateMax = 8.64e15

/** What it found of the records of a batch. */
export interface Sifted {
  /** The lists are the taker's own. In front of each record that was admitted, the largest event time of those left out since the one before; -Infinity: there were none; Infinity: it is their arrival, and that only counts in front of the first one. */
  readonly before: number[]
  /** The same behind the last one. */
  readonly behind: number
  /** The event time of each record that was admitted, where the source has told it; NaN where not. Of no interest where it is their arrival. */
  readonly times: readonly number[]
  /** Whether the tests of the stage want all that were admitted, so that it hands them on. */
  readonly isTold: boolean
}

/** Asks the stage that reads a source about the records of one partition, and keeps how far event time has come by those left out. */
export class StagePrefilter implements Prefilter {
  readonly reads: readonly string[]
  readonly told: RecordTests | undefined
  readonly #time: TimeSpec | undefined
  readonly #stage: () => StageInstance['prefilter']
  /** Filled again and again: growing new ones costs more. */
  readonly #before: number[] = []
  readonly #times: number[] = []
  /** Records that were admitted. */
  #count = 0
  #largest = Number.NEGATIVE_INFINITY
  #isTold = true
  #wallMs: number

  /** `time`: undefined where the time of a record is its arrival. `wallMs`: the clock. */
  constructor(
    reads: readonly string[],
    time: TimeSpec | undefined,
    stage: () => StageInstance['prefilter'],
    wallMs: number,
  ) {
    this.reads = reads
    this.#time = time
    this.#stage = stage
    this.#wallMs = wallMs
    this.told = this.#told()
  }

  /** What the stage filters as tests, where there is also one for times that are none. */
  #told(): RecordTests | undefined {
    const tests = this.#stage()?.tests
    const time = this.#time
    if (tests === undefined || time === undefined) return tests && { tests }
    const { aheadMs, notAfter = dateMax, notBefore = -dateMax, number } = time
    if (number === undefined) return undefined
    const latest = (): number => Math.min(dateMax, notAfter, this.#wallMs + (aheadMs ?? Infinity))
    const from = Math.max(-dateMax, notBefore)
    return {
      tests,
      time: {
        ...number,
        from,
        get to() {
          return latest()
        },
      },
    }
  }

  admits(record: unknown): boolean {
    const time = this.#time
    let timestamp = this.#wallMs
    try {
      if (time !== undefined) {
        timestamp = time.timestamp(record)
        // What fails is for those to say who have all of it.
        if (faultOf(timestamp, time, this.#wallMs) !== undefined) return this.#admit()
      }
      if (this.#stage()?.admits(record, timestamp) !== false) return this.#admit()
    } catch {
      return this.#admit()
    }
    this.leftOut(time === undefined ? Number.POSITIVE_INFINITY : timestamp)
    return false
  }

  leftOut(largest: number): void {
    if (largest > this.#largest) this.#largest = largest
  }

  admitted(time: number): void {
    if (this.#time === undefined && this.#count > 0) return
    const at = this.#count++
    this.#times[at] = time
    this.#before[at] = this.#largest
    this.#largest = Number.NEGATIVE_INFINITY
  }

  #admit(): true {
    this.#isTold = false
    this.admitted(Number.NaN)
    return true
  }

  /** What was found since it was asked last. */
  take(wallMs: number): Sifted {
    const before = this.#before.slice(0, this.#count)
    const times = this.#times.slice(0, this.#count)
    const sifted = { before, behind: this.#largest, times, isTold: this.#isTold }
    this.#count = 0
    this.#isTold = true
    this.#wallMs = wallMs
    this.#largest = Number.NEGATIVE_INFINITY
    return sifted
  }
}
