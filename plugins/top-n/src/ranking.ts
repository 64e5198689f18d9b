/** A record among the best. */
export interface Entry {
  readonly value: number
  /** Its event time: of equal values the earlier one is better, whenever it came. */
  readonly timestamp: number
  readonly record: unknown
}

/** Which records are better, and how many count. */
export class Ranking {
  readonly #n: number
  /** 1 where larger values are better, -1 where smaller ones are. */
  readonly #sign: 1 | -1

  constructor(n: number, order: 'descending' | 'ascending') {
    this.#n = n
    this.#sign = order === 'descending' ? 1 : -1
  }

  /** The place of a value that came last among the best so far; -1 where it is none of them. */
  place(best: readonly Entry[], value: number, timestamp: number): number {
    const { length } = best
    if (length === this.#n && !this.#isBetter(value, timestamp, best[length - 1] as Entry))
      return -1
    let low = 0
    let high = length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#isBetter(value, timestamp, best[middle] as Entry)) high = middle
      else low = middle + 1
    }
    return low
  }

  /** Puts an entry in its place; the last one goes where there are too many. */
  insert(best: Entry[], place: number, entry: Entry): void {
    best.splice(place, 0, entry)
    if (best.length > this.#n) best.pop()
  }

  #isBetter(value: number, timestamp: number, other: Entry): boolean {
    if (value === other.value) return timestamp < other.timestamp
    return this.#sign * value > this.#sign * other.value
  }
}
