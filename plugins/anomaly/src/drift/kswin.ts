import * as z from '@millrace/sdk/zod'
import { RecentNumbers } from '../numbers/recent-numbers.ts'
import { tame } from '../numbers/deviations.ts'
import { SeededRandom } from '../seeded-random.ts'
import { defineDrift } from './define-drift.ts'
import type { DriftDetector, DriftEvidence } from './drift-detector.ts'

const kswinSchema = z.strictObject({
  alpha: z.number().gt(0).lt(1).default(1e-4).meta({
    description:
      'Chance of one test to find a drift where there is none; there is a test for each number.',
  }),
  window: z.int().min(4).max(10_000).default(100).meta({
    description: 'How many numbers are looked at, the newest among them.',
  }),
  newest: z.int().min(2).max(5000).default(30).meta({
    description:
      'How many of them are compared with as many drawn from those before; at most half of the window.',
  }),
})

type KswinParameters = z.output<typeof kswinSchema>

interface KswinData {
  readonly numbers: Float64Array
  readonly random: readonly number[]
}

class Kswin implements DriftDetector {
  readonly evidence: DriftEvidence = { before: Number.NaN, after: Number.NaN, length: 0 }
  readonly #numbers: RecentNumbers
  readonly #random: SeededRandom
  readonly #older: Float64Array
  readonly #drawn: Float64Array
  readonly #newest: Float64Array
  readonly #limit: number

  constructor({ alpha, window, newest }: KswinParameters, seed: number) {
    const size = Math.min(newest, window >> 1)
    this.#numbers = new RecentNumbers(window)
    this.#random = new SeededRandom(seed)
    this.#older = new Float64Array(window - size)
    this.#drawn = new Float64Array(size)
    this.#newest = new Float64Array(size)
    // The limit of the two-sample test of Kolmogorov and Smirnov, both samples of this size.
    this.#limit = Math.sqrt(-Math.log(alpha / 2) / size)
  }

  update(value: number): boolean {
    const numbers = this.#numbers
    numbers.push(tame(value))
    if (numbers.length < numbers.capacity) return false
    this.#draw()
    if (distanceOf(this.#drawn, this.#newest) <= this.#limit) return false
    this.evidence.before = meanOf(this.#older)
    this.evidence.after = meanOf(this.#newest)
    this.evidence.length = this.#newest.length
    const kept = numbers.data.slice(numbers.end - this.#newest.length, numbers.end)
    numbers.clear()
    for (const one of kept) numbers.push(one)
    return true
  }

  snapshot(): KswinData {
    return { numbers: this.#numbers.toArray(), random: this.#random.snapshot() }
  }

  restore({ numbers, random }: KswinData): void {
    this.#numbers.clear()
    for (const one of numbers) this.#numbers.push(one)
    this.#random.restore(random)
  }

  /** Sets the newest and as many of the older ones, drawn without putting back; both sorted. */
  #draw(): void {
    const { data, start, end } = this.#numbers
    const older = this.#older
    const drawn = this.#drawn
    const newest = this.#newest
    for (let i = 0; i < older.length; i++) older[i] = data[start + i] as number
    for (let i = 0; i < drawn.length; i++) {
      const at = i + Math.floor(this.#random.next() * (older.length - i))
      const one = older[at] as number
      older[at] = older[i] as number
      older[i] = one
      drawn[i] = one
      newest[i] = data[end - newest.length + i] as number
    }
    drawn.sort()
    newest.sort()
  }
}

/** The largest difference between the shares of two sorted samples that are at most some number. */
function distanceOf(one: Float64Array, other: Float64Array): number {
  let most = 0
  let i = 0
  let j = 0
  while (i < one.length && j < other.length) {
    const value = Math.min(one[i] as number, other[j] as number)
    while (i < one.length && (one[i] as number) <= value) i++
    while (j < other.length && (other[j] as number) <= value) j++
    most = Math.max(most, Math.abs(i / one.length - j / other.length))
  }
  return most
}

function meanOf(numbers: Float64Array): number {
  let mean = 0
  for (const one of numbers) mean += one / numbers.length
  return mean
}

/**
 * Compares the newest numbers with as many drawn from those before them: finds any change of their distribution, not only of the mean
 * (KSWIN of Raab, Heusinger and Schleif, 2020). What follows its own past, such as a season, is no lottery: there it finds drifts that are
 * none. Memory: 32 bytes, and 8 for each number of the window; three times that alive.
 */
export const kswin = defineDrift<KswinParameters>({
  name: 'kswin',
  summary: 'The newest numbers against a sample of those before, by their distribution.',
  parameters: kswinSchema,
  bytes: ({ window }) => 32 + 8 * window,
  create: (parameters, seed) => new Kswin(parameters, seed),
})
