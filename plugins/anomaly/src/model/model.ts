/** Something that judges stretches of points, wherever it runs. */
export interface Model {
  /** What it is, such as the hash of its file: where this changes, what was learnt of its scores is of no use any more. */
  readonly id: string
  /**
   * Numbers for each of `count` windows, which stand one behind the other in `windows`, the oldest point of each first and the numbers of a point side by
   * side: the same many for each, one behind the other. Rejects where it cannot tell; `signal` says that nobody waits any more.
   */
  run(windows: Float32Array, count: number, signal: AbortSignal): Promise<Float32Array>
  close(): void | Promise<void>
}

/** What a model is asked about. */
export interface WindowShape {
  /** Points of a window. */
  readonly window: number
  /** Numbers of a point. */
  readonly dimensions: number
}
