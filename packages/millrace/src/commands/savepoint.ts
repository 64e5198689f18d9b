import { resolve } from 'node:path'
import { askForSavepoint, exportState } from '@millrace/job'
import { CLI_NOTHING_KEPT } from '../errors.ts'
import { exitCodes } from '../exit-codes.ts'
import { displayPath } from '../report/fault-text.ts'
import { formatBytes, plural } from '../report/quantity.ts'
import type { Shell } from '../shell.ts'
import { stateOfJob, type StateOptions } from './state-of-job.ts'

/** Writes the state of a job to a file: of a running one as it is now, of another as its last checkpoint is. */
export async function savepointCommand(
  job: string,
  file: string | undefined,
  options: StateOptions,
  shell: Shell,
): Promise<number> {
  const found = await stateOfJob(job, options, { command: 'savepoint', shell })
  if (found === undefined) return exitCodes.badUsage
  const { checkpoint, plan } = found
  const { cwd, terminal } = shell
  const stamp = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')
  const path = resolve(cwd, file ?? `${plan.name}-${stamp}.savepoint`)
  const running = await askForSavepoint(checkpoint.dir, path)
  const written = running ?? (await exportState(checkpoint.dir, path))
  if (written === undefined) throw CLI_NOTHING_KEPT({ name: plan.name, dir: checkpoint.dir })
  if (options.json === true) {
    terminal.out(`${JSON.stringify({ ...written, isRunning: running !== undefined })}\n`)
    return exitCodes.done
  }
  const { bytes, number, read } = written
  const of = running === undefined ? 'the last checkpoint of a job that does not run' : 'taken now'
  terminal.out(
    `${displayPath(path, cwd)}: checkpoint ${number}, ${of}, ${plural(read, 'record')} read, ${formatBytes(bytes)}\n`,
  )
  return exitCodes.done
}
