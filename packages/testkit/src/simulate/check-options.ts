import { TST_OPTION } from '../errors.ts'
import { knownName, knownOptions } from '../known-name.ts'
import { milliseconds, wholeNumber } from '../whole-number.ts'
import { checkFaults } from './faults.ts'
import { modes } from './scheduler.ts'
import type { SimulateOptions } from './simulate.ts'

const known = {
  seed: true,
  mode: true,
  faults: true,
  faultsIn: true,
  maxTurns: true,
  startMs: true,
  choices: true,
  keepTrace: true,
  name: true,
} satisfies Record<keyof SimulateOptions, true>

/** Throws TST_OPTION for options of `simulate` that do not exist, and values that they cannot have. */
export function checkOptions(options: SimulateOptions): void {
  const { seed = 1, mode = 'uniform', faults, maxTurns = 1, startMs = 0, choices = [] } = options
  knownOptions('simulate', options, known)
  wholeNumber('seed', seed, 0)
  knownName('mode', mode, modes)
  checkFaults(faults)
  wholeNumber('maxTurns', maxTurns, 1)
  milliseconds('startMs', startMs, true)
  if (!Array.isArray(choices)) {
    const expected = 'a list of whole numbers'
    const hint = 'Give the choices of a simulation, or parseChoices of the word that it printed.'
    throw TST_OPTION({ option: 'choices', value: String(choices), expected, hint })
  }
  for (const choice of choices) wholeNumber('One of choices', choice, 0)
}
