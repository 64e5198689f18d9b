import type { MillraceError } from '@millrace/base'
import { loadSpec } from '@millrace/loader'
import { exitCodes } from '../exit-codes.ts'
import { loadOptions, type JobFileOptions } from '../job-file.ts'
import { reportFaults, reportWarnings } from '../report/fault-report.ts'
import { displayPath } from '../report/fault-text.ts'
import { plural } from '../report/quantity.ts'
import { sampleFaults } from '../sample.ts'
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
    const { plan } = loaded
    const sampled = options.sample === true && loaded.faults.length === 0
    const found = sampled ? await sampleFaults(loaded) : []
    const strict = options.strict === true
    const faults = strict ? [...loaded.faults, ...found] : loaded.faults
    const warnings = strict ? loaded.warnings : [...loaded.warnings, ...found]
    if (options.json === true) printJson(load.file, faults, warnings, shell)
    else {
      reportWarnings(warnings, shell)
      if (faults.length > 0) reportFaults(load.file, faults, shell)
      else {
        const name = displayPath(load.file, shell.cwd)
        const parts = plan === undefined ? '' : `: ${plural(plan.nodes.length, 'node')}`
        const and = warnings.length === 0 ? '' : `, ${plural(warnings.length, 'warning')}`
        const ok = shell.terminal.outPaint('green', 'valid')
        shell.terminal.out(`${name} is ${ok}${parts}${and}\n`)
      }
    }
    return faults.length > 0 ? exitCodes.badUsage : exitCodes.done
  } finally {
    await loaded.dispose()
  }
}

function printJson(
  file: string,
  faults: readonly MillraceError[],
  warnings: readonly MillraceError[],
  shell: Shell,
): void {
  const result = { file, valid: faults.length === 0, faults, warnings }
  shell.terminal.out(`${JSON.stringify(result, undefined, 2)}\n`)
}
