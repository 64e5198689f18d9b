import { type Command, CommanderError } from 'commander'
import { asksForJson, asksForLogLines, normalizeArguments } from './arguments.ts'
import { exitCodes } from './exit-codes.ts'
import { exit, processTerminal } from './print.ts'
import { createProgram } from './program.ts'
import type { Shell } from './shell.ts'
import { version } from './version.ts'

/** Runs the command line, then ends the process with its exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  const shell: Shell = { cwd: process.cwd(), env: process.env, terminal: processTerminal() }
  await exit(await runCommandLine(argv, shell), asksForLogLines(normalizeArguments(argv)))
}

/** Runs one command line and resolves to its exit code. Prints errors and never rejects. */
export async function runCommandLine(argv: readonly string[], shell: Shell): Promise<number> {
  let exitCode: number = exitCodes.done
  const args = normalizeArguments(argv)
  const finish = (code: number): void => {
    exitCode = code
  }
  const program = createProgram(version(), shell, finish, args[0])
  try {
    const foreign = foreignCommand(program, args)
    if (foreign !== undefined) {
      const { pluginCommand } = await import('./commands/plugin-command.ts')
      const own = program.commands.map((command) => command.name())
      return await pluginCommand(foreign, args, own, shell)
    }
    if (args.length === 0) program.outputHelp()
    else await program.parseAsync(args, { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.done
    const { reportRefusal } = await import('./report/refusal.ts')
    const command = namedCommand(program, argv)
    const form = { json: asksForJson(args), logs: asksForLogLines(args) }
    return reportRefusal(error, { command, ...form }, shell)
  }
}

/** The command that the arguments ask for, where it is none of millrace's own: a plugin may bring it. */
function foreignCommand(program: Command, args: readonly string[]): string | undefined {
  const name = args[0] === 'help' ? args[1] : args[0]
  if (name === undefined || name.startsWith('-') || name === 'help') return undefined
  return program.commands.some((one) => one.name() === name) ? undefined : name
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
