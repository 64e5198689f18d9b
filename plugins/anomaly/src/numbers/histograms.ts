/** What histograms keep, as plain data: cells of one behind those of the other. */
export interface HistogramsData {
  readonly counts: Uint16Array
  /** How many points agreed with each, and the number of the last of them. */
  readonly agreed: Float64Array
  readonly seen: Float64Array
}

/** Shapes of them. */
export interface HistogramsOptions {
  readonly cells: number
  /** How many points each is of, below 65,536. */
  readonly length: number
  /** How many are kept. */
  readonly most: number
}

/** Counted into every cell, so that nothing is impossible because it was not seen once. */
const pseudo = 0.5

/** A bounded collection of histograms over the same cells, which others are compared with. */
export class Histograms {
  readonly agreed: Float64Array
  readonly seen: Float64Array
  size = 0
  readonly #options: HistogramsOptions
  readonly #counts: Uint16Array
  /** Logarithms of the shares of the cells. */
  readonly #logs: Float64Array
  /** n log(n / length). */
  readonly #terms: Float64Array

  constructor(options: HistogramsOptions) {
    const { cells, length, most } = options
    this.#options = options
    this.#counts = new Uint16Array(most * cells)
    this.#logs = new Float64Array(most * cells)
    this.#terms = Float64Array.from({ length: length + 1 }, (_, count) => {
      return count === 0 ? 0 : count * Math.log(count / length)
    })
    this.agreed = new Float64Array(most)
    this.seen = new Float64Array(most)
  }

  static bytes({ cells, most }: HistogramsOptions): number {
    return most * (2 * cells + 16)
  }

  /** Twice the relative entropy of the points counted to a kept histogram, times their number: the statistic of the G-test. */
  statistic(counts: Uint16Array, index: number): number {
    const { cells } = this.#options
    let sum = 0
    for (let cell = 0, at = index * cells; cell < cells; cell++, at++) {
      const count = counts[cell] as number
      sum += (this.#terms[count] as number) - count * (this.#logs[at] as number)
    }
    return Math.max(2 * sum, 0)
  }

  /** Keeps a copy. Where there is no more room the one goes that fewest agreed with, of those the one that was seen first. */
  add(counts: Uint16Array, seen: number): void {
    let index = this.size
    if (index < this.#options.most) this.size++
    else index = this.#least()
    this.#set(index, counts)
    this.agreed[index] = 1
    this.seen[index] = seen
  }

  /** One more point, the one with the number `seen`, agrees with it. */
  agree(index: number, seen: number): void {
    this.agreed[index] = (this.agreed[index] as number) + 1
    this.seen[index] = seen
  }

  clear(): void {
    this.size = 0
  }

  snapshot(): HistogramsData {
    const { size } = this
    return {
      counts: this.#counts.slice(0, size * this.#options.cells),
      agreed: this.agreed.slice(0, size),
      seen: this.seen.slice(0, size),
    }
  }

  restore({ counts, agreed, seen }: HistogramsData): void {
    const { cells } = this.#options
    this.size = agreed.length
    this.agreed.set(agreed)
    this.seen.set(seen)
    for (let index = 0; index < this.size; index++) {
      this.#set(index, counts.subarray(index * cells, (index + 1) * cells))
    }
  }

  #least(): number {
    let least = 0
    for (let index = 1; index < this.size; index++) {
      const fewer = (this.agreed[index] as number) - (this.agreed[least] as number)
      const older = (this.seen[index] as number) - (this.seen[least] as number)
      if (fewer < 0 || (fewer === 0 && older < 0)) least = index
    }
    return least
  }

  #set(index: number, counts: Uint16Array): void {
    const { cells, length } = this.#options
    for (let cell = 0, at = index * cells; cell < cells; cell++, at++) {
      const count = counts[cell] as number
      this.#counts[at] = count
      this.#logs[at] = Math.log((count + pseudo) / (length + cells * pseudo))
    }
  }
}
