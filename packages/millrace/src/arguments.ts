import { idPattern } from '@millrace/base'
import type { Endpoint } from '@millrace/loader'
import { CLI_EMPTY_PATH, CLI_SET_FORM } from './errors.ts'

/** One `--set path=value`. */
export interface Assignment {
  readonly path: string
  readonly value: string
}

const informs = new Set(['-h', '--help', '-V', '--version'])

/**
 * Spells long options with dashes (`--data_stream` is `--data-stream`) and gives a command line that begins with an
 * option, such as `--config job.yaml --data_stream in.txt`, the command `run`.
 */
export function normalizeArguments(argv: readonly string[]): string[] {
  const end = argv.indexOf('--')
  const dashed = argv.map((argument, index) => {
    if (!/^--[a-z]/.test(argument) || (end !== -1 && index > end)) return argument
    const value = argument.indexOf('=')
    const name = value === -1 ? argument : argument.slice(0, value)
    return name.replaceAll('_', '-') + argument.slice(name.length)
  })
  const first = dashed[0]
  const isOption = first !== undefined && /^-./.test(first) && !informs.has(first)
  return isOption ? ['run', ...dashed] : dashed
}

/** Whether the command line, as `normalizeArguments` gives it, asks for JSON, even where the rest of it makes no sense. */
export function asksForJson(args: readonly string[]): boolean {
  return optionsOf(args).some((option, index, options) => {
    if (option === '--json' || option === '--format=json' || option === '-fjson') return true
    return option === 'json' && ['-f', '--format'].includes(options[index - 1] ?? '')
  })
}

/** Whether it asks for logs as JSON, likewise. */
export function asksForLogLines(args: readonly string[]): boolean {
  return optionsOf(args).some((option, index, options) => {
    return (
      option === '--log-format=json' || (option === 'json' && options[index - 1] === '--log-format')
    )
  })
}

function optionsOf(args: readonly string[]): readonly string[] {
  const end = args.indexOf('--')
  return end === -1 ? args : args.slice(0, end)
}

/** Reads `[id=]file`. What stands before the `=` counts as an id only if it can be one, so `./a=b.txt` is a path. */
export function parseEndpoint(option: string, text: string): Endpoint {
  const [id = '', ...rest] = text.split('=')
  const hasId = rest.length > 0 && idPattern.test(id)
  const path = hasId ? rest.join('=') : text
  if (path === '') throw CLI_EMPTY_PATH({ option, text })
  return hasId ? { id, path } : { path }
}

/** Reads `path=value`; the value may contain further `=` and may be empty. */
export function parseAssignment(text: string): Assignment {
  const at = text.indexOf('=')
  if (at < 1) throw CLI_SET_FORM({ text })
  return { path: text.slice(0, at), value: text.slice(at + 1) }
}
