/** First and last row of a labelled stretch, both of it. */
export type Rows = readonly [first: number, last: number]

/** A sequence of points that one detector sees, with what is known of it. */
export interface Series {
  /** Path below the corpus with forward slashes, such as `realTweets/AAPL.csv`; of a stream by key, with `#key` behind it. */
  readonly name: string
  /** What is held out together: the folder. */
  readonly group: string
  /** Names of the dimensions. */
  readonly fields: readonly string[]
  /** Columns that nobody named and that hold something else than numbers. */
  readonly leftOut?: readonly string[] | undefined
  /** Times as they stand in the file. */
  readonly stamps: readonly string[]
  /** Epoch ms; the number of the row where there is no time. */
  readonly times: Float64Array
  /** The points one after the other, `fields.length` numbers each; NaN is missing. */
  readonly values: Float64Array
  /** Labelled stretches in their order, apart from one another; undefined where nothing is known. */
  readonly windows: readonly Rows[] | undefined
}

/** How many points a series has. */
export const lengthOf = (series: Series): number => series.times.length

/** Number of points at the beginning that NAB leaves unscored: 15 %, at most 750. */
export const probationOf = (length: number): number => Math.min(Math.floor(0.15 * length), 750)
