import { isMillraceError, type MillraceError } from '@millrace/base'
import { CommanderError } from 'commander'
import { CLI_USAGE } from '../errors.ts'
import { exitCodes } from '../exit-codes.ts'
import { type Shell, wantsStack } from '../shell.ts'
import { logErrors, printFaults } from './fault-report.ts'
import { renderAny } from './fault-text.ts'

/** Says why a command line was not carried out: as the faults of a job file where JSON is asked for, as lines where logs are to be JSON. Returns the exit code. */
export function reportRefusal(
  error: unknown,
  {
    command,
    json,
    logs,
  }: { readonly command: string; readonly json: boolean; readonly logs: boolean },
  shell: Shell,
): number {
  const { cwd, terminal } = shell
  // Commander has printed the help, for people.
  const isHelp = error instanceof CommanderError && error.code === 'commander.help'
  const fault = error instanceof CommanderError ? usageFault(error, command) : error
  if (json && isMillraceError(fault)) printFaults(null, [fault], [], shell)
  else if (logs) logErrors([fault], shell)
  else if (!isHelp) {
    terminal.error(renderAny(fault, { cwd, paint: terminal.errorPaint }, wantsStack(shell)))
  }
  return isMillraceError(fault) ? exitCodes.badUsage : exitCodes.jobFailed
}

/** What is wrong with the arguments; `command` is the one whose help says more. */
function usageFault({ code, message }: CommanderError, command: string): MillraceError {
  const problem = code === 'commander.help' ? `${command} needs one of its commands` : message
  const [sentence = '', near] = problem.replace(/^error: /, '').split('\n')
  return CLI_USAGE({
    problem: sentence.replace(/\.$/, ''),
    near: near?.replace(/^\(Did you mean (.*)\?\)$/, '$1'),
    command,
  })
}
