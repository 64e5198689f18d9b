import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'

import { TST_OPTION } from '../errors.ts'
import { parseChoices, renderChoices } from '../simulate/choices.ts'
import { wholeNumberOfEnvironment } from '../whole-number.ts'

const VARIABLE = 'MILLRACE_REPLAY'

/** A run to repeat. */
export interface Recorded {
  readonly seed: number
  readonly choices: readonly number[]
}

/** The shell command that repeats one run of the scenario `name`; `file` is where `explore` is called. */
export function replayCommand(name: string, file: string | undefined, recorded: Recorded): string {
  const word = `${name}:${recorded.seed}:${renderChoices(recorded.choices)}`
  const runner = process.env['VITEST'] === undefined ? 'node' : 'npx vitest run'
  const place = file === undefined ? '<your test file>' : relative(process.cwd(), file)
  return `${VARIABLE}='${word.replaceAll("'", String.raw`'\''`)}' ${runner} ${place}`
}

/** The run that the environment asks for, if it is one of the scenario `name`. Throws TST_OPTION, TST_CHOICES. */
export function recordedFor(name: string): Recorded | undefined {
  const word = process.env[VARIABLE]
  if (word === undefined) return undefined
  const [, asked, seed, choices = ''] = /^(.+):(\d+):([^:]+)$/s.exec(word) ?? []
  if (asked === undefined) {
    throw TST_OPTION({
      option: VARIABLE,
      value: JSON.stringify(word),
      expected: 'the name of a scenario, a seed and choices',
      hint: 'Copy the whole command that the failed test printed.',
    })
  }
  return asked === name ? { seed: Number(seed), choices: parseChoices(choices) } : undefined
}

/** The first seed and the number of seeds that the environment asks for, such as fresh ones and many in a nightly run. Throws TST_OPTION. */
export function seedsOfEnvironment(): { readonly firstSeed?: number; readonly seeds?: number } {
  const firstSeed = wholeNumberOfEnvironment('MILLRACE_FIRST_SEED', 0)
  const seeds = wholeNumberOfEnvironment('MILLRACE_SEEDS', 1)
  return {
    ...(firstSeed === undefined ? {} : { firstSeed }),
    ...(seeds === undefined ? {} : { seeds }),
  }
}

/** The file that called the function which calls this one. */
export function callerFile(stack: string | undefined): string | undefined {
  const line = stack?.split('\n')[2]
  const place = /\(?((?:file:\/\/|[A-Za-z]:|\/)[^()]*?\.[cm]?[jt]sx?):\d+/.exec(line ?? '')?.[1]
  return place?.startsWith('file:') === true ? fileURLToPath(place) : place
}
