import type { Word } from './column.ts'

/** Words that both sides of a column keep; more, and it is no column of words. */
const WORDS_MAX = 4096
/** Longer ones are not kept. */
const LENGTH_MAX = 64
/** Values after which it is told whether words come again. */
const JUDGED_AT = 2048
/** So often they must, on average. */
const AGAIN = 8

/** The words of one column at its writer. */
export class WordPlaces {
  readonly #places = new Map<Word, number>()
  #seen = 0
  #news: Word[] = []
  #isGivenUp = false

  /** Undefined: this is no column of words, or none whose words come again. */
  find(values: readonly unknown[]): Uint16Array | undefined {
    if (this.#isGivenUp) return undefined
    const found = new Uint16Array(values.length)
    for (let at = 0; at < values.length; at++) {
      const value = values[at]
      const place = this.#places.get(value as Word) ?? this.#add(value)
      if (place === undefined) return undefined
      found[at] = place
    }
    this.#seen += values.length
    // They are given up behind this batch: its words are known here.
    if (this.#seen >= JUDGED_AT && this.#places.size > this.#seen / AGAIN) this.#isGivenUp = true
    return found
  }

  /** Words that the reader has not been told of. */
  news(): readonly Word[] {
    const news = this.#news
    this.#news = []
    return news
  }

  #add(value: unknown): number | undefined {
    const isWord = typeof value === 'string' || typeof value === 'boolean' || value == null
    if (!isWord) return undefined
    const isLong = typeof value === 'string' && value.length > LENGTH_MAX
    if (isLong || this.#places.size === WORDS_MAX) {
      this.#isGivenUp = true
      return undefined
    }
    const place = this.#places.size
    this.#places.set(value, place)
    this.#news.push(value)
    return place
  }
}
