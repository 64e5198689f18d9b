const firstEntries = 16

/** A number per whole number from 0; NaN where there is none. */
export class NumberColumn {
  #values = new Float64Array(firstEntries).fill(Number.NaN)

  /** NaN for an index below 0, too. */
  get(index: number): number {
    return this.#values[index] ?? Number.NaN
  }

  set(index: number, value: number): void {
    if (index >= this.#values.length) this.#grow(index)
    this.#values[index] = value
  }

  delete(index: number): void {
    if (index < this.#values.length) this.#values[index] = Number.NaN
  }

  #grow(index: number): void {
    const values = new Float64Array(Math.max(index + 1, 2 * this.#values.length)).fill(Number.NaN)
    values.set(this.#values)
    this.#values = values
  }
}
