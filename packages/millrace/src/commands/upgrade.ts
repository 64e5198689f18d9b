import { setTimeout } from 'node:timers/promises'
import { askStatus, askToStop, checkState, nodeRuntime, untilFree } from '@millrace/job'
import { type CheckpointPlan, loadSpec } from '@millrace/loader'
import { CLI_NO_STATE, CLI_NOT_RUNNING } from '../errors.ts'
import { exitCodes } from '../exit-codes.ts'
import { loadOptions } from '../job-file.ts'
import { printFaults, reportFaults } from '../report/fault-report.ts'
import type { Shell } from '../shell.ts'
import { readStart } from './begin-state.ts'
import { runFile, type RunOptions } from './run.ts'

/** Between two looks at whether the old job has ended. */
const LOOK_MS = 100
/** How long a process may take to go after it has said its last. */
const GOING_MS = 30_000

/**
 * Puts the job of a file in the place of the one that runs: checks that it can take its state, stops that, and runs this. Where this
 * fails before its first checkpoint, the old one runs again, from the same state.
 */
export async function upgradeCommand(
  argument: string | undefined,
  options: RunOptions,
  shell: Shell,
): Promise<number> {
  const load = loadOptions(argument, options, shell)
  const { checkpoint, name } = (await check(load, options, shell)) ?? {}
  if (checkpoint === undefined || name === undefined) return exitCodes.badUsage
  const say = (sentence: string): void => {
    if (options.quiet !== true) shell.terminal.error(`${name}: ${sentence}\n`)
  }
  const running = await askStatus(checkpoint.dir)
  if (running === undefined) throw CLI_NOT_RUNNING({ name, command: 'upgrade' })
  const before = await readStart(checkpoint.dir)
  say(`the new job can take the state; stopping process ${running.pid}`)
  await askToStop(checkpoint.dir)
  await gone(checkpoint.dir)
  const { code, summary } = await runFile(load, options, shell)
  // Without a summary and done: the old job had finished before it could be stopped.
  const isTaken = summary === undefined ? code === exitCodes.done : summary.state !== 'failed'
  if (isTaken || (summary?.checkpoint?.count ?? 0) > 0) return code
  if (before === undefined) {
    say('what ran before is not known; nothing runs now')
    return code
  }
  say('the new job has failed before its first checkpoint; going back to the one before')
  const same = { ...options, allowChanged: [], allowDroppedState: false }
  const back = await runFile({ ...before, env: shell.env }, same, shell)
  if (back.code === exitCodes.jobFailed || back.code === exitCodes.badUsage) {
    say('the one before has failed, too; nothing runs now')
    say(
      'modules are taken as they lie there: put the old ones back, then start it with millrace run',
    )
  }
  return exitCodes.jobFailed
}

/** Loads the new job and compares it with the state; undefined: it cannot take it, which was said. */
async function check(
  load: ReturnType<typeof loadOptions>,
  options: RunOptions,
  shell: Shell,
): Promise<{ checkpoint: CheckpointPlan; name: string } | undefined> {
  const loaded = await loadSpec(load)
  const { plan, warnings } = loaded
  const { allowChanged: changed, allowDroppedState: droppedState } = options
  let { faults } = loaded
  try {
    if (plan?.checkpoint === undefined && plan !== undefined)
      throw CLI_NO_STATE({ option: 'upgrade' })
    if (faults.length === 0) {
      faults = await checkState(loaded, { changed, droppedState }, nodeRuntime)
    }
  } finally {
    await loaded.dispose()
  }
  if (faults.length === 0 && plan?.checkpoint !== undefined) {
    return { checkpoint: plan.checkpoint, name: plan.name }
  }
  if (options.json === true) printFaults(load.file, faults, warnings, shell)
  else reportFaults(load.file, faults, shell)
  return undefined
}

/** Resolves when nobody runs a job with this state, nor holds it any more. */
async function gone(dir: string): Promise<void> {
  while ((await askStatus(dir).catch(() => undefined)) !== undefined) await setTimeout(LOOK_MS)
  await untilFree({ directory: dir, runtime: nodeRuntime, timeoutMs: GOING_MS })
}
