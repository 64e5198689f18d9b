import { defineDetector, type Detector } from '@millrace/sdk'
import * as z from '@millrace/sdk/zod'
import { Band } from '../numbers/band.ts'
import { deviations, tame } from '../numbers/deviations.ts'
import { SortedWindow } from '../numbers/sorted-window.ts'

const madSchema = z.strictObject({
  window: z.int().min(8).max(100_000).default(500).meta({
    description: 'Points that the median is taken of.',
  }),
})

/** Parameters of `mad`, defaults filled in. */
type MadParameters = z.output<typeof madSchema>

interface MadData {
  readonly window: Float64Array
}

/** Points without which a median says nothing. */
const fewest = 8

/** Distances from the median below which 1/2, 3/4, 7/8 … of normally distributed values lie, in standard deviations. */
const normal = [
  0.6744897502, 1.1503493804, 1.5341205444, 1.8627318674, 2.1538746941, 2.4175590162, 2.6600674686,
]

class Mad implements Detector {
  readonly evidence = new Band()
  readonly #window: SortedWindow

  constructor({ window }: MadParameters) {
    this.#window = new SortedWindow(window)
  }

  score(point: Float64Array): number {
    const size = this.#window.size
    if (size < fewest) {
      this.evidence.set(Number.NaN, Number.NaN)
      return Number.NaN
    }
    const median = this.#window.at(size >> 1) / 2 + this.#window.at((size - 1) >> 1) / 2
    const spread = this.#spread(median)
    this.evidence.set(median, spread)
    return deviations(tame(point[0] as number) - median, spread, median)
  }

  update(point: Float64Array): number {
    const score = this.score(point)
    this.#window.add(tame(point[0] as number))
    return score
  }

  snapshot(): MadData {
    return { window: this.#window.toArray() }
  }

  restore(data: MadData): void {
    this.#window.fill(data.window)
  }

  /** From the median distance; where that is 0, since more than half are equal, from the nearest 3/4, 7/8 … of the distances. */
  #spread(median: number): number {
    const size = this.#window.size
    for (const [index, deviation] of normal.entries()) {
      const rank = (size - 1) * (1 - 0.5 ** (index + 1))
      const distance = this.#distance(Math.ceil(rank), median)
      if (distance > 0) return distance / deviation
    }
    return 0
  }

  /** The distance of a rank from the median, by bisection: the nearest `rank + 1` values stand side by side. */
  #distance(rank: number, median: number): number {
    const window = this.#window
    let low = 0
    let high = window.size - 1 - rank
    while (low < high) {
      const middle = (low + high) >>> 1
      if (median - window.at(middle) > window.at(middle + rank + 1) - median) low = middle + 1
      else high = middle
    }
    return Math.max(median - window.at(low), window.at(low + rank) - median)
  }
}

/**
 * How far a value lies from the median of the last ones, in units of their median distance from it, made comparable with standard
 * deviations (modified z-score, Iglewicz and Hoaglin 1993). Half of the window may be outliers. Where more than half of it is equal,
 * larger quantiles of the distances stand in. Memory: 10 bytes for each point of the window, of which a snapshot has 8; time O(log window).
 */
export const mad = defineDetector<MadParameters>({
  name: 'mad',
  summary: 'Distance from the median of a window in median absolute deviations.',
  parameters: madSchema,
  main: 'window',
  dimensions: 'one',
  bytes: ({ window }) => 8 * window,
  create: (parameters) => new Mad(parameters),
})
