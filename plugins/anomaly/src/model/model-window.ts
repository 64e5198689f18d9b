import { RecentNumbers } from '../numbers/recent-numbers.ts'
import { RunningScales, type RunningScalesData } from '../numbers/running-scales.ts'
import type { WindowShape } from './model.ts'

/** How windows are made, and what is made of what a model says. */
export interface ModelWindowOptions extends WindowShape {
  readonly gives: 'score' | 'forecast' | 'reconstruction'
  readonly scale: 'standard' | 'none'
  /** How many points the scales are about. */
  readonly length: number
}

/** The same as plain data. */
export interface ModelWindowData {
  readonly recent: Float64Array
  readonly scales: RunningScalesData
}

/** The last points of a key, as a model is shown them. Memory: `ModelWindow.bytes`. */
export class ModelWindow {
  readonly #options: ModelWindowOptions
  readonly #recent: RecentNumbers
  readonly #scales: RunningScales

  constructor(options: ModelWindowOptions) {
    const { dimensions, length, window } = options
    this.#options = options
    this.#recent = new RecentNumbers(window * dimensions)
    this.#scales = new RunningScales(dimensions, length)
  }

  /** At most so many bytes has a snapshot. */
  static bytes({ dimensions, window }: WindowShape): number {
    return 8 * window * dimensions + RunningScales.bytes(dimensions)
  }

  /** Numbers that a model gives for a window. */
  static answer({
    dimensions,
    gives,
    window,
  }: Omit<ModelWindowOptions, 'length' | 'scale'>): number {
    return { score: 1, forecast: dimensions, reconstruction: window * dimensions }[gives]
  }

  /** The window to judge this point by; undefined while there are too few points. */
  of(point: Float64Array): Float32Array | undefined {
    const { dimensions, gives, window } = this.#options
    const { data, end, length } = this.#recent
    const isShownPoint = gives !== 'forecast'
    const before = (isShownPoint ? window - 1 : window) * dimensions
    if (length < before) return undefined
    const shown = new Float32Array(window * dimensions)
    for (let at = 0; at < before; at++) {
      shown[at] = this.#scaled(data[end - before + at] as number, at % dimensions)
    }
    if (isShownPoint) {
      for (let k = 0; k < dimensions; k++) shown[before + k] = this.#scaled(point[k] as number, k)
    }
    return shown
  }

  /** How strange the point is by what the model made of its window: at least 0; undefined where that is of another size, or no number. */
  strangeness(point: Float64Array, shown: Float32Array, values: Float32Array): number | undefined {
    const { gives } = this.#options
    const size = ModelWindow.answer(this.#options)
    if (values.length !== size || !values.every(Number.isFinite)) return undefined
    if (gives === 'score') return Math.max(values[0] as number, 0)
    let sum = 0
    for (let at = 0; at < size; at++) {
      const real =
        gives === 'forecast' ? this.#scaled(point[at] as number, at) : (shown[at] as number)
      sum += Math.abs(real - (values[at] as number))
    }
    return sum / size
  }

  /** What a forecast says in the units of the points; undefined: the model gives none. */
  expected(values: Float32Array): readonly number[] | undefined {
    if (this.#options.gives !== 'forecast') return undefined
    const { means, spreads } = this.#scales
    return Array.from(values, (value, k) =>
      this.#options.scale === 'none'
        ? value
        : (means[k] as number) + value * (spreads[k] as number),
    )
  }

  learn(point: Float64Array): void {
    for (const value of point) this.#recent.push(value)
    this.#scales.learn(point)
  }

  snapshot(): ModelWindowData {
    return { recent: this.#recent.toArray(), scales: this.#scales.snapshot() }
  }

  restore({ recent, scales }: ModelWindowData): void {
    this.#recent.clear()
    for (const value of recent) this.#recent.push(value)
    this.#scales.restore(scales)
  }

  #scaled(value: number, dimension: number): number {
    const shown =
      this.#options.scale === 'none' ? value : this.#scales.standardized(value, dimension)
    // What is beyond single precision is as far as that goes.
    return Math.min(Math.max(shown, -3e38), 3e38)
  }
}
