import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'

import { parseChoices, renderChoices } from '../simulate/choices.ts'

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

/** The run that the environment asks for, if it is one of the scenario `name`. */
export function recordedFor(name: string): Recorded | undefined {
  const word = process.env[VARIABLE]
  if (word === undefined || !word.startsWith(`${name}:`)) return undefined
  const [seed = '', choices = ''] = word.slice(name.length + 1).split(':')
  return { seed: Number(seed), choices: parseChoices(choices) }
}

/** The first seed and the number of seeds that the environment asks for, such as fresh ones and many in a nightly run. */
export function seedsOfEnvironment(): { readonly firstSeed?: number; readonly seeds?: number } {
  const { MILLRACE_FIRST_SEED: firstSeed, MILLRACE_SEEDS: seeds } = process.env
  return {
    ...(firstSeed === undefined ? {} : { firstSeed: Number(firstSeed) }),
    ...(seeds === undefined ? {} : { seeds: Number(seeds) }),
  }
}

/** The file that called the function which calls this one. */
export function callerFile(stack: string | undefined): string | undefined {
  const line = stack?.split('\n')[2]
  const place = /\(?((?:file:\/\/|[A-Za-z]:|\/)[^()]*?\.[cm]?[jt]sx?):\d+/.exec(line ?? '')?.[1]
  return place?.startsWith('file:') === true ? fileURLToPath(place) : place
}
