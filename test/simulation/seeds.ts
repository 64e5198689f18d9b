import type { ExploreReport } from '@millrace/testkit'

/** Which seeds to run: a count, or as many as fit into so many real minutes. */
export interface SeedRange {
  readonly firstSeed: number
  readonly seeds?: number
  readonly minutes?: number
}

/** A scenario of this folder, ready to run under seeds. */
export interface Campaign {
  readonly name: string
  readonly run: (range: SeedRange) => Promise<ExploreReport>
}

const SEEDS = 2 ** 31

/** The first seed of a run: the one that MILLRACE_SEED gives, else one that nobody has run. */
export function firstSeed(): number {
  const given = process.env['MILLRACE_SEED']
  if (given === undefined || given === '') return Math.floor(Math.random() * SEEDS)
  const seed = Number(given)
  if (Number.isSafeInteger(seed)) return seed
  throw new Error(`MILLRACE_SEED must be a whole number; got "${given}".`)
}
