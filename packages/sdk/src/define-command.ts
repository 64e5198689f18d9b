/** What a command knows of its surroundings, and where it writes. */
export interface CommandTerminal {
  /** The shell's folder: relative paths of arguments start here. */
  readonly cwd: string
  /** Whether standard output shows colors. */
  readonly color: boolean
  /** Whether standard error is a terminal that can redraw a line. */
  readonly isTTY: boolean
  /** Aborted by the first Ctrl-C or SIGTERM: end in good order. A second one ends the process. */
  readonly signal: AbortSignal
  /** Writes results, to standard output. Adds no line end. */
  out(text: string): void
  /** Writes what is said about the work, to standard error. Adds no line end. */
  error(text: string): void
}

/** A command that a package brings to the command line: `millrace NAME …`. */
export interface CommandDefinition {
  readonly kind: 'command'
  /** What stands behind `millrace`, such as `anomaly`. The commands of millrace itself come first. */
  readonly name: string
  /** One sentence. */
  readonly summary: string
  /** Printed for `--help` and `-h`, wherever they stand before a `--`: usage, options, examples. */
  readonly help: string
  /**
   * Does the work and resolves to the exit code: 0 done, 1 failed, 2 bad usage with nothing done. `args` are what stands behind the
   * name, as it was typed. A coded error that is thrown is printed with its next step and ends with 2, any other with 1.
   */
  run(args: readonly string[], terminal: CommandTerminal): Promise<number> | number
}

/** Declares a command. Its package.json lists it: `"millrace": { "command": { "NAME": "./command" } }`. */
export function defineCommand(definition: Omit<CommandDefinition, 'kind'>): CommandDefinition {
  return { kind: 'command', ...definition }
}
