import { tame } from './deviations.ts'
import { RecentNumbers } from './recent-numbers.ts'

/** What is compared with what. */
export interface CoarsePastOptions {
  /** Points of a step, at least 1. */
  readonly pace: number
  /** Steps of a stretch, at least 2. */
  readonly length: number
  /** How many stretches of the past are compared with, at least 1. */
  readonly history: number
}

/** The stretch of the past that is most like another one. */
export interface Likeness {
  /** Mean of the differences, step by step; NaN while there is none to compare with. */
  readonly distance: number
  /** Its last step; NaN while there is none. */
  readonly expected: number
  /** So many points ago it ended; 0 while there is none. */
  readonly nearest: number
}

/** What the past keeps, as plain data. */
export interface CoarsePastData {
  /** The oldest first. */
  readonly steps: Float64Array
  /** Of the points of the step that is not full yet. */
  readonly sum: number
  readonly count: number
  /** What was found for the last full step. */
  readonly last: Likeness
}

/** The stretch that was looked at last, by anyone, and what it was compared with: they live no longer than one point. */
let newest = new Float64Array(16)
let differences = new Float64Array(1024)

const nothing: Likeness = {
  distance: Number.NaN,
  expected: Number.NaN,
  nearest: 0,
}

/**
 * Compares the newest stretch of a stream, in steps that are means of some points, with those of the past that have no point in common with
 * it. Stretches overlap, so that the past is kept once. Values beyond 1e100 count as that.
 *
 * Memory: 8.5 bytes for each stretch of history, of which a snapshot has 8. A step costs history * length additions.
 */
export class CoarsePast {
  /** Points of a stretch, and its steps. */
  readonly span: number
  readonly length: number
  /** With how many stretches the one that was looked at last was compared. */
  compared = 0
  readonly #pace: number
  readonly #history: number
  readonly #steps: RecentNumbers
  #last = { ...nothing }
  #looked = { ...nothing }
  #sum = 0
  #count = 0

  constructor({ pace, length, history }: CoarsePastOptions) {
    this.span = pace * length
    this.length = length
    this.#pace = pace
    this.#history = history
    if (newest.length < length) newest = new Float64Array(length)
    this.#steps = new RecentNumbers(history + 2 * length)
    if (differences.length < history) differences = new Float64Array(history)
  }

  /** At most so many bytes has a snapshot. */
  static bytes({ history, length }: Pick<CoarsePastOptions, 'history' | 'length'>): number {
    return 8 * (history + 2 * length) + 40
  }

  /** Whether the next point fills a step: in between nothing new is found. */
  get fillsStep(): boolean {
    return this.#count + 1 >= this.#pace
  }

  /** Steps that are kept. */
  get size(): number {
    return this.#steps.length
  }

  /** Sums over the steps, of the stretch that was looked at last and each that it was compared with, the oldest first: `compared` of them. */
  get differences(): Float64Array {
    return differences
  }

  /** What is most like the stretch that ends with the last full step, `value` being the next point. Changes nothing. */
  look(value: number): Likeness {
    if (!this.fillsStep) return this.#last
    this.#find((this.#sum + tame(value)) / this.#pace)
    return this.#looked
  }

  /** Learns `value`, which was looked at last. */
  learn(value: number): void {
    const { fillsStep } = this
    this.#sum += tame(value)
    this.#count++
    if (!fillsStep) return
    this.#steps.push(this.#sum / this.#pace)
    const last = this.#last
    this.#last = this.#looked
    this.#looked = last
    this.#sum = 0
    this.#count = 0
  }

  snapshot(): CoarsePastData {
    return {
      steps: this.#steps.toArray(),
      sum: this.#sum,
      count: this.#count,
      last: { ...this.#last },
    }
  }

  restore({ steps, sum, count, last }: CoarsePastData): void {
    this.#steps.clear()
    for (const step of steps) this.#steps.push(step)
    this.#sum = sum
    this.#count = count
    this.#last = { ...last }
  }

  #find(step: number): void {
    const { length } = this
    const { data, start, end } = this.#steps
    const own = newest
    const looked = this.#looked
    looked.distance = Number.NaN
    looked.expected = Number.NaN
    looked.nearest = 0
    this.compared = 0
    const latest = end + 1 - 2 * length
    if (latest <= start) return
    for (let index = 0, from = end - length + 1; from < end; index++, from++) {
      own[index] = data[from] as number
    }
    own[length - 1] = step
    let least = Infinity
    let found = start
    const oldest = Math.max(start, latest - this.#history + 1)
    const all = differences
    for (let from = oldest; from <= latest; from++) {
      let sum = 0
      for (let index = 0; index < length; index++) {
        sum += Math.abs((own[index] as number) - (data[from + index] as number))
      }
      all[from - oldest] = sum
      // The latest of equal ones.
      if (sum > least) continue
      least = sum
      found = from
    }
    this.compared = latest - oldest + 1
    looked.distance = least / length
    looked.expected = data[found + length - 1] as number
    looked.nearest = this.#pace * (end + 1 - found - length)
  }
}

/** Points of a step where so many steps make a span: so many points, or below 1 a share of the warm-up. */
export function paceOf(span: number, length: number, warmup: number): number {
  const points = span < 1 ? span * warmup : span
  return Math.max(1, Math.round(points / length))
}

/** Of each span, the shortest first; equal ones once. */
export function pacesOf(
  spans: number | readonly number[],
  length: number,
  warmup: number,
): readonly number[] {
  const paces = [spans].flat().map((span) => paceOf(span, length, warmup))
  return [...new Set(paces)].toSorted((a, b) => a - b)
}
