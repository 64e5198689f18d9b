import { isMillraceError } from '@millrace/base'
import type { Summary } from '@millrace/engine'
import { nodeRuntime } from '@millrace/engine/host'
import { Job } from '@millrace/job/job'
import { loadSpec, type JobPlan } from '@millrace/loader'
import { exitCodes } from '../exit-codes.ts'
import { loadOptions, type JobFileOptions } from '../job-file.ts'
import { printFaults, reportFaults, reportWarnings } from '../report/fault-report.ts'
import { displayPath, renderAny } from '../report/fault-text.ts'
import { readResults, renderResults, resultFile } from '../report/first-results.ts'
import { lineLogger, type LogLevel } from '../report/log.ts'
import { deadLetterPlace, sourceNames, writesStdout } from '../report/plan-files.ts'
import { progressDisplay, silentDisplay } from '../report/progress-display.ts'
import { summaryJson } from '../report/summary-json.ts'
import { renderSummary } from '../report/summary-text.ts'
import { type Shell, wantsStack } from '../shell.ts'
import { runToEnd } from './run-to-end.ts'

/** Options of `millrace run`. */
export interface RunOptions extends JobFileOptions {
  readonly json?: boolean
  readonly quiet?: boolean
  readonly logLevel?: LogLevel
  readonly drain?: boolean
  readonly failOnDeadLetter?: boolean
}

/** Runs a job to its end, or until a signal stops it. Resolves to the exit code. */
export async function runCommand(
  argument: string | undefined,
  options: RunOptions,
  shell: Shell,
): Promise<number> {
  const load = loadOptions(argument, options, shell)
  const loaded = await loadSpec(load)
  const { spec, plan } = loaded
  if (spec === undefined || plan === undefined) {
    await loaded.dispose()
    if (options.json === true) printFaults(load.file, loaded.faults, loaded.warnings, shell)
    else reportFaults(load.file, loaded.faults, shell)
    return exitCodes.badUsage
  }
  const display = isSilent(plan, options)
    ? silentDisplay(shell.terminal)
    : progressDisplay(plan.name, shell.terminal)
  const level = options.logLevel ?? (options.quiet === true ? 'error' : 'info')
  const logger = lineLogger(level, (line) => display.say(line), shell.terminal.errorPaint)
  if (options.quiet !== true) reportWarnings(loaded.warnings, shell)
  const job = new Job({
    spec,
    runtime: nodeRuntime,
    logger,
    plan,
    values: loaded.values,
    warnings: loaded.warnings,
    dispose: () => loaded.dispose(),
  })
  const reads = sourceNames(plan).map((name) => displayPath(name, shell.cwd))
  const silent = isSilent(plan, options)
  const drain = options.drain === true
  const summary = await runToEnd(job, { display, silent, reads, drain }, shell)
  await report(summary, plan, options, shell)
  return exitCodeOf(summary, options)
}

/** Progress goes to stderr, unless a summary as JSON must stand there alone. */
function isSilent(plan: JobPlan, options: RunOptions): boolean {
  return options.quiet === true || (options.json === true && writesStdout(plan))
}

/** Results and summary, on stdout unless the job itself writes there; why a job failed, always on stderr. */
async function report(
  summary: Summary,
  plan: JobPlan,
  options: RunOptions,
  shell: Shell,
): Promise<void> {
  const { terminal, cwd } = shell
  const write = (text: string): void => {
    if (writesStdout(plan)) terminal.error(text)
    else terminal.out(text)
  }
  if (options.json === true) {
    write(`${JSON.stringify(summaryJson(summary))}\n`)
  } else if (options.quiet !== true && !isBrokenPipe(summary)) {
    const paint = writesStdout(plan) ? terminal.errorPaint : terminal.outPaint
    const place = deadLetterPlace(plan)
    const deadLetters = place === undefined ? undefined : displayPath(place, cwd)
    write(await firstResults(summary, plan, shell))
    write(renderSummary(summary, { paint, cwd, deadLetterPlace: deadLetters }))
  }
  if (summary.error !== undefined && !isBrokenPipe(summary)) {
    const stack = wantsStack(shell, options.logLevel)
    terminal.error(renderAny(summary.error, { cwd, paint: terminal.errorPaint }, stack))
  }
}

async function firstResults(summary: Summary, plan: JobPlan, shell: Shell): Promise<string> {
  const target = resultFile(plan)
  const written = summary.sinks.find(({ id }) => id === target?.id)?.written ?? 0
  if (target === undefined || written === 0 || summary.state === 'failed') return ''
  const { terminal, cwd } = shell
  const results = await readResults(target.path, target.format)
  if (results === undefined) return ''
  const options = { paint: terminal.outPaint, width: terminal.outColumns() }
  return `${renderResults(displayPath(target.path, cwd), results, written, options)}\n`
}

/** Who reads our output had enough (`| head`): not a failure of the job's. */
function isBrokenPipe(summary: Summary): boolean {
  return isMillraceError(summary.error, 'FILE_BROKEN_PIPE')
}

function exitCodeOf(summary: Summary, options: RunOptions): number {
  if (isBrokenPipe(summary)) return exitCodes.done
  if (summary.state === 'failed') return exitCodes.jobFailed
  const deadLettersFail = options.failOnDeadLetter === true && summary.deadLetters > 0
  return deadLettersFail ? exitCodes.jobFailed : exitCodes.done
}
