import { RecentNumbers } from '../numbers/recent-numbers.ts'
import { RunningScales, type RunningScalesData } from '../numbers/running-scales.ts'

interface Alerted {
  readonly time: number
  readonly raw: number
  readonly shape: Float32Array
}

interface Pardon {
  readonly raw: number
  /** Number of the point at which it was given. */
  readonly at: number
  readonly shape: Float32Array
}

/** What it keeps, as plain data. */
export interface PardonsData {
  readonly count: number
  readonly scales: RunningScalesData
  readonly recent: Float64Array
  readonly alerts: readonly Alerted[]
  readonly pardons: readonly Pardon[]
}

/** How many alerts can be pardoned afterwards, and how many pardons are kept. */
const ALERTS = 8
const PARDONS = 16
/** Shapes are alike from this cosine on. */
const ALIKE = 0.75
/** So much stranger than what was pardoned is still pardoned; half of it after so many points. */
const MARGIN = 1.5
const HALF_LIFE = 10_000
/** Mean and deviation that points are measured with are about so many of them. */
const SCALE_LENGTH = 1000
/** No value counts for more deviations. */
const DEVIATIONS_MOST = 50

/**
 * Remembers which alerts were none. The shape of an alert is the last points (16 of one number; fewer of more, at least 4), in deviations
 * from the mean of their dimension. Where the last points look like a shape that was pardoned, a point needs a raw score of over 1.5 times
 * that of the pardoned alert; that bound halves every 10,000 points. Pardons of the same shape are one; of more than 16 the oldest goes.
 * Memory: up to 24 shapes of 4 bytes for each number, and 12 numbers and 16 bytes for each dimension.
 */
export class Pardons {
  readonly #scales: RunningScales
  readonly #recent: RecentNumbers
  /** The shape that is looked at. */
  readonly #shape: Float32Array
  #count = 0
  #alerts: Alerted[] = []
  #pardons: Pardon[] = []

  constructor(dimensions: number) {
    const numbers = shapeLength(dimensions)
    this.#scales = new RunningScales(dimensions, SCALE_LENGTH)
    this.#recent = new RecentNumbers(numbers - dimensions)
    this.#shape = new Float32Array(numbers)
  }

  /** At most so many bytes has a snapshot. */
  static bytes(dimensions: number): number {
    const shape = 4 * shapeLength(dimensions)
    const kept = (ALERTS + PARDONS) * (16 + shape)
    return 8 + RunningScales.bytes(dimensions) + 2 * shape + kept
  }

  /** Whether a point that comes next looks like what was pardoned, and is not much stranger. */
  isPardoned(point: Float64Array, raw: number): boolean {
    if (this.#pardons.length === 0 || !this.#look(point)) return false
    for (const pardon of this.#pardons) {
      const most = MARGIN * pardon.raw * 2 ** ((pardon.at - this.#count) / HALF_LIFE)
      if (raw <= most && cosine(pardon.shape, this.#shape) >= ALIKE) return true
    }
    return false
  }

  /** Keeps the shape of a point that comes next, in case its alert is pardoned. */
  remember(point: Float64Array, raw: number, time: number): void {
    if (!this.#look(point)) return
    this.#alerts.push({ time, raw, shape: this.#shape.slice() })
    if (this.#alerts.length > ALERTS) this.#alerts.shift()
  }

  /** Pardons the alert at that time. False where there was none, or it is not among the last eight. */
  pardon(time: number): boolean {
    const alert = this.#alerts.findLast((one) => one.time === time)
    if (alert === undefined) return false
    const { shape } = alert
    const same = this.#pardons.filter((pardon) => cosine(pardon.shape, shape) >= ALIKE)
    const raw = Math.max(alert.raw, ...same.map((pardon) => pardon.raw))
    const others = this.#pardons.filter((pardon) => !same.includes(pardon))
    this.#pardons = [...others, { raw, at: this.#count, shape }].slice(-PARDONS)
    return true
  }

  learn(point: Float64Array): void {
    this.#count++
    for (let k = 0; k < point.length; k++) this.#recent.push(this.#standardized(point, k))
    this.#scales.learn(point)
  }

  snapshot(): PardonsData {
    return {
      count: this.#count,
      scales: this.#scales.snapshot(),
      recent: this.#recent.toArray(),
      alerts: [...this.#alerts],
      pardons: [...this.#pardons],
    }
  }

  restore({ count, scales, recent, alerts, pardons }: PardonsData): void {
    this.#count = count
    this.#scales.restore(scales)
    this.#recent.clear()
    for (const value of recent) this.#recent.push(value)
    this.#alerts = [...alerts]
    this.#pardons = [...pardons]
  }

  /** Sets the shape to that of the last points and this one; false while there are too few. */
  #look(point: Float64Array): boolean {
    const { data, start, length, capacity } = this.#recent
    if (length < capacity) return false
    const shape = this.#shape
    for (let i = 0; i < capacity; i++) shape[i] = data[start + i] as number
    for (let k = 0; k < point.length; k++) shape[capacity + k] = this.#standardized(point, k)
    return true
  }

  #standardized(point: Float64Array, k: number): number {
    const deviations = this.#scales.standardized(point[k] as number, k)
    return Math.min(Math.max(deviations, -DEVIATIONS_MOST), DEVIATIONS_MOST)
  }
}

function shapeLength(dimensions: number): number {
  const points = dimensions === 1 ? 16 : Math.max(4, Math.ceil(32 / dimensions))
  return points * dimensions
}

/** Of the angle between two shapes; 1 where both are flat, 0 where one is. */
function cosine(one: Float32Array, other: Float32Array): number {
  let product = 0
  let squares = 0
  let others = 0
  for (let i = 0; i < one.length; i++) {
    const [a, b] = [one[i] as number, other[i] as number]
    product += a * b
    squares += a * a
    others += b * b
  }
  if (squares === 0 || others === 0) return squares === others ? 1 : 0
  return product / Math.sqrt(squares * others)
}
