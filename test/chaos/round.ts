import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Draw } from './draw.ts'
import { runJob } from './job-run.ts'
import type { WorldEnd } from './scenario.ts'
import { scenarios } from './scenarios.ts'

/** A job that is run once undisturbed and once disturbed. */
export interface RoundOptions {
  readonly scenario: string
  readonly seed: number
  /** About how many records make half a second of work. */
  readonly size: number
  /** How often the job is killed or stopped at most. Default: drawn, up to 14. */
  readonly fates?: number | undefined
  /** The folder with the `node_modules` in which the command and the plugins are. */
  readonly installed: string
  /** Whether the folder stays also where nothing is wrong. */
  readonly keep?: boolean | undefined
}

/** What came of it. */
export type Round = RoundOptions & WorldEnd & { readonly folder: string }

/** Runs a round. The outcome of the disturbed job must be that of the undisturbed one. */
export async function runRound(options: RoundOptions): Promise<Round> {
  const { fates, installed, keep, seed, size } = options
  const scenario = scenarios[options.scenario]
  if (scenario === undefined) throw new Error(`There is no scenario ${options.scenario}.`)
  const folder = mkdtempSync(join(tmpdir(), `millrace-chaos-`))
  const packages = resolve(installed, 'node_modules')
  symlinkSync(packages, join(folder, 'node_modules'))
  for (const name of ['input', 'traces']) mkdirSync(join(folder, name))
  for (const name of scenario.modules ?? []) {
    cpSync(resolve('test/chaos/actors', name), join(folder, 'input', name))
  }
  const command = join(realpathSync(join(packages, 'millrace')), 'bin', 'millrace.js')
  const world = { draw: new Draw(seed), size, fates, folder, command }
  const end = await ('run' in scenario ? scenario.run(world) : runJob(scenario, world))
  if (end.broken === undefined && keep !== true) rmSync(folder, { recursive: true })
  return { ...options, ...end, folder }
}
