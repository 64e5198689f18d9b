import { existsSync } from 'node:fs'
import { join } from 'node:path'

const names = [
  'millrace.yaml',
  'millrace.yml',
  'millrace.json',
  'configs/default.yaml',
  'configs/default_config.yml',
] as const

/** The job file of a folder where none is named: the first of a fixed list that exists, and the names that were tried until then. */
export function findJobFile(cwd: string): {
  readonly file?: string
  readonly tried: readonly string[]
} {
  const index = names.findIndex((name) => existsSync(join(cwd, name)))
  const name = names[index]
  return name === undefined
    ? { tried: names }
    : { file: join(cwd, name), tried: names.slice(0, index + 1) }
}
