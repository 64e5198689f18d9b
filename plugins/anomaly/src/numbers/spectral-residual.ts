import { Fft } from './fft.ts'

/** An amplitude counts as at least this share of the largest: below it there is only rounding. */
const rounding = 1e-6

/**
 * Saliency of each value of a window: the spectrum divided by the geometric mean of each amplitude and its two neighbors, transformed
 * back. That is the exponential of the log amplitude less its local mean, with the phase as it was. Scale and offset do not matter.
 */
export class SpectralResidual {
  readonly #fft: Fft
  readonly #real: Float64Array
  readonly #imaginary: Float64Array
  readonly #amplitude: Float64Array

  /** `length` is a power of 2. */
  constructor(length: number) {
    this.#fft = new Fft(length)
    this.#real = new Float64Array(length)
    this.#imaginary = new Float64Array(length)
    this.#amplitude = new Float64Array(length)
  }

  /** The saliency of each value, at least 0: the same array again and again. */
  measure(values: Float64Array): Float64Array {
    if (!this.#level(values)) return this.#amplitude.fill(0)
    const real = this.#real
    const imaginary = this.#imaginary
    const amplitude = this.#amplitude
    this.#fft.transform(real, imaginary)
    this.#measureAmplitudes()
    const length = this.#fft.length
    for (let k = 1; k < length; k++) {
      const before = amplitude[k - 1] as number
      const after = amplitude[(k + 1) % length] as number
      const usual = Math.cbrt(before * (amplitude[k] as number) * after)
      real[k] = (real[k] as number) / usual
      imaginary[k] = (imaginary[k] as number) / usual
    }
    real[0] = 0
    imaginary[0] = 0
    this.#fft.back(real, imaginary)
    for (let index = 0; index < length; index++) {
      const [x, y] = [real[index] as number, imaginary[index] as number]
      amplitude[index] = Math.sqrt(x * x + y * y) / length
    }
    return amplitude
  }

  /** Takes the values less their mean, at most 1 apart; tells whether they differ at all. */
  #level(values: Float64Array): boolean {
    let low = Infinity
    let high = -Infinity
    for (const value of values) {
      if (value < low) low = value
      if (value > high) high = value
    }
    if (low === high) return false
    let mean = 0
    for (let index = 0; index < values.length; index++) {
      const share = ((values[index] as number) - low) / (high - low)
      this.#real[index] = share
      mean += share / values.length
    }
    for (let index = 0; index < values.length; index++)
      this.#real[index] = (this.#real[index] as number) - mean
    this.#imaginary.fill(0)
    return true
  }

  #measureAmplitudes(): void {
    const amplitude = this.#amplitude
    let most = 0
    for (let k = 1; k < amplitude.length; k++) {
      const x = this.#real[k] as number
      const y = this.#imaginary[k] as number
      amplitude[k] = Math.sqrt(x * x + y * y)
      if ((amplitude[k] as number) > most) most = amplitude[k] as number
    }
    for (let k = 1; k < amplitude.length; k++)
      amplitude[k] = (amplitude[k] as number) + rounding * most
    // The mean was taken out; its amplitude, whatever it was, says nothing of the shape.
    amplitude[0] = amplitude[1] as number
  }
}
