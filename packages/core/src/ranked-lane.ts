import { TimerHeap, type TimerEntry } from '@millrace/base'

interface Ranked {
  readonly message: unknown
  first: TimerEntry<Ranked> | undefined
  last: TimerEntry<Ranked> | undefined
}

/** A lane ordered by rank, the smallest first; equal ranks keep the order they came in. */
export class RankedLane {
  readonly #firsts = new TimerHeap<Ranked>()
  /** The other way round; only for a lane that may have to give up messages. */
  readonly #lasts: TimerHeap<Ranked> | undefined

  constructor(mayOverflow: boolean) {
    this.#lasts = mayOverflow ? new TimerHeap() : undefined
  }

  get length(): number {
    return this.#firsts.size
  }

  push(message: unknown, rank: number): void {
    const ranked: Ranked = { message, first: undefined, last: undefined }
    ranked.first = this.#firsts.add(rank, ranked)
    ranked.last = this.#lasts?.add(-rank, ranked)
  }

  /** Takes the most urgent message; only when there is one. */
  shift(): unknown {
    const ranked = this.#firsts.pop()?.value
    if (ranked?.last !== undefined) this.#lasts?.remove(ranked.last)
    return ranked?.message
  }

  /** Everything in it, the most urgent first; nothing is taken. */
  contents(): unknown[] {
    const all: { readonly message: unknown; readonly rank: number }[] = []
    for (let first = this.#firsts.peek(); first !== undefined; first = this.#firsts.peek()) {
      all.push({ message: this.shift(), rank: first.dueMs })
    }
    for (const { message, rank } of all) this.push(message, rank)
    return all.map(({ message }) => message)
  }

  /** Takes the oldest of the least urgent messages; only when there is one. */
  takeLeast(): unknown {
    const ranked = this.#lasts?.pop()?.value
    if (ranked?.first !== undefined) this.#firsts.remove(ranked.first)
    return ranked?.message
  }
}
