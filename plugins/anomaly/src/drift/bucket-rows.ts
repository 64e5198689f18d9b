/** What it keeps, as plain data. */
export interface BucketRowsData {
  readonly counts: Float64Array
  /** Of each bucket mean, sum of squared distances from it, least and largest; row after row, in a row the oldest first. */
  readonly buckets: Float64Array
}

/** A row has so many buckets before two of them become one of the next row. */
const BUCKETS = 5
/** Numbers of one bucket. */
const FIELDS = 4
const ROW = (BUCKETS + 1) * FIELDS
/** The last row has buckets of half a million numbers; when it is full the oldest is forgotten. */
const ROWS = 20

/** What is known of some numbers that came one behind the other. */
export class Summary {
  count = 0
  mean = 0
  /** Sum of squared distances from the mean. */
  squares = 0
  low = Infinity
  high = -Infinity

  clear(): void {
    this.count = 0
    this.mean = 0
    this.squares = 0
    this.low = Infinity
    this.high = -Infinity
  }

  /** Takes in a bucket of so many numbers. */
  add(count: number, bucket: Float64Array, at: number): void {
    const together = this.count + count
    const distance = (bucket[at] as number) - this.mean
    this.mean += distance * (count / together)
    this.squares +=
      (bucket[at + 1] as number) + distance * distance * (this.count * (count / together))
    this.low = Math.min(this.low, bucket[at + 2] as number)
    this.high = Math.max(this.high, bucket[at + 3] as number)
    this.count = together
  }
}

/**
 * Numbers of a stream in buckets: a row for each power of two, five buckets of that many in a row, so that the newest are known one by one
 * and the oldest in great heaps (an exponential histogram). Memory: 3,840 bytes, and 8 for each row; a snapshot has what is in use.
 */
export class BucketRows {
  readonly #counts = new Float64Array(ROWS)
  readonly #buckets = new Float64Array(ROWS * ROW)
  readonly #merged = new Summary()
  #rows = 0

  /** At most so many bytes has a snapshot. */
  static readonly bytes = 8 * ROWS * (1 + BUCKETS * FIELDS)

  /** Adds one number. */
  add(value: number): void {
    this.#push(0, value, 0, value, value)
    for (let row = 0; (this.#counts[row] as number) > BUCKETS; row++) this.#merge(row)
  }

  /** Calls for each bucket, the oldest first. */
  forEach(look: (count: number, buckets: Float64Array, at: number) => void): void {
    for (let row = this.#rows - 1; row >= 0; row--) {
      const end = ROW * row + FIELDS * (this.#counts[row] as number)
      for (let at = ROW * row; at < end; at += FIELDS) {
        look(2 ** row, this.#buckets, at)
      }
    }
  }

  /** Forgets the oldest bucket; there has to be one. */
  dropOldest(): void {
    const row = this.#rows - 1
    this.#shift(row, 1)
    while (this.#rows > 0 && this.#counts[this.#rows - 1] === 0) this.#rows--
  }

  snapshot(): BucketRowsData {
    const lists: number[] = []
    this.forEach((_, buckets, at) => {
      lists.push(...buckets.subarray(at, at + FIELDS))
    })
    return { counts: this.#counts.slice(0, this.#rows), buckets: Float64Array.from(lists) }
  }

  restore({ counts, buckets }: BucketRowsData): void {
    this.#counts.fill(0)
    this.#counts.set(counts)
    this.#rows = counts.length
    let from = 0
    for (let row = this.#rows - 1; row >= 0; row--) {
      const length = FIELDS * (counts[row] as number)
      this.#buckets.set(buckets.subarray(from, from + length), ROW * row)
      from += length
    }
  }

  #push(row: number, mean: number, squares: number, low: number, high: number): void {
    const count = this.#counts[row] as number
    const at = ROW * row + FIELDS * count
    const buckets = this.#buckets
    buckets[at] = mean
    buckets[at + 1] = squares
    buckets[at + 2] = low
    buckets[at + 3] = high
    this.#counts[row] = count + 1
    this.#rows = Math.max(this.#rows, row + 1)
  }

  /** The two oldest of a row become one of the next; of the last row the oldest is forgotten. */
  #merge(row: number): void {
    if (row === ROWS - 1) {
      this.#shift(row, 1)
      return
    }
    const merged = this.#merged
    merged.clear()
    merged.add(2 ** row, this.#buckets, ROW * row)
    merged.add(2 ** row, this.#buckets, ROW * row + FIELDS)
    this.#shift(row, 2)
    this.#push(row + 1, merged.mean, merged.squares, merged.low, merged.high)
  }

  /** Forgets the oldest of a row. */
  #shift(row: number, count: number): void {
    const start = ROW * row
    this.#buckets.copyWithin(start, start + FIELDS * count, start + ROW)
    this.#counts[row] = (this.#counts[row] as number) - count
  }
}
