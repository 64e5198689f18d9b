import { askToResize } from '@millrace/job'
import { CLI_NOT_RUNNING } from '../errors.ts'
import { exitCodes } from '../exit-codes.ts'
import { plural } from '../report/quantity.ts'
import type { Shell } from '../shell.ts'
import { stateOfJob, type StateOptions } from './state-of-job.ts'

/** Gives a stage of a running job another number of workers. Throws CLI_NOT_RUNNING, and what the job answers. */
export async function resizeCommand(
  job: string,
  stage: string,
  workers: string,
  options: StateOptions,
  shell: Shell,
): Promise<number> {
  const found = await stateOfJob(job, options, { command: 'resize', shell })
  if (found === undefined) return exitCodes.badUsage
  const { checkpoint, plan } = found
  const count = /^\d+$/.test(workers) ? Number(workers) : workers
  // What is no number the job refuses, with what it takes.
  const resized = await askToResize(checkpoint.dir, stage, count as number)
  if (resized === undefined) throw CLI_NOT_RUNNING({ name: plan.name, command: 'resize' })
  const { terminal } = shell
  if (options.json === true) {
    terminal.out(`${JSON.stringify(resized)}\n`)
    return exitCodes.done
  }
  const { before } = resized
  const had = before === resized.workers ? 'as before' : `${before} before`
  terminal.out(`${resized.stage}: ${plural(resized.workers, 'worker')} now, ${had}\n`)
  return exitCodes.done
}
