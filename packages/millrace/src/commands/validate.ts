import { loadSpec, type JobPlan } from '@millrace/loader'
import { exitCodes } from '../exit-codes.ts'
import { loadOptions, type JobFileOptions } from '../job-file.ts'
import { printFaults, reportFaults, reportWarnings } from '../report/fault-report.ts'
import { displayPath } from '../report/fault-text.ts'
import { plural } from '../report/quantity.ts'
import { sampleJob } from '../sample/sample-job.ts'
import type { Shell } from '../shell.ts'

/** Options of `millrace validate`. */
export interface ValidateOptions extends JobFileOptions {
  readonly sample?: boolean
  readonly json?: boolean
}

/** Says all that is wrong with a job file. Exit code 2 when it has faults; with `--strict` also for warnings. */
export async function validateCommand(
  argument: string | undefined,
  options: ValidateOptions,
  shell: Shell,
): Promise<number> {
  const load = loadOptions(argument, options, shell)
  const loaded = await loadSpec({ ...load, endpoints: 'optional' })
  try {
    const isSampled = options.sample === true && loaded.faults.length === 0
    const sample = isSampled ? await sampleJob(loaded) : undefined
    const strict = options.strict === true ? (sample?.warnings ?? []) : []
    const faults = [...loaded.faults, ...(sample?.faults ?? []), ...strict]
    const warnings = [
      ...loaded.warnings,
      ...(options.strict === true ? [] : (sample?.warnings ?? [])),
    ]
    if (options.json === true) printFaults(load.file, faults, warnings, shell)
    else {
      reportWarnings(warnings, shell)
      if (faults.length > 0) reportFaults(load.file, faults, shell)
      else reportValid(load.file, loaded.plan, warnings.length, sample?.sampled, shell)
    }
    return faults.length > 0 ? exitCodes.badUsage : exitCodes.done
  } finally {
    await loaded.dispose()
  }
}

function reportValid(
  file: string,
  plan: JobPlan | undefined,
  warnings: number,
  sampled: string | undefined,
  shell: Shell,
): void {
  const count = (kind: string): number =>
    plan?.nodes.filter((node) => node.kind === kind).length ?? 0
  const facts = [
    plural(count('source'), 'source'),
    plural(count('stage'), 'stage'),
    plural(count('sink'), 'sink'),
    ...(warnings === 0 ? [] : [plural(warnings, 'warning')]),
    ...(sampled === undefined ? [] : [sampled]),
  ]
  const valid = shell.terminal.outPaint('green', 'valid')
  shell.terminal.out(`${displayPath(file, shell.cwd)} is ${valid}: ${facts.join(', ')}\n`)
}
