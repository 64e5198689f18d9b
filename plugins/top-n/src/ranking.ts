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
  /** Whether records that equal the last of the best are among them. */
  readonly #ties: boolean

  constructor(n: number, order: 'descending' | 'ascending', ties: boolean) {
    this.#n = n
    this.#ties = ties
    this.#sign = order === 'descending' ? 1 : -1
  }

  /** The place of a value that came last among the best so far; -1 where it is none of them. */
  place(best: readonly Entry[], value: number, timestamp: number): number {
    const { length } = best
    if (length >= this.#n) {
      const last = best[length - 1] as Entry
      const isTie = this.#ties && value === last.value
      if (!isTie && !this.#isBetter(value, timestamp, last)) return -1
    }
    let low = 0
    let high = length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#isBetter(value, timestamp, best[middle] as Entry)) high = middle
      else low = middle + 1
    }
    return low
  }

  /** Puts an entry in its place; those that are no longer among the best go. */
  insert(best: Entry[], place: number, entry: Entry): void {
    best.splice(place, 0, entry)
    if (best.length <= this.#n) return
    const worst = (best[this.#n - 1] as Entry).value
    while (best.length > this.#n && !(this.#ties && best.at(-1)?.value === worst)) best.pop()
  }

  /** The rank of each of the best, from 1. Ties share one. */
  ranks(best: readonly Entry[]): readonly number[] {
    let rank = 0
    return best.map(({ value }, index) => {
      if (!this.#ties || best[index - 1]?.value !== value) rank = index + 1
      return rank
    })
  }

  #isBetter(value: number, timestamp: number, other: Entry): boolean {
    if (value === other.value) return timestamp < other.timestamp
    return this.#sign * value > this.#sign * other.value
  }
}
