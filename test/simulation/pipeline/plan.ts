import type { Dice } from '../dice.ts'

/** A record of the scenario: how often the flaky stage fails with it. */
export interface Reading {
  readonly id: number
  readonly user: string
  readonly value: number
  readonly failures: number
}

/** A generated job: filter, flaky map, running total by user; a second sink reads the filter. */
export interface JobPlan {
  readonly readings: readonly Reading[]
  readonly batches: readonly number[]
  /** The filter drops multiples of it. */
  readonly modulus: number
  readonly capacity: number
  /** Tries after the first one; the last fate of a record that still fails. */
  readonly retries: number
  readonly fate: 'skip' | 'deadLetter'
  /** How long each record takes in the flaky stage, ms; 0 is synchronous. */
  readonly workMs: number
  readonly isForked: boolean
  /** Stopped or drained then, ms; undefined: it runs to its end. */
  readonly end: { readonly how: 'stop' | 'drain'; readonly atMs: number } | undefined
}

export function planJob(dice: Dice): JobPlan {
  const readings: Reading[] = []
  for (let count = dice.number(0, 40); count > 0; count--) {
    readings.push({
      id: readings.length,
      user: `user-${dice.number(0, 3)}`,
      value: dice.number(0, 20),
      failures: dice.pick([0, 0, 0, 0, 1, 2, 5]),
    })
  }
  return {
    readings,
    batches: Array.from({ length: dice.number(1, 3) }, () => dice.pick([1, 2, 3, 7, 50])),
    modulus: dice.pick([2, 3, 21]),
    capacity: dice.pick([4096, 1, 2, 5]),
    retries: dice.pick([0, 1, 3]),
    fate: dice.pick(['deadLetter', 'skip']),
    workMs: dice.pick([0, 0, 1, 10]),
    isForked: dice.once(2),
    end: dice.once(4)
      ? { how: dice.pick(['stop', 'drain'] as const), atMs: dice.pick([0, 1, 5, 20, 100]) }
      : undefined,
  }
}

/** What the job must give, by a plain loop. */
export interface Expected {
  readonly totals: readonly { readonly user: string; readonly total: number }[]
  readonly kept: readonly Reading[]
  readonly dead: readonly number[]
  readonly skipped: number
}

export function expectedOf(plan: JobPlan): Expected {
  const sums = new Map<string, number>()
  const totals: { user: string; total: number }[] = []
  const kept = plan.readings.filter(({ value }) => value % plan.modulus !== 0)
  const failed = kept.filter(({ failures }) => failures > plan.retries)
  for (const reading of kept) {
    if (failed.includes(reading)) continue
    const { user, value } = reading
    const total = (sums.get(user) ?? 0) + value
    sums.set(user, total)
    totals.push({ user, total })
  }
  const isDead = plan.fate === 'deadLetter'
  return {
    totals,
    kept,
    dead: isDead ? failed.map(({ id }) => id) : [],
    skipped: isDead ? 0 : failed.length,
  }
}
