/** What a drift detector says of the last drift it found. One object again and again; NaN before the first. */
export interface DriftEvidence {
  /** Mean of the numbers before, and of those since. */
  before: number
  after: number
  /** How many numbers are taken for new, the last of them this one. */
  length: number
}

/** Tells when the numbers of a stream are not what they were. Draws from no other chance than its seed; its memory is bounded. */
export interface DriftDetector {
  readonly evidence: DriftEvidence
  /** Learns a number, which is finite; true where it makes out a drift. It has begun anew then, with what is new. */
  update(value: number): boolean
  /** Plain data that nothing changes any more. */
  snapshot(): unknown
  /** Goes on from what `snapshot` gave, with the same parameters: all that follows is equal to what it would have been. */
  restore(data: unknown): void
}
