import * as z from '@millrace/sdk/zod'
import { tame } from '../numbers/deviations.ts'
import { defineDrift } from './define-drift.ts'
import type { DriftDetector, DriftEvidence } from './drift-detector.ts'

const pageHinkleySchema = z.strictObject({
  delta: z.number().min(0).default(0.25).meta({
    description: 'What is nearer to the mean does not count, in standard deviations.',
  }),
  lambda: z.number().gt(0).default(30).meta({
    description: 'A drift is what adds up to more than this, in standard deviations.',
  }),
  least: z.int().min(2).default(30).meta({ description: 'So many numbers come before a drift.' }),
})

type PageHinkleyParameters = z.output<typeof pageHinkleySchema>

/** What is said of one direction. */
interface Side {
  /** How far the numbers have moved away since they last were at the mean. */
  total: number
  /** How many numbers these are, and their mean. */
  count: number
  mean: number
}

interface PageHinkleyData {
  readonly count: number
  readonly mean: number
  readonly squares: number
  readonly up: Readonly<Side>
  readonly down: Readonly<Side>
}

/** A single number counts for no more deviations: it is no drift. */
const MOST = 4

class PageHinkley implements DriftDetector {
  readonly evidence: DriftEvidence = { before: Number.NaN, after: Number.NaN, length: 0 }
  readonly #parameters: PageHinkleyParameters
  readonly #up: Side = { total: 0, count: 0, mean: 0 }
  readonly #down: Side = { total: 0, count: 0, mean: 0 }
  #count = 0
  #mean = 0
  #squares = 0

  constructor(parameters: PageHinkleyParameters) {
    this.#parameters = parameters
  }

  update(value: number): boolean {
    const x = tame(value)
    this.#count++
    const distance = x - this.#mean
    this.#mean += distance / this.#count
    this.#squares += distance * (x - this.#mean)
    const spread = Math.sqrt(this.#squares / this.#count)
    const away = spread > 0 ? (x - this.#mean) / spread : 0
    const limited = Math.min(Math.max(away, -MOST), MOST)
    const { delta, lambda, least } = this.#parameters
    move(this.#up, limited - delta, x)
    move(this.#down, -limited - delta, x)
    if (this.#count < least) return false
    if (this.#up.total > lambda) return this.#tell(this.#up)
    return this.#down.total > lambda && this.#tell(this.#down)
  }

  snapshot(): PageHinkleyData {
    return {
      count: this.#count,
      mean: this.#mean,
      squares: this.#squares,
      up: { ...this.#up },
      down: { ...this.#down },
    }
  }

  restore({ count, mean, squares, up, down }: PageHinkleyData): void {
    this.#count = count
    this.#mean = mean
    this.#squares = squares
    Object.assign(this.#up, up)
    Object.assign(this.#down, down)
  }

  #tell(side: Side): true {
    const others = this.#count - side.count
    // Mean of all is that of those before and of those since, by their numbers.
    const before = this.#mean + (this.#mean - side.mean) * (side.count / others)
    this.evidence.before = others > 0 ? before : this.#mean
    this.evidence.after = side.mean
    this.evidence.length = side.count
    this.#count = 0
    this.#mean = 0
    this.#squares = 0
    clear(this.#up)
    clear(this.#down)
    return true
  }
}

function move(side: Side, step: number, x: number): void {
  side.total += step
  if (side.total <= 0) {
    clear(side)
    return
  }
  side.count++
  side.mean += (x - side.mean) / side.count
}

function clear(side: Side): void {
  side.total = 0
  side.count = 0
  side.mean = 0
}

/**
 * Adds up how far numbers lie above their mean, and how far below it; what adds up to too much since it last was at nothing is a drift (the
 * test of Page, 1954, and Hinkley, 1971, in both directions). Here all is in standard deviations of the numbers since the last drift, so
 * that the unit makes no difference. Memory: 72 bytes.
 */
export const pageHinkley = defineDrift<PageHinkleyParameters>({
  name: 'page-hinkley',
  summary: 'Deviations from the mean that add up, in either direction.',
  parameters: pageHinkleySchema,
  bytes: () => 72,
  create: (parameters) => new PageHinkley(parameters),
})
