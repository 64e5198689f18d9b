import * as z from '@millrace/sdk/zod'
import { tame } from '../numbers/deviations.ts'
import { BucketRows, type BucketRowsData, Summary } from './bucket-rows.ts'
import { defineDrift } from './define-drift.ts'
import type { DriftDetector, DriftEvidence } from './drift-detector.ts'

const adwinSchema = z.strictObject({
  delta: z.number().gt(0).lt(1).default(0.002).meta({
    description: 'Chance to find a drift where there is none: smaller finds fewer and later.',
  }),
})

type AdwinParameters = z.output<typeof adwinSchema>

interface AdwinData {
  readonly ticks: number
  readonly rows: BucketRowsData
}

/** Numbers between one look and the next. */
const EVERY = 32
/** A part that is compared has at least so many numbers. */
const LEAST = 5

class Adwin implements DriftDetector {
  readonly evidence: DriftEvidence = { before: Number.NaN, after: Number.NaN, length: 0 }
  readonly #delta: number
  readonly #rows = new BucketRows()
  readonly #all = new Summary()
  readonly #older = new Summary()
  /** The clearest cut: how far the means are apart, as a share of what is allowed. */
  readonly #best = { clearness: 1, before: Number.NaN, after: Number.NaN, length: 0 }
  #ticks = 0
  #logarithm = 0

  constructor({ delta }: AdwinParameters) {
    this.#delta = delta
  }

  update(value: number): boolean {
    this.#rows.add(tame(value))
    this.#ticks++
    if (this.#ticks < EVERY) return false
    this.#ticks = 0
    if (!this.#look()) return false
    this.evidence.before = this.#best.before
    this.evidence.after = this.#best.after
    this.evidence.length = this.#best.length
    do this.#rows.dropOldest()
    while (this.#look())
    return true
  }

  snapshot(): AdwinData {
    return { ticks: this.#ticks, rows: this.#rows.snapshot() }
  }

  restore({ ticks, rows }: AdwinData): void {
    this.#ticks = ticks
    this.#rows.restore(rows)
  }

  /** Whether some older part and the rest have means that are too far apart. */
  #look(): boolean {
    this.#all.clear()
    this.#rows.forEach(this.#sum)
    this.#older.clear()
    this.#best.clearness = 1
    if (this.#all.count < 2 * LEAST) return false
    this.#logarithm = Math.log((2 * Math.log(this.#all.count)) / this.#delta)
    this.#rows.forEach(this.#compare)
    return this.#best.clearness > 1
  }

  readonly #sum = (count: number, buckets: Float64Array, at: number): void => {
    this.#all.add(count, buckets, at)
  }

  readonly #compare = (count: number, buckets: Float64Array, at: number): void => {
    const all = this.#all
    const older = this.#older
    older.add(count, buckets, at)
    const newer = all.count - older.count
    if (newer < LEAST || older.count < LEAST) return
    // The mean of the newer ones follows from those of all and of the older ones.
    const apart = Math.abs((all.mean - older.mean) * (all.count / newer))
    const inverse = 1 / older.count + 1 / newer
    const range = all.high - all.low
    const variance = all.squares / all.count
    const limit =
      Math.sqrt(2 * inverse * variance * this.#logarithm) +
      (2 / 3) * inverse * range * this.#logarithm
    const best = this.#best
    if (apart <= limit * best.clearness) return
    best.clearness = apart / limit
    best.before = older.mean
    best.after = all.mean + (all.mean - older.mean) * (older.count / newer)
    best.length = newer
  }
}

/**
 * Keeps a window that is as long as its numbers agree: looks every 32 of them whether some older part has another mean than the rest, and
 * forgets the oldest until none has, and tells where that was clearest (ADWIN of Bifet and Gavaldà, 2007). What the paper says of numbers from 0 to 1 holds here for the range
 * of those in the window, so that the unit makes no difference. About five million numbers at most. Memory: 3,368 bytes at most.
 */
export const adwin = defineDrift<AdwinParameters>({
  name: 'adwin',
  summary: 'A window as long as its mean stays the same.',
  parameters: adwinSchema,
  bytes: () => 8 + BucketRows.bytes,
  create: (parameters) => new Adwin(parameters),
})
