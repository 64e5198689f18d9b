/** What categories keep, as plain data, the oldest first founded. */
export interface CategoriesData {
  readonly lows: Float64Array
  readonly highs: Float64Array
  /** When each was last met, as `clock` counts; by `odd` less where that was never again. */
  readonly met: Float64Array
  readonly clock: number
}

/** More than any count of vectors. */
const odd = 2 ** 50

/**
 * Boxes around vectors that were learnt, of bounded number: where there is no more room, the one that was met longest ago goes, those
 * first that were far from all others and never met again. Distances are sums over the dimensions.
 */
export class Categories {
  /** How far the vector that was looked for last lies outside of the one that was found. */
  outside = Infinity
  readonly #most: number
  readonly #dimensions: number
  readonly #lows: Float64Array
  readonly #highs: Float64Array
  readonly #met: Float64Array
  #size = 0
  #clock = 0

  constructor(most: number, dimensions: number) {
    this.#most = most
    this.#dimensions = dimensions
    this.#lows = new Float64Array(most * dimensions)
    this.#highs = new Float64Array(most * dimensions)
    this.#met = new Float64Array(most)
  }

  /** At most so many bytes has a snapshot. */
  static bytes(most: number, dimensions: number): number {
    return 8 * most * (2 * dimensions + 1) + 8
  }

  get size(): number {
    return this.#size
  }

  low(category: number, dimension: number): number {
    return this.#lows[category * this.#dimensions + dimension] as number
  }

  high(category: number, dimension: number): number {
    return this.#highs[category * this.#dimensions + dimension] as number
  }

  /** How wide a category is, over all dimensions. */
  extent(category: number): number {
    let extent = 0
    for (let at = category * this.#dimensions, end = at + this.#dimensions; at < end; at++) {
      extent += (this.#highs[at] as number) - (this.#lows[at] as number)
    }
    return extent
  }

  /** The category that a vector lies least outside of, the first founded of equal ones; -1 if there is none. */
  find(vector: Float64Array): number {
    let found = -1
    this.outside = Infinity
    let at = 0
    for (let category = 0; category < this.#size; category++) {
      let outside = 0
      for (let index = 0; index < this.#dimensions; index++, at++) {
        const value = vector[index] as number
        const low = this.#lows[at] as number
        const high = this.#highs[at] as number
        if (value < low) outside += low - value
        else if (value > high) outside += value - high
      }
      if (outside >= this.outside) continue
      this.outside = outside
      found = category
    }
    return found
  }

  /** A category takes a vector in. */
  grow(category: number, vector: Float64Array): void {
    const from = category * this.#dimensions
    for (let index = 0; index < this.#dimensions; index++) {
      const at = from + index
      const value = vector[index] as number
      this.#lows[at] = Math.min(this.#lows[at] as number, value)
      this.#highs[at] = Math.max(this.#highs[at] as number, value)
    }
    this.#met[category] = ++this.#clock
  }

  /** A vector becomes a category; one that is far from all others is on probation until it is met again. */
  found(vector: Float64Array, isFar: boolean): void {
    const category = this.#size < this.#most ? this.#size++ : this.#forgotten()
    this.#lows.set(vector, category * this.#dimensions)
    this.#highs.set(vector, category * this.#dimensions)
    this.#clock++
    this.#met[category] = isFar ? this.#clock - odd : this.#clock
  }

  snapshot(): CategoriesData {
    const end = this.#size * this.#dimensions
    return {
      lows: this.#lows.slice(0, end),
      highs: this.#highs.slice(0, end),
      met: this.#met.slice(0, this.#size),
      clock: this.#clock,
    }
  }

  restore({ lows, highs, met, clock }: CategoriesData): void {
    this.#size = met.length
    this.#lows.set(lows)
    this.#highs.set(highs)
    this.#met.set(met)
    this.#clock = clock
  }

  #forgotten(): number {
    let oldest = 0
    for (let category = 1; category < this.#size; category++) {
      if ((this.#met[category] as number) < (this.#met[oldest] as number)) oldest = category
    }
    return oldest
  }
}
