import { defineDetector, type Detector, type DetectorEvidence } from '@millrace/sdk'
import * as z from '@millrace/sdk/zod'
import { tame } from '../numbers/deviations.ts'
import { RareTail, type RareTailData } from '../numbers/rare-tail.ts'
import { RecentNumbers } from '../numbers/recent-numbers.ts'

const stillSchema = z.strictObject({
  span: z.int().min(2).max(10_000).default(32).meta({
    description: 'Points that have to be calm together.',
  }),
  rarity: z.number().min(1e-12).max(1e-3).default(1e-6).meta({
    description: 'Only what is no more frequent than this is told of.',
  }),
  memory: z.int().min(80).max(1_000_000).default(2240).meta({
    description: 'Points that what is usual is about.',
  }),
})

/** Parameters of `still`, defaults filled in. */
type StillParameters = z.output<typeof stillSchema>

interface StillData {
  /** The oldest first. */
  readonly moves: Float64Array
  readonly value: number
  readonly usual: number
  readonly count: number
  readonly tail: RareTailData
}

/** Moves below this share of what is usual are none. */
const LEAST = 1e-4
/** The usual move is a mean of all, then decayed over so many times the memory. */
const LONGER = 4

class Still implements Detector {
  readonly evidence: DetectorEvidence = {}
  readonly #span: number
  readonly #memory: number
  /** Distances from one point to the next. */
  readonly #moves: RecentNumbers
  readonly #tail: RareTail
  #value = Number.NaN
  #usual = 0
  #count = 0

  constructor({ span, rarity, memory }: StillParameters) {
    this.#span = span
    this.#memory = LONGER * memory
    this.#moves = new RecentNumbers(span)
    // Logarithms have no heavy tail, though few of them may look like one: stretches overlap.
    this.#tail = new RareTail(rarity, memory, 0)
    this.evidence.span = span
  }

  score(point: Float64Array): number {
    return this.#tail.surprise(this.#calm(this.#move(point)))
  }

  update(point: Float64Array): number {
    const move = this.#move(point)
    const calm = this.#calm(move)
    const score = this.#tail.surprise(calm)
    this.#value = tame(point[0] as number)
    if (Number.isNaN(move)) return score
    this.#tail.add(calm)
    this.#moves.push(move)
    this.#count = Math.min(this.#count + 1, this.#memory)
    this.#usual += (move - this.#usual) / this.#count
    return score
  }

  snapshot(): StillData {
    return {
      moves: this.#moves.toArray(),
      value: this.#value,
      usual: this.#usual,
      count: this.#count,
      tail: this.#tail.snapshot(),
    }
  }

  restore({ moves, value, usual, count, tail }: StillData): void {
    this.#moves.clear()
    for (const move of moves) this.#moves.push(move)
    this.#value = value
    this.#usual = usual
    this.#count = count
    this.#tail.restore(tail)
  }

  /** From the last point to this one; below the 12th digit it is rounding. */
  #move(point: Float64Array): number {
    const move = Math.abs(tame(point[0] as number) - this.#value)
    return move <= 1e-12 * Math.abs(this.#value) ? 0 : move
  }

  /** Logarithm of how many times larger than of the last points moves usually are, at least 0; NaN while nothing has moved. */
  #calm(move: number): number {
    const { data, end, length } = this.#moves
    const span = this.#span
    if (length < span || this.#usual === 0) return Number.NaN
    // The oldest leaves as the newest comes.
    let sum = move
    for (let index = end - span + 1; index < end; index++) sum += data[index] as number
    const share = sum / span / this.#usual
    return Math.max(0, -Math.log(share + LEAST))
  }
}

/**
 * Tells of stretches that move far less from point to point than is usual: a sensor that is stuck, a noise that falls silent. The mean
 * move of the last `span` points is compared with the mean of all before; how rare its logarithm is comes from a tail as of `spike`. What
 * comes more often than once in 250 points is usual. A score is -log10 of how rare, at least that of `rarity`, and 0 for all else.
 *
 * Knows nothing for the first `span` and 320 points after anything moved. Memory: 8 bytes for each point of `span`, a byte for each
 * of `memory`, and 40.
 */
export const still = defineDetector<StillParameters>({
  name: 'still',
  summary: 'Stretches far calmer than usual, such as of a stuck sensor; silent about all else.',
  parameters: stillSchema,
  main: 'span',
  dimensions: 'one',
  surprises: true,
  bytes: ({ span, memory }) => RareTail.bytes(memory) + 8 * (span + 3),
  create: (parameters) => new Still(parameters),
})
