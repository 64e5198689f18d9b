import type { Prefilter, StageInstance } from '@millrace/sdk'
import type { TimeSpec } from '../plan/job-spec.ts'
import { faultOf } from './time-fault.ts'

/** What it found of the records of a batch. */
export interface Sifted {
  /** In front of each record that was admitted, the largest event time of those left out since the one before; -Infinity: there were none; Infinity: it is their arrival. */
  readonly before: readonly number[]
  /** The same behind the last one. */
  readonly behind: number
}

/** Asks the stage that reads a source about the records of one partition, and keeps how far event time has come by those left out. */
export class StagePrefilter implements Prefilter {
  readonly reads: readonly string[]
  readonly #time: TimeSpec | undefined
  readonly #stage: () => StageInstance['prefilter']
  #before: number[] = []
  #largest = Number.NEGATIVE_INFINITY
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
    const passed = time === undefined ? Number.POSITIVE_INFINITY : timestamp
    if (passed > this.#largest) this.#largest = passed
    return false
  }

  #admit(): true {
    this.#before.push(this.#largest)
    this.#largest = Number.NEGATIVE_INFINITY
    return true
  }

  /** What was found since it was asked last. */
  take(wallMs: number): Sifted {
    const sifted = { before: this.#before, behind: this.#largest }
    this.#wallMs = wallMs
    this.#before = []
    this.#largest = Number.NEGATIVE_INFINITY
    return sifted
  }
}
