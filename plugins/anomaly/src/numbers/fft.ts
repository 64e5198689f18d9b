/**
 * The discrete Fourier transform of complex numbers, in place (radix 2, Cooley and Tukey 1965). Its tables take 12 bytes for each
 * number and hold no state.
 */
export class Fft {
  readonly length: number
  readonly #cosines: Float64Array
  readonly #sines: Float64Array
  readonly #reversed: Uint32Array

  /** `length` is a power of 2, at least 2. */
  constructor(length: number) {
    this.length = length
    const half = length / 2
    this.#cosines = Float64Array.from({ length: half }, (_, k) => Math.cos((Math.PI * k) / half))
    this.#sines = Float64Array.from({ length: half }, (_, k) => Math.sin((Math.PI * k) / half))
    this.#reversed = new Uint32Array(length)
    for (let index = 1; index < length; index++) {
      const shifted = (this.#reversed[index >> 1] as number) >> 1
      this.#reversed[index] = shifted + (index % 2) * half
    }
  }

  /** `real[k] + i imaginary[k]` becomes the sum over t of `(real[t] + i imaginary[t]) exp(-2 pi i k t / length)`. */
  transform(real: Float64Array, imaginary: Float64Array): void {
    this.#reorder(real)
    this.#reorder(imaginary)
    for (let half = 1; half < this.length; half *= 2) this.#combine(real, imaginary, half)
  }

  /** The way back, without dividing by `length`: exchanging the parts turns the circle round. */
  back(real: Float64Array, imaginary: Float64Array): void {
    this.transform(imaginary, real)
  }

  #reorder(values: Float64Array): void {
    for (let index = 0; index < this.length; index++) {
      const other = this.#reversed[index] as number
      if (other <= index) continue
      const value = values[index] as number
      values[index] = values[other] as number
      values[other] = value
    }
  }

  #combine(real: Float64Array, imaginary: Float64Array, half: number): void {
    const step = this.length / (2 * half)
    for (let k = 0; k < half; k++) {
      const cosine = this.#cosines[k * step] as number
      const sine = this.#sines[k * step] as number
      for (let even = k; even < this.length; even += 2 * half) {
        const odd = even + half
        const a = real[odd] as number
        const b = imaginary[odd] as number
        const turnedReal = a * cosine + b * sine
        const turnedImaginary = b * cosine - a * sine
        real[odd] = (real[even] as number) - turnedReal
        imaginary[odd] = (imaginary[even] as number) - turnedImaginary
        real[even] = (real[even] as number) + turnedReal
        imaginary[even] = (imaginary[even] as number) + turnedImaginary
      }
    }
  }
}
