/** Numbers for the names of timers; a name that no timer has any more is forgotten. */
export class TimerNames {
  readonly #ids = new Map<string, number>()
  readonly #names: string[] = []
  readonly #counts: number[] = []
  readonly #free: number[] = []

  /** The number of a name that somebody has; undefined where nobody does. */
  find(name: string): number | undefined {
    return this.#ids.get(name)
  }

  /** The number of a name, for one timer more. */
  take(name: string): number {
    let id = this.#ids.get(name)
    if (id === undefined) {
      id = this.#free.pop() ?? this.#names.length
      this.#ids.set(name, id)
      this.#names[id] = name
      this.#counts[id] = 0
    }
    this.#counts[id] = (this.#counts[id] as number) + 1
    return id
  }

  /** One timer less has the name; what it was called. */
  drop(id: number): string {
    const name = this.#names[id] as string
    const left = (this.#counts[id] as number) - 1
    this.#counts[id] = left
    if (left === 0) {
      this.#ids.delete(name)
      this.#free.push(id)
    }
    return name
  }

  /** All of them by number, as they are now. */
  all(): readonly string[] {
    return [...this.#names]
  }

  name(id: number): string {
    return this.#names[id] as string
  }
}
