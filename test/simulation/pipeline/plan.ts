import type { Dice } from '../dice.ts'

/** How a record makes its stage fail. */
export type Trouble = 'throw' | 'reject' | 'hang'

/** A record of the scenario: how often, and how, the flaky stage fails with it. */
export interface Reading {
  readonly id: number
  readonly user: string
  readonly value: number
  readonly failures: number
  readonly trouble: Trouble
}

/** Parked records are let go then, ms: tried again, or given up. */
export interface Release {
  readonly atMs: number
  readonly skips: boolean
}

/** A generated job: filter, flaky map, running total by user; a second sink reads the filter. */
export interface JobPlan {
  readonly readings: readonly Reading[]
  readonly batches: readonly number[]
  /** The filter drops multiples of it. */
  readonly modulus: number
  /** Whether the filter has a fast path, which throws at the records that throw in the stage behind it. */
  readonly takesBatches: boolean
  readonly capacity: number
  /** The most records in a batch of the flaky stage. */
  readonly batch: number | undefined
  /** Tries after the first one; the last fate of a record that still fails. */
  readonly retries: number
  /** What is rejected is not tried again. */
  readonly rejectsAreFinal: boolean
  readonly fate: 'skip' | 'deadLetter' | 'park' | 'fail'
  readonly parkMost: number
  readonly releases: readonly Release[]
  /** What the flaky stage keeps: it numbers its results, in each instance or of each user. */
  readonly keeps: 'nothing' | 'instance' | 'state'
  /** How long each record takes in the flaky stage, ms; 0 is synchronous. */
  readonly workMs: number
  /** Which of its instances, in the order in which they are made, do not open. */
  readonly openFails: readonly boolean[]
  /** Before which batches the source breaks down, once each. */
  readonly readFails: readonly number[]
  /** The source ends the job from this reading on. */
  readonly poison: number | undefined
  /** Restart budget of the whole run. */
  readonly intensity: number
  /** How often the whole pipeline begins anew when that is used up; undefined: never. */
  readonly beginsAnew: number | undefined
  readonly isForked: boolean
  /** Ended then, ms; undefined: it runs to its end. */
  readonly end: { readonly how: 'stop' | 'drain' | 'abort'; readonly atMs: number } | undefined
}

/** For how long a record may hang, ms: longer than a late timer of one that works. */
export const TIMEOUT_MS = 3000
const ENOUGH = 1000

export function planJob(dice: Dice): JobPlan {
  const readings: Reading[] = []
  const troubles = dice.pick<readonly Trouble[]>([
    ['throw'],
    ['throw', 'reject'],
    ['throw', 'reject', 'hang'],
  ])
  for (let count = dice.number(0, 40); count > 0; count--) {
    const failures = dice.pick([0, 0, 0, 0, 1, 2, 5])
    readings.push({
      id: readings.length,
      user: `user-${dice.number(0, 3)}`,
      value: dice.number(0, 20),
      failures,
      trouble: failures === 0 ? 'throw' : dice.pick(troubles),
    })
  }
  const fate = dice.pick(['deadLetter', 'skip', 'park', 'park', 'fail'] as const)
  const releases = fate === 'park' && dice.once(2) ? planReleases(dice) : []
  const intensity = releases.length > 0 ? ENOUGH : dice.pick([ENOUGH, ENOUGH, 2, 0])
  const beginsAnew = intensity < ENOUGH && dice.once(2) ? dice.number(0, 3) : undefined
  return {
    readings,
    batches: Array.from({ length: dice.number(1, 3) }, () => dice.pick([1, 2, 3, 7, 50])),
    modulus: dice.pick([2, 3, 21]),
    takesBatches: dice.once(2),
    capacity: dice.pick([4096, 1, 2, 5]),
    batch: dice.pick([undefined, 1, 2, 5]),
    retries: dice.pick([0, 1, 3]),
    rejectsAreFinal: dice.once(3),
    fate,
    parkMost: releases.length > 0 ? ENOUGH : dice.pick([ENOUGH, ENOUGH, 3]),
    releases,
    keeps: dice.pick(['nothing', 'instance', 'state']),
    workMs: dice.pick([0, 0, 1, 10]),
    openFails: dice.once(2) ? Array.from({ length: dice.number(0, 6) }, () => dice.once(2)) : [],
    readFails: intensity === ENOUGH && dice.once(4) ? [dice.number(0, 3), dice.number(0, 9)] : [],
    poison: releases.length > 0 && dice.once(4) ? dice.number(0, 40) : undefined,
    intensity,
    beginsAnew,
    isForked: dice.once(2),
    end:
      beginsAnew === undefined && dice.once(4)
        ? {
            how: dice.pick(['stop', 'drain', 'abort'] as const),
            atMs: dice.pick([0, 1, 5, 20, 100, 3000]),
          }
        : undefined,
  }
}

function planReleases(dice: Dice): readonly Release[] {
  return Array.from({ length: dice.number(1, 3) }, () => ({
    atMs: dice.pick([1, 5, 20, 100, 3000]),
    skips: dice.once(3),
  }))
}
