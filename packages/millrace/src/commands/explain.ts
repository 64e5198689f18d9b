import { loadSpec } from '@millrace/loader'
import { exitCodes } from '../exit-codes.ts'
import { loadOptions, type JobFileOptions } from '../job-file.ts'
import { printFaults, reportFaults, reportWarnings } from '../report/fault-report.ts'
import { renderMermaid } from '../report/plan-mermaid.ts'
import { renderPlan } from '../report/plan-text.ts'
import type { Shell } from '../shell.ts'

/** Options of `millrace explain`. */
export interface ExplainOptions extends JobFileOptions {
  readonly format: 'text' | 'mermaid' | 'json'
  /** The same as the format json. */
  readonly json?: boolean
}

/** Shows what a job would do: stages, edges, keys, every default, guarantees, where each kind of record goes. */
export async function explainCommand(
  argument: string | undefined,
  options: ExplainOptions,
  shell: Shell,
): Promise<number> {
  const load = loadOptions(argument, options, shell)
  const loaded = await loadSpec({ ...load, endpoints: 'optional' })
  const { plan } = loaded
  const format = options.json === true ? 'json' : options.format
  await loaded.dispose()
  if (loaded.faults.length > 0 || plan === undefined) {
    if (format === 'json') printFaults(load.file, loaded.faults, loaded.warnings, shell)
    else reportFaults(load.file, loaded.faults, shell)
    return exitCodes.badUsage
  }
  const { terminal } = shell
  reportWarnings(loaded.warnings, shell)
  if (format === 'json') terminal.out(`${JSON.stringify(plan, undefined, 2)}\n`)
  else if (format === 'mermaid') terminal.out(renderMermaid(plan))
  else terminal.out(renderPlan(plan, { paint: terminal.outPaint, cwd: shell.cwd }))
  return exitCodes.done
}
