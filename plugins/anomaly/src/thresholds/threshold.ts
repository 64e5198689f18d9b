/** Makes a score in [0, 1) of a raw one. */
export interface Ranking {
  rank(raw: number): number
}

/** What a threshold looks at: a point that a detector has scored. */
export interface Scored {
  /** Of the rank scale, in [0, 1). */
  score: number
  /** Of the detector: at least 0, finite. */
  raw: number
  /** Epoch ms. */
  time: number
}

/** Says which scores are too strange. One for each key. */
export interface Threshold {
  /** Changes nothing. False while it cannot tell. */
  isOver(scored: Scored): boolean
  /** Learns a point of which `isOver` was asked before. */
  learn(scored: Scored, isOver: boolean): void
  /** Hears that a point became an alert; after `learn`. */
  alerted?(time: number): void
  /** The score from which on a point would be over it now; NaN while it cannot tell. */
  level(scale: Ranking): number
  /** Forgets what it has learnt of the scores. */
  restart(): void
  /** Plain data that nothing changes any more. */
  snapshot(): unknown
  restore(data: unknown): void
}
