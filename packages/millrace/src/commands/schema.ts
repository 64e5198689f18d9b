import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { jobSchema } from '@millrace/loader/authoring'
import { exitCodes } from '../exit-codes.ts'
import type { Shell } from '../shell.ts'

/** Prints or writes a JSON Schema of job files, made from the plugins that are installed for the folder. */
export async function schemaCommand(
  options: { readonly output?: string },
  shell: Shell,
): Promise<number> {
  const text = `${JSON.stringify(await jobSchema(shell.cwd), undefined, 2)}\n`
  if (options.output === undefined || options.output === '-') {
    shell.terminal.out(text)
    return exitCodes.done
  }
  await writeFile(resolve(shell.cwd, options.output), text)
  const line = `# yaml-language-server: $schema=${options.output}`
  shell.terminal.out(
    `${options.output} written. Begin a job file with this line to use it:\n${line}\n`,
  )
  return exitCodes.done
}
