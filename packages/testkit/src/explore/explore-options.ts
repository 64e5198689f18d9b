import { TST_OPTION } from '../errors.ts'
import { knownName, knownOptions } from '../known-name.ts'
import { checkFaults, type Faults } from '../simulate/faults.ts'
import { type Mode, modes } from '../simulate/scheduler.ts'
import { milliseconds, wholeNumber } from '../whole-number.ts'
import type { Checks } from './run-scenario.ts'

/** How to look for a run that breaks a check. */
export interface ExploreOptions<W> extends Checks<W> {
  /** Names the scenario in reports and replay commands; default `scenario`. */
  readonly name?: string
  /** How many seeds to run, at least 1; default 200. In exhaustive mode: the most runs, default 100,000. */
  readonly seeds?: number
  /** Runs seeds for so long instead, real minutes; one seed at least. */
  readonly minutes?: number
  /** The first seed; the others follow it. Default 1. */
  readonly firstSeed?: number
  /** How seeds choose, or `exhaustive`: every answer to the first `choicesMax` choices, without chance. Default `uniform`. */
  readonly mode?: Mode | 'exhaustive'
  /** Exhaustive mode: later choices are not varied; default 8. */
  readonly choicesMax?: number
  /** What fails and how often; default nothing. In exhaustive mode the odds do not matter. */
  readonly faults?: Faults
  /** False for paths that no fault may strike. */
  readonly faultsIn?: (path: string) => boolean
  /** Turns after which a run counts as restless; default 100,000. */
  readonly maxTurns?: number
  /** Runs spent on making a failing run simpler; default 1,000. */
  readonly shrinkRuns?: number
}

const known = {
  name: true,
  seeds: true,
  minutes: true,
  firstSeed: true,
  mode: true,
  choicesMax: true,
  faults: true,
  faultsIn: true,
  maxTurns: true,
  shrinkRuns: true,
  invariants: true,
  always: true,
  sometimes: true,
  liveness: true,
  within: true,
  forMs: true,
} satisfies Record<keyof ExploreOptions<never>, true>

/** Throws TST_OPTION for options of `explore` that do not exist, and values that they cannot have. */
export function checkOptions<W>(options: ExploreOptions<W>): void {
  const { seeds = 1, firstSeed = 1, minutes = 0, mode = 'uniform', faults } = options
  const { choicesMax = 0, maxTurns = 1, shrinkRuns = 0, within = 0, forMs = 0 } = options
  knownOptions('explore', options, known)
  wholeNumber('seeds', seeds, 1)
  wholeNumber('firstSeed', firstSeed, 0)
  if (!(Number.isFinite(minutes) && minutes >= 0)) {
    const expected = 'a number of at least 0'
    const hint = 'Give real time, such as 0.5 for half a minute.'
    throw TST_OPTION({ option: 'minutes', value: String(minutes), expected, hint })
  }
  knownName('mode', mode, [...modes, 'exhaustive'])
  checkFaults(faults)
  wholeNumber('choicesMax', choicesMax, 0)
  wholeNumber('maxTurns', maxTurns, 1)
  wholeNumber('shrinkRuns', shrinkRuns, 0)
  milliseconds('within', within)
  milliseconds('forMs', forMs)
}
