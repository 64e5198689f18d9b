const newline = 10
const quote = 34

/** Finds where rows of CSV end: at newlines outside quotes. Remembers across chunks whether a quote is open. */
export class QuoteFinder {
  readonly #delimiter: number
  #place: 'cellStart' | 'plain' | 'quoted' | 'quoteInside' = 'cellStart'
  #nextQuote = -1

  constructor(delimiter: string) {
    this.#delimiter = delimiter.charCodeAt(0)
  }

  /** Whether the row in hand has a quote that is still open. */
  get isOpen(): boolean {
    return this.#place === 'quoted'
  }

  /** To be called before the first row of each chunk. */
  begin(): void {
    this.#nextQuote = -1
  }

  /** Forgets the row in hand. */
  reset(): void {
    this.#place = 'cellStart'
  }

  /** Index of the newline that ends the row, before `limit`; -1 when it is not there yet. */
  find(chunk: Buffer, from: number, limit: number): number {
    if (from >= limit) return -1
    if (this.#place === 'cellStart' || this.#place === 'plain') {
      const end = chunk.indexOf(newline, from)
      const stop = end === -1 || end >= limit ? limit : end
      if (this.#quoteAfter(chunk, from) >= stop) {
        const ended = end === stop || chunk[stop - 1] === this.#delimiter
        this.#place = ended ? 'cellStart' : 'plain'
        return end === stop ? end : -1
      }
    }
    return this.#scan(chunk, from, limit)
  }

  #quoteAfter(chunk: Buffer, from: number): number {
    if (this.#nextQuote < from) {
      const next = chunk.indexOf(quote, from)
      this.#nextQuote = next === -1 ? Number.MAX_SAFE_INTEGER : next
    }
    return this.#nextQuote
  }

  #scan(chunk: Buffer, from: number, limit: number): number {
    let place = this.#place
    for (let index = from; index < limit; index++) {
      const byte = chunk[index]
      if (place === 'quoted') {
        if (byte === quote) place = 'quoteInside'
      } else if (byte === newline) {
        this.#place = 'cellStart'
        return index
      } else if (byte === quote && place !== 'plain') place = 'quoted'
      else place = byte === this.#delimiter ? 'cellStart' : 'plain'
    }
    this.#place = place
    return -1
  }
}
