import { readFileSync } from 'node:fs'
import { type Command, CommanderError } from 'commander'
import { normalizeArguments } from './arguments.ts'
import { exitCodes } from './exit-codes.ts'
import { exit, processTerminal } from './print.ts'
import { createProgram } from './program.ts'
import type { Shell } from './shell.ts'

/** Runs the command line, then ends the process with its exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  const shell: Shell = { cwd: process.cwd(), env: process.env, terminal: processTerminal() }
  await exit(await runCommandLine(argv, shell))
}

/** Runs one command line and resolves to its exit code. Prints errors and never rejects. */
export async function runCommandLine(argv: readonly string[], shell: Shell): Promise<number> {
  let exitCode: number = exitCodes.done
  const program = createProgram(version(), shell, (code) => {
    exitCode = code
  })
  try {
    const args = normalizeArguments(argv)
    if (args.length === 0) program.outputHelp()
    else await program.parseAsync(args, { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) return usageCode(error, shell, namedCommand(program, argv))
    const { renderAny } = await import('./report/fault-text.ts')
    const { isMillraceError } = await import('@millrace/base')
    const { wantsStack } = await import('./shell.ts')
    const options = { cwd: shell.cwd, paint: shell.terminal.errorPaint }
    shell.terminal.error(renderAny(error, options, wantsStack(shell)))
    return isMillraceError(error) ? exitCodes.badUsage : exitCodes.jobFailed
  }
}

/** Commander has printed help, the version or what is wrong with the arguments. */
function usageCode(error: CommanderError, shell: Shell, command: string): number {
  if (error.exitCode === 0) return exitCodes.done
  if (error.code !== 'commander.help') {
    shell.terminal.error(`  next Run "${command} --help" to see what there is.\n`)
  }
  return exitCodes.badUsage
}

/** The command that the arguments name, such as `millrace dead-letter ls`. */
function namedCommand(program: Command, argv: readonly string[]): string {
  const words = [program.name()]
  let command: Command | undefined = program
  for (const word of argv) {
    command = command.commands.find((one) => one.name() === word)
    if (command === undefined) break
    words.push(word)
  }
  return words.join(' ')
}

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { readonly version: string }).version
}
