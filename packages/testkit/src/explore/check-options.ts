import { TST_OPTION } from '../errors.ts'
import { knownName, knownOptions } from '../known-name.ts'
import { checkFaults } from '../simulate/faults.ts'
import { modes } from '../simulate/scheduler.ts'
import { milliseconds, wholeNumber } from '../whole-number.ts'
import type { ExploreOptions } from './explore.ts'

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
