import type { Round, RoundOptions } from './round.ts'
import { runRound } from './round.ts'
import { phases } from './steps.ts'

/** What to hunt with. */
export interface HuntOptions {
  readonly scenarios: readonly string[]
  /** Of the first round; each later one has the next. */
  readonly seed: number
  readonly size: number
  /** Rounds at a time. */
  readonly jobs: number
  readonly fates?: number | undefined
  readonly installed: string
  readonly keep?: boolean | undefined
  /** Whether to begin another round. */
  readonly goesOn: (tally: Tally) => boolean
  readonly onRound?: (round: Round, tally: Tally) => void
}

/** What was counted. */
export interface Tally {
  rounds: number
  lives: number
  kills: number
  /** Lives that were stopped in good order. */
  stops: number
  readonly phases: Record<string, number>
  /** Rounds that were clean, by scenario. */
  readonly clean: Record<string, number>
  readonly broken: Round[]
}

/** Runs rounds, the scenarios in turn, until it has enough. */
export async function hunt(options: HuntOptions): Promise<Tally> {
  const { fates, installed, jobs, keep, scenarios, seed, size } = options
  const tally: Tally = {
    rounds: 0,
    lives: 0,
    kills: 0,
    stops: 0,
    phases: Object.fromEntries(phases.map((phase) => [phase, 0])),
    clean: Object.fromEntries(scenarios.map((name) => [name, 0])),
    broken: [],
  }
  let next = 0
  const work = async (): Promise<void> => {
    while (options.goesOn(tally)) {
      const index = next++
      const scenario = scenarios[index % scenarios.length] ?? ''
      const round: RoundOptions = { scenario, seed: seed + index, size, fates, installed, keep }
      const done = await runRound(round)
      count(done, tally)
      options.onRound?.(done, tally)
    }
  }
  await Promise.all(Array.from({ length: jobs }, work))
  return tally
}

function count(round: Round, tally: Tally): void {
  tally.rounds++
  for (const { end, phase, turn } of round.lives) {
    tally.lives++
    if (end === 'done' && turn.fate.kind === 'stop') tally.stops++
    if (phase === undefined) continue
    tally.kills++
    tally.phases[phase] = (tally.phases[phase] ?? 0) + 1
  }
  if (round.broken !== undefined) tally.broken.push(round)
  else tally.clean[round.scenario] = (tally.clean[round.scenario] ?? 0) + 1
}
