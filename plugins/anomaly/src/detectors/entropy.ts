import {
  defineDetector,
  type Detector,
  type DetectorEvidence,
  type DetectorScope,
} from '@millrace/sdk'
import * as z from '@millrace/sdk/zod'
import { chiSquareAbove } from '../numbers/chi-square.ts'
import { tame } from '../numbers/deviations.ts'
import { Histograms, type HistogramsData, type HistogramsOptions } from '../numbers/histograms.ts'
import { RecentNumbers } from '../numbers/recent-numbers.ts'

const entropySchema = z.strictObject({
  length: z.int().min(10).max(10_000).default(52).meta({
    description: 'How many points, the newest of them last, are counted into a histogram.',
  }),
  bins: z.int().min(2).max(50).default(5).meta({
    description:
      'How many ranges of values are told apart, besides what is below and what is above all of them.',
  }),
  history: z.int().min(100).max(100_000).default(1000).meta({
    description:
      'How many points the ranges come from, as equal shares of them; a given range is cut evenly instead.',
  }),
  hypotheses: z.int().min(1).max(1000).default(20).meta({
    description: 'How many histograms of the past are kept.',
  }),
  significance: z.number().min(1e-6).max(0.2).default(0.01).meta({
    description: 'How often points of the same kind may be taken for a histogram not seen yet.',
  }),
})

/** Parameters of the relative entropy, defaults filled in. */
type EntropyParameters = z.output<typeof entropySchema>

interface EntropyData {
  readonly count: number
  /** Bounds of the ranges, none while they are not known. */
  readonly edges: Float64Array
  readonly values: Float64Array
  readonly histograms: HistogramsData
}

/** New ranges are needed when more than this share of the last points lies beyond the old. */
const mostBeyond = 0.1

/** Statistics that differ by less are equal, but for rounding: the histogram that was kept first is taken. */
const tie = 1e-9

class Entropy implements Detector {
  readonly evidence: DetectorEvidence
  readonly #parameters: EntropyParameters
  readonly #given: boolean
  /** From how many points the first ranges come. */
  readonly #enough: number
  readonly #values: RecentNumbers
  readonly #histograms: Histograms
  /** With a larger statistic points are of another histogram. */
  readonly #limit: number
  /** Of the last points, in their cells. */
  readonly #counts: Uint16Array
  #edges = new Float64Array(0)
  /** The histogram that fits the last points best, and how badly it does. */
  #nearest = -1
  #statistic = Infinity
  #count = 0

