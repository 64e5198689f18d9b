/** How sure a beginning is, against 1 for a value. */
const faint = 1e-6

/** A step of the trend counts as at least this share of the unit: what is smaller is straight. */
const straight = 1e-3

/**
 * The newest value of a trend `t` through the values `y`: least sum of `weight (y[i] - t[i])^2` and of the absolute first and second
 * differences of `t`, times `stiffness`, so that it is level, or straight, or jumps. The absolute values are squares that are divided
 * by their size, which `rounds` passes approach; each pass keeps only the equations of the two newest values of the trend, all
 * older ones eliminated. Memory: 8 bytes, and 40 for each round. After the online system of OneShotSTL (He et al., VLDB 2023).
 */
export class TrendFilter {
  /** The newest value of the trend. */
  value = 0
  readonly #stiffness: number
  /** For each round: the symmetric 2 by 2 matrix and the right side, of the last value but one and the last. */
  readonly #state: Float64Array

  constructor(stiffness: number, rounds: number) {
    this.#stiffness = stiffness
    this.#state = new Float64Array(5 * rounds)
  }

  /** Forgets all; the trend was `value` so far, of which little is sure. */
  begin(value: number): void {
    this.value = value
    for (let at = 0; at < this.#state.length; at += 5) {
      this.#state.set([faint, 0, faint, faint * value, faint * value], at)
    }
  }

  /** Takes a value in; `unit` is the usual size of its noise. */
  learn(value: number, weight: number, unit: number): void {
    const state = this.#state
    const least = straight * unit
    let p = this.#stiffness
    let q = this.#stiffness
    for (let at = 0; at < state.length; at += 5) {
      const b0 = state[at + 3] as number
      const m00 = (state[at] as number) + q
      const m01 = (state[at + 1] as number) - 2 * q
      // Without the oldest of three:
      const f1 = m01 / m00
      const f2 = q / m00
      const a11 = (state[at + 2] as number) + p + 4 * q - f1 * m01
      const a12 = -p - 2 * q - f1 * q
      const a22 = p + q + weight - f2 * q
      const b1 = (state[at + 4] as number) - f1 * b0
      const b2 = weight * value - f2 * b0
      const g = a12 / a11
      const newest = (b2 - g * b1) / (a22 - g * a12)
      const before = (b1 - a12 * newest) / a11
      const oldest = (b0 - m01 * before - q * newest) / m00
      state[at] = a11
      state[at + 1] = a12
      state[at + 2] = a22
      state[at + 3] = b1
      state[at + 4] = b2
      this.value = newest
      if (unit === 0) continue
      p = (this.#stiffness * unit) / Math.max(Math.abs(newest - before), least)
      q = (this.#stiffness * unit) / Math.max(Math.abs(newest - 2 * before + oldest), least)
    }
  }

  snapshot(): Float64Array {
    return Float64Array.of(this.value, ...this.#state)
  }

  restore(data: Float64Array): void {
    this.value = data[0] as number
    this.#state.set(data.subarray(1))
  }
}
