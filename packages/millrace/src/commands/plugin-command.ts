import { nearestName } from '@millrace/base'
import { loadCommand } from '@millrace/loader/authoring'
import { CLI_NO_COMMAND } from '../errors.ts'
import { exitCodes } from '../exit-codes.ts'
import { exit } from '../print.ts'
import type { Shell } from '../shell.ts'
import { catchSignals } from '../signals.ts'

/** Runs the command that a plugin brings, or prints its help. `own` names the commands of millrace itself. */
export async function pluginCommand(
  name: string,
  args: readonly string[],
  own: readonly string[],
  shell: Shell,
): Promise<number> {
  const { cwd, terminal } = shell
  const found = await loadCommand(name, cwd)
  if ('tried' in found) {
    const near = nearestName(name, [...own, ...found.known])
    throw CLI_NO_COMMAND({ name, near, tried: found.tried })
  }
  const { command } = found
  if (asksForHelp(args)) {
    terminal.out(`${command.summary}\n\n${command.help.trim()}\n`)
    return exitCodes.done
  }
  const interrupt = new AbortController()
  const release = catchSignals({
    first: () => interrupt.abort(),
    armed: () => terminal.error('stopping; once more ends at once\n'),
    second: () => void exit(exitCodes.secondSignal),
  })
  try {
    return await command.run(args.slice(1), {
      cwd,
      color: terminal.outPaint('bold', ' ') !== ' ',
      isTTY: terminal.interactive,
      signal: interrupt.signal,
      out: (text) => terminal.out(text),
      error: (text) => terminal.error(text),
    })
  } finally {
    release()
  }
}

function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--')
  const options = end === -1 ? args : args.slice(0, end)
  return args[0] === 'help' || options.includes('--help') || options.includes('-h')
}
