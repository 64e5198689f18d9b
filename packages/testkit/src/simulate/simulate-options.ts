import { TST_OPTION } from '../errors.ts'
import { knownName, knownOptions } from '../known-name.ts'
import { milliseconds, wholeNumber } from '../whole-number.ts'
import { checkFaults, type Faults } from './faults.ts'
import { type Mode, modes } from './scheduler.ts'

/** How to simulate. */
export interface SimulateOptions {
  /** Fixes everything; default 1. */
  readonly seed?: number
  /** How the next actor is chosen; default `uniform`. */
  readonly mode?: Mode
  /** What fails and how often; default nothing. */
  readonly faults?: Faults
  /** False for paths that no fault may strike. */
  readonly faultsIn?: (path: string) => boolean
  /** Turns after which a simulation counts as restless (TST_TURNS); default 100,000. */
  readonly maxTurns?: number
  /** Wall clock at the start, epoch ms; default 0. */
  readonly startMs?: number
  /** Recorded choices to repeat; those of the seed are not made then. */
  readonly choices?: readonly number[]
  /** False: only the hash of the trace is kept. Default true. */
  readonly keepTrace?: boolean
  /** Name of the actor system, the first part of every path; default `sim`. */
  readonly name?: string
}

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
