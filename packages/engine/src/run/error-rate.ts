/** Watches the share of failed records among the last `of` that the job read. */
export class ErrorRate {
  readonly atMost: number
  readonly of: number
  readonly #positions: Float64Array
  #newest = -1
  #failed = 0

  constructor(options: { readonly atMost: number; readonly of: number }) {
    this.atMost = options.atMost
    this.of = Math.max(1, Math.floor(options.of))
    this.#positions = new Float64Array(this.of).fill(-1)
  }

  /** Failures among the last `of` records up to the newest failure. */
  get failed(): number {
    return this.#failed
  }

  /** The record at `position` of the job's input failed. True when that is too much. A record that fails twice counts once. */
  add(position: number): boolean {
    if (position <= this.#newest - this.of) return false
    this.#advance(position)
    const slot = position % this.of
    if (this.#positions[slot] !== position) {
      this.#positions[slot] = position
      this.#failed++
    }
    return this.#failed > this.atMost * this.of
  }

  #advance(position: number): void {
    if (position <= this.#newest) return
    const first = Math.max(this.#newest + 1, position - this.of + 1)
    for (let passed = first; passed <= position; passed++) {
      const slot = passed % this.of
      if (this.#positions[slot] !== -1) {
        this.#positions[slot] = -1
        this.#failed--
      }
    }
    this.#newest = position
  }
}
