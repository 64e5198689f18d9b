import type { Member } from './member.ts'

/** What a vote keeps, as plain data. */
export type VoteData = Float64Array

/** Makes one score of the surprises of the members. */
export interface Vote {
  /** At least 0; NaN while no member can tell. Changes nothing. */
  of(members: readonly Member[]): number
  learn(members: readonly Member[]): void
  snapshot(): VoteData
  restore(data: VoteData): void
}

/** How the members are taken together. */
export interface VoteOptions {
  readonly members: readonly unknown[]
  readonly combination: 'ranks' | 'votes'
  readonly need: number
  readonly window: number
}

/**
 * Fisher's test: the sum of the surprises, and how rare such a sum is if the members know nothing of each other. Of n of them,
 * with x the sum of -ln p: p = exp(-x) (1 + x + ... + x^(n - 1) / (n - 1)!). Those that are silent about most points are no test of
 * each point: what they say is added to that.
 */
const together: Vote = {
  of(members) {
    let sum = 0
    let tests = 0
    let added = Number.NaN
    for (const { surprise, isSilent } of members) {
      if (Number.isNaN(surprise)) continue
      if (Number.isNaN(added)) added = 0
      if (isSilent) {
        added += surprise
        continue
      }
      sum += surprise
      tests++
    }
    let term = 1
    let terms = 1
    for (let index = 1; index < tests; index++) {
      term *= (sum * Math.LN10) / index
      terms += term
    }
    return added + Math.max(0, sum - Math.log10(terms))
  },
  learn() {},
  snapshot: () => new Float64Array(0),
  restore() {},
}

/** The surprise that so many members reached within the last points. */
class Votes implements Vote {
  readonly #need: number
  readonly #window: number
  /** Of the last `window - 1` points, one behind the other, of each a surprise for each member. */
  readonly #past: Float64Array
  readonly #most: Float64Array
  #next = 0

  constructor({ members, need, window }: VoteOptions) {
    this.#need = Math.min(need, members.length)
    this.#window = window
    this.#past = new Float64Array((window - 1) * members.length).fill(Number.NaN)
    this.#most = new Float64Array(members.length)
  }

  of(members: readonly Member[]): number {
    const past = this.#past
    let isKnown = false
    for (let index = 0; index < members.length; index++) {
      const { surprise } = members[index] as Member
      let most = surprise >= 0 ? surprise : -1
      for (let at = index; at < past.length; at += members.length) {
        const before = past[at] as number
        if (before > most) most = before
      }
      this.#most[index] = most
      if (most >= 0) isKnown = true
    }
    if (!isKnown) return Number.NaN
    this.#most.sort()
    return Math.max(0, this.#most[members.length - this.#need] as number)
  }

  learn(members: readonly Member[]): void {
    if (this.#window === 1) return
    for (const { surprise } of members) this.#past[this.#next++] = surprise
    if (this.#next === this.#past.length) this.#next = 0
  }

  snapshot(): VoteData {
    const past = this.#past
    const data = new Float64Array(past.length)
    data.set(past.subarray(this.#next))
    data.set(past.subarray(0, this.#next), past.length - this.#next)
    return data
  }

  restore(data: VoteData): void {
    this.#past.set(data)
    this.#next = 0
  }
}

/** At most so many bytes has a snapshot. */
export function voteBytes({ combination, members, window }: VoteOptions): number {
  return combination === 'ranks' ? 0 : 8 * (window - 1) * members.length
}

/** Takes the members of an ensemble together. */
export function createVote(options: VoteOptions): Vote {
  return options.combination === 'ranks' ? together : new Votes(options)
}