  constructor(parameters: EntropyParameters, { range, warmup }: DetectorScope) {
    const { length, bins, history, significance } = parameters
    this.#parameters = parameters
    this.evidence = { span: length }
    this.#given = range !== undefined
    this.#enough = Math.min(Math.max(warmup, 2 * length), history)
    this.#values = new RecentNumbers(Math.max(length, history))
    this.#histograms = new Histograms(optionsOf(parameters))
    this.#limit = chiSquareAbove(significance, bins + 1)
    this.#counts = new Uint16Array(bins + 2)
    if (range === undefined) return
    const [low, high] = range.map(tame) as [number, number]
    this.#edges = Float64Array.from({ length: bins + 1 }, (_, index) => {
      return low + (high - low) * (index / bins)
    })
  }

  score(point: Float64Array): number {
    const value = tame(point[0] as number)
    this.#shift(value, 1)
    const score = this.#compare()
    this.#shift(value, -1)
    return score
  }

  update(point: Float64Array): number {
    const value = tame(point[0] as number)
    this.#shift(value, 1)
    const score = this.#compare()
    this.#count++
    this.#agree()
    this.#values.push(value)
    this.#lookAtRanges()
    return score
  }

  snapshot(): EntropyData {
    return {
      count: this.#count,
      edges: this.#edges.slice(),
      values: this.#values.toArray(),
      histograms: this.#histograms.snapshot(),
    }
  }

  restore(data: EntropyData): void {
    this.#count = data.count
    this.#edges = data.edges.slice()
    this.#histograms.restore(data.histograms)
    this.#values.clear()
    this.#counts.fill(0)
    for (const value of data.values) {
      this.#shift(value, 1)
      this.#values.push(value)
    }
  }

  /** Counts the points that would be the last with `value`, or takes that back. */
  #shift(value: number, by: 1 | -1): void {
    if (this.#edges.length === 0) return
    const { length } = this.#parameters
    const { data, end } = this.#values
    this.#add(value, by)
    if (this.#values.length >= length) this.#add(data[end - length] as number, -by)
  }

  #add(value: number, by: number): void {
    const cell = cellOf(value, this.#edges)
    this.#counts[cell] = (this.#counts[cell] as number) + by
  }

  /** Finds the histogram that fits best, of all, and says how well the best of the old ones does. */
  #compare(): number {
    const { length } = this.#parameters
    const histograms = this.#histograms
    const { evidence } = this
    evidence.nearest = undefined
    this.#nearest = -1
    this.#statistic = Infinity
    if (this.#edges.length === 0 || this.#values.length < length - 1) return Number.NaN
    let least = Infinity
    for (let index = 0; index < histograms.size; index++) {
      const statistic = histograms.statistic(this.#counts, index)
      if (statistic < this.#statistic - tie) {
        this.#statistic = statistic
        this.#nearest = index
      }
      // What no more points agreed with than one stretch has is not known to be more than one event.
      if ((histograms.agreed[index] as number) <= length || statistic >= least) continue
      least = statistic
      evidence.nearest = this.#count + 1 - (histograms.seen[index] as number)
    }
    return least === Infinity ? Number.NaN : least
  }

  /** Learns what was compared last. */
  #agree(): void {
    const histograms = this.#histograms
    if (this.#edges.length === 0 || this.#values.length < this.#parameters.length - 1) return
    if (this.#statistic > this.#limit) histograms.add(this.#counts, this.#count)
    else histograms.agree(this.#nearest, this.#count)
  }

  /** Finds ranges as soon as there are enough points, and now and then looks whether they still are of use. */
  #lookAtRanges(): void {
    if (this.#given) return
    const known = this.#edges.length > 0
    if (known ? this.#count % this.#parameters.history > 0 : this.#count < this.#enough) return
    if (known && this.#even()) return
    // What was just said of the point stays as it was.
    const { nearest } = this.evidence
    this.#findRanges()
    this.evidence.nearest = nearest
  }

  /** Whether the last values still lie within the ranges, and not nearly all in one of them. */
  #even(): boolean {
    const { bins } = this.#parameters
    const { data, start, end, length } = this.#values
    const counts = new Uint32Array(bins + 2)
    for (let index = start; index < end; index++) {
      const cell = cellOf(data[index] as number, this.#edges)
      counts[cell] = (counts[cell] as number) + 1
    }
    const beyond = (counts[0] as number) + (counts[bins + 1] as number)
    const largest = Math.max(...counts)
    return beyond <= mostBeyond * length && largest <= (0.5 + 0.5 / bins) * length
  }

  /** Cuts the last values into ranges of equally many, and learns them once more. */
  #findRanges(): void {
    const { bins } = this.#parameters
    const values = this.#values.toArray()
    const sorted = values.toSorted()
    const edges = Float64Array.from({ length: bins + 1 }, (_, index) => {
      return sorted[Math.round((index / bins) * (sorted.length - 1))] as number
    })
    // Where most values are equal there are no better ones.
    if (this.#edges.length > 0 && edges.every((edge, index) => edge === this.#edges[index])) return
    this.#edges = edges
    this.#histograms.clear()
    this.#values.clear()
    this.#counts.fill(0)
    this.#count -= values.length
    for (const value of values) {
      this.#shift(value, 1)
      this.#compare()
      this.#count++
      this.#agree()
      this.#values.push(value)
    }
  }
}

/** 0 below the first edge; otherwise 1 more than there are edges behind the first that lie below the value. */
function cellOf(value: number, edges: Float64Array): number {
  if (value < (edges[0] as number)) return 0
  let cell = 1
  while (cell < edges.length && value > (edges[cell] as number)) cell++
  return cell
}

function optionsOf({ bins, length, hypotheses }: EntropyParameters): HistogramsOptions {
  return { cells: bins + 2, length, most: hypotheses }
}

/**
 * How unlike the distribution of the last values is to any that was there for longer: the statistic of the G-test, which is twice the
 * number of points times their relative entropy to that histogram. Points whose distribution agrees with no histogram found one
 * (multinomial goodness-of-fit, Wang et al. 2011); it counts once more points agreed with it than it has itself. Ranges of values come from the past
 * and are found anew when many lie beyond them or nearly all in one of them; what was learnt is then learnt again from the last points.
 * NaN until there are ranges and a histogram that counts.
 *
 * Memory of a snapshot: 8 max(history, length) + hypotheses (2 bins + 20) + 8 bins + 16 bytes; live 8.5 of the first 8, and 8 bins more
 * for each hypothesis. A point costs hypotheses * bins steps.
 */
export const entropy = defineDetector<EntropyParameters>({
  name: 'entropy',
  summary: 'How unlike the distribution of the last values is to those of the past.',
  parameters: entropySchema,
  main: 'length',
  dimensions: 'one',
  bytes: (parameters) => {
    const { bins, history, length } = parameters
    const values = 8 * (Math.max(history, length) + bins + 1)
    return 8 + values + Histograms.bytes(optionsOf(parameters))
  },
  create: (parameters, scope) => new Entropy(parameters, scope),
})
