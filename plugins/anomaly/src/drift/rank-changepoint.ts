import * as z from '@millrace/sdk/zod'
import { tame } from '../numbers/deviations.ts'
import { RecentNumbers } from '../numbers/recent-numbers.ts'
import { defineDrift } from './define-drift.ts'
import type { DriftDetector, DriftEvidence } from './drift-detector.ts'

const rankChangepointSchema = z.strictObject({
  window: z.int().min(40).max(2000).default(200).meta({
    description: 'Among how many of the last numbers a change is looked for.',
  }),
  limit: z.number().gt(0).default(30).meta({
    description: 'How clear a change has to be.',
  }),
})

type RankChangepointParameters = z.output<typeof rankChangepointSchema>

interface RankChangepointData {
  readonly ticks: number
  readonly numbers: Float64Array
}

/** Numbers between one look and the next. */
const EVERY = 4
/** So many numbers are on either side of a change, at least. */
const LEAST = 10

class RankChangepoint implements DriftDetector {
  readonly evidence: DriftEvidence = { before: Number.NaN, after: Number.NaN, length: 0 }
  readonly #limit: number
  readonly #numbers: RecentNumbers
  readonly #sorted: Float64Array
  /** Rank of each place among the sorted: equal numbers have the mean of theirs. */
  readonly #places: Float64Array
  /** Of each number, its rank less the middle one. */
  readonly #ranks: Float64Array
  #ticks = 0

  constructor({ window, limit }: RankChangepointParameters) {
    this.#limit = limit
    this.#numbers = new RecentNumbers(window)
    this.#sorted = new Float64Array(window)
    this.#places = new Float64Array(window)
    this.#ranks = new Float64Array(window)
  }

  update(value: number): boolean {
    const numbers = this.#numbers
    numbers.push(tame(value))
    this.#ticks++
    if (this.#ticks < EVERY || numbers.length < 2 * LEAST) return false
    this.#ticks = 0
    this.#rank()
    const change = this.#find()
    if (change === 0) return false
    const { data, start, end } = numbers
    this.evidence.before = meanOf(data, start, start + change)
    this.evidence.after = meanOf(data, start + change, end)
    this.evidence.length = end - start - change
    const kept = data.slice(start + change, end)
    numbers.clear()
    for (const one of kept) numbers.push(one)
    return true
  }

  snapshot(): RankChangepointData {
    return { ticks: this.#ticks, numbers: this.#numbers.toArray() }
  }

  restore({ ticks, numbers }: RankChangepointData): void {
    this.#ticks = ticks
    this.#numbers.clear()
    for (const one of numbers) this.#numbers.push(one)
  }

  #rank(): void {
    const { data, start, length } = this.#numbers
    const sorted = this.#sorted.subarray(0, length)
    for (let i = 0; i < length; i++) sorted[i] = data[start + i] as number
    sorted.sort()
    const places = this.#places
    const middle = (length - 1) / 2
    for (let from = 0; from < length;) {
      let to = from + 1
      while (to < length && sorted[to] === sorted[from]) to++
      for (let i = from; i < to; i++) places[i] = (from + to - 1) / 2 - middle
      from = to
    }
    for (let i = 0; i < length; i++) {
      this.#ranks[i] = places[firstOf(sorted, data[start + i] as number)] as number
    }
  }

  /** How many numbers are before the clearest change; 0 where none is clear. */
  #find(): number {
    const ranks = this.#ranks
    const { length } = this.#numbers
    let spread = 0
    for (let i = 0; i < length; i++) spread += (ranks[i] as number) ** 2
    const expected = spread / length
    let widths = 0
    for (let i = 0; i < length; i++) widths += ((ranks[i] as number) ** 2 - expected) ** 2
    let level = 0
    let width = 0
    let best = this.#limit
    let change = 0
    for (let k = 1; k <= length - LEAST; k++) {
      const rank = ranks[k - 1] as number
      level += rank
      width += rank ** 2 - expected
      if (k < LEAST) continue
      // The variance of a sum of k that are drawn from all without putting back, per unit of their spread.
      const share = (k * (length - k)) / (length * (length - 1))
      const byLevel = spread > 0 ? level ** 2 / (share * spread) : 0
      const byWidth = widths > 0 ? width ** 2 / (share * widths) : 0
      if (byLevel + byWidth <= best) continue
      best = byLevel + byWidth
      change = k
    }
    return change
  }
}

/** Where a number first stands among the sorted. */
function firstOf(sorted: Float64Array, value: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] as number) < value) low = middle + 1
    else high = middle
  }
  return low
}

function meanOf(data: Float64Array, from: number, to: number): number {
  let mean = 0
  for (let i = from; i < to; i++) mean += (data[i] as number) / (to - from)
  return mean
}

/**
 * Looks, every four numbers, for the place in the last ones where ranks before and after differ most, in level or in width (a scan with the
 * statistic of Lepage, 1971). Ranks make it the same for every distribution and unit, and deaf to single outliers; other than a Bayesian
 * run length it needs no prior of the values, and it says where the change was. Memory: 8 bytes, and 8 for each number of the window;
 * four times that alive.
 */
export const rankChangepoint = defineDrift<RankChangepointParameters>({
  name: 'changepoint',
  summary: 'The place where level or width of the last numbers changed.',
  parameters: rankChangepointSchema,
  bytes: ({ window }) => 8 + 8 * window,
  create: (parameters) => new RankChangepoint(parameters),
})
