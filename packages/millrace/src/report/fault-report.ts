import type { MillraceError } from '@millrace/base'
import { type Shell, wantsStack } from '../shell.ts'
import { displayPath, renderFaults } from './fault-text.ts'
import { errorLine, logLine } from './log-line.ts'
import { plural } from './quantity.ts'

/** Writes all faults of a job file to stderr, and how many there are. */
export function reportFaults(file: string, faults: readonly MillraceError[], shell: Shell): void {
  const { cwd, terminal } = shell
  const paint = terminal.errorPaint
  const name = displayPath(file, cwd)
  terminal.error(`${renderFaults(faults, { cwd, paint })}\n`)
  terminal.error(
    paint('red', `${plural(faults.length, 'fault')} in ${name}; nothing has started.\n`),
  )
}

/** Writes what is wrong with a job file, or with the command line (null), to stdout, as JSON. */
export function printFaults(
  file: string | null,
  faults: readonly MillraceError[],
  warnings: readonly MillraceError[],
  shell: Shell,
): void {
  const result = { file, valid: faults.length === 0, faults, warnings }
  shell.terminal.out(`${JSON.stringify(result, undefined, 2)}\n`)
}

/** Writes warnings of a job file to stderr. */
export function reportWarnings(warnings: readonly MillraceError[], shell: Shell): void {
  const { cwd, terminal } = shell
  if (warnings.length === 0) return
  const options = { cwd, paint: terminal.errorPaint, kind: 'warning' } as const
  terminal.error(`${renderFaults(warnings, options)}\n`)
}

/** Writes errors, or faults of a job file, as lines on stderr. */
export function logErrors(errors: readonly unknown[], shell: Shell): void {
  for (const error of errors) {
    const line = errorLine(error, wantsStack(shell))
    shell.terminal.error(logLine({ level: 'error', ...line }, Date.now()))
  }
}
