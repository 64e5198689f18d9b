import { type CheckpointPlan, type JobPlan, loadSpec } from '@millrace/loader'
import { CLI_NO_STATE } from '../errors.ts'
import { type JobFileOptions, loadOptions } from '../job-file.ts'
import { printFaults, reportFaults } from '../report/fault-report.ts'
import type { Shell } from '../shell.ts'

/** Where the state of a job is. */
export interface StateOfJob {
  readonly plan: JobPlan
  readonly checkpoint: CheckpointPlan
}

/** Options of every command that looks at the state of a job. */
export interface StateOptions extends JobFileOptions {
  readonly json?: boolean
}

/** Where the job of a file keeps its state; undefined: the file has faults, which were said. Throws CLI_NO_STATE. */
export async function stateOfJob(
  argument: string | undefined,
  options: StateOptions,
  { command, shell }: { readonly command: string; readonly shell: Shell },
): Promise<StateOfJob | undefined> {
  const load = loadOptions(argument, options, shell)
  const loaded = await loadSpec({ ...load, endpoints: 'optional' })
  await loaded.dispose()
  const { faults, plan, warnings } = loaded
  if (plan === undefined) {
    if (options.json === true) printFaults(load.file, faults, warnings, shell)
    else reportFaults(load.file, faults, shell)
    return undefined
  }
  if (plan.checkpoint === undefined) throw CLI_NO_STATE({ option: command })
  return { plan, checkpoint: plan.checkpoint }
}
