import { resolve } from 'node:path'
import { findJobFile, type LoadOptions } from '@millrace/loader'
import { parseAssignment, parseEndpoint } from './arguments.ts'
import { CLI_NO_JOB_FILE, CLI_TWO_JOB_FILES } from './errors.ts'
import type { Shell } from './shell.ts'

/** Options that every command with a job file takes. */
export interface JobFileOptions {
  readonly config?: string
  readonly input?: readonly string[]
  readonly dataStream?: string
  readonly output?: readonly string[]
  readonly set?: readonly string[]
  readonly strict?: boolean
}

/** What to load: the file that was named, or the one that is found, with what the flags change in it. */
export function loadOptions(
  argument: string | undefined,
  options: JobFileOptions,
  shell: Shell,
): Pick<LoadOptions, 'file' | 'cwd' | 'env' | 'inputs' | 'outputs' | 'set' | 'strict'> {
  if (argument !== undefined && options.config !== undefined) {
    throw CLI_TWO_JOB_FILES({ argument, option: options.config })
  }
  const inputs = (options.input ?? []).map((text) => parseEndpoint('--input', text))
  if (options.dataStream !== undefined) {
    inputs.push(parseEndpoint('--data-stream', options.dataStream))
  }
  return {
    file: resolve(shell.cwd, argument ?? options.config ?? foundFile(shell.cwd)),
    cwd: shell.cwd,
    env: shell.env,
    inputs,
    outputs: (options.output ?? []).map((text) => parseEndpoint('--output', text)),
    set: (options.set ?? []).map(parseAssignment),
    strict: options.strict ?? false,
  }
}

function foundFile(folder: string): string {
  const { file, tried } = findJobFile(folder)
  if (file === undefined) throw CLI_NO_JOB_FILE({ folder, tried })
  return file
}
