import { inspect, isDeepStrictEqual } from 'node:util'

import { TST_UNEXPECTED, TST_WAITED } from '../errors.ts'

/** Runs actors until something is so, in virtual time: a simulation or a manual time. */
export interface VirtualHost {
  /** True as soon as `predicate` is, false after `within` ms of virtual time. */
  reaches(predicate: () => boolean, within: number): Promise<boolean>
}

const WITHIN_MS = 1000

/** What arrived and was not looked at yet, and the ways to wait for more. All times are virtual: a test that fails fails at once. */
export class WaitingList<T> {
  readonly #host: VirtualHost
  readonly #what: string
  readonly #waiting: T[] = []

  constructor(host: VirtualHost, what: string) {
    this.#host = host
    this.#what = what
  }

  /** What was not taken yet. */
  get waiting(): readonly T[] {
    return this.#waiting
  }

  push(value: T): void {
    this.#waiting.push(value)
  }

  /** Takes the next one. Rejects with TST_WAITED, or with TST_UNEXPECTED if it does not equal `expected`. */
  async expect(expected: T, within: number = WITHIN_MS): Promise<T> {
    const [got] = await this.receive(1, within)
    if (isDeepStrictEqual(got, expected)) return got as T
    throw TST_UNEXPECTED({ what: this.#what, expected: inspect(expected), got: inspect(got) })
  }

  /** Rejects with TST_UNEXPECTED if anything waits or comes within `ms`. */
  async expectNone(ms: number = WITHIN_MS): Promise<void> {
    if (!(await this.#host.reaches(() => this.#waiting.length > 0, ms))) return
    const got = inspect(this.#waiting[0])
    throw TST_UNEXPECTED({ what: this.#what, expected: `nothing for ${ms} ms`, got })
  }

  /** Takes the next `count`. Rejects with TST_WAITED. */
  async receive(count: number, within: number = WITHIN_MS): Promise<T[]> {
    if (!(await this.#host.reaches(() => this.#waiting.length >= count, within))) {
      throw this.#missing(count === 1 ? this.#what : `${count} of ${this.#what}`, within)
    }
    return this.#waiting.splice(0, count)
  }

  /** Takes the next one that `isWanted` accepts; those before it are dropped. Rejects with TST_WAITED. */
  async fish(isWanted: (value: T) => boolean, within: number = WITHIN_MS): Promise<T> {
    if (!(await this.#host.reaches(() => this.#waiting.some(isWanted), within))) {
      throw this.#missing(`${this.#what} of the wanted kind`, within)
    }
    const [wanted] = this.#waiting.splice(0, this.#waiting.findIndex(isWanted) + 1).slice(-1)
    return wanted as T
  }

  #missing(what: string, withinMs: number): Error {
    const some = this.#waiting.slice(0, 5).map((value) => inspect(value, { breakLength: Infinity }))
    const got = some.length === 0 ? 'nothing waits' : `these wait: ${some.join(', ')}`
    return TST_WAITED({ what, withinMs, got })
  }
}
