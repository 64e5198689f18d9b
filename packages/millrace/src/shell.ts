import type { Terminal } from './print.ts'

/** What a command may know of its surroundings; tests bring their own. */
export interface Shell {
  /** The shell's folder: relative paths of arguments start here. */
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly terminal: Terminal
}

/** Takes the exit code of the command that ran. */
export type Finish = (exitCode: number) => void

/** Stack traces are for those who ask. */
export function wantsStack(shell: Shell, logLevel?: string): boolean {
  return logLevel === 'debug' || (shell.env['MILLRACE_DEBUG'] ?? '0') !== '0'
}
