import { existsSync } from 'node:fs'
import { join } from 'node:path'

const names = [
  'millrace.yaml',
  'millrace.yml',
  'millrace.json',
  'configs/default.yaml',
  'configs/default_config.yml',
]

/**
 * The job file that is meant when none is named: the first of `millrace.yaml`, `millrace.yml`, `millrace.json`,
 * `configs/default.yaml` and `configs/default_config.yml` that exists in `cwd`. `tried` lists all five.
 */
export function findJobFile(cwd: string): {
  readonly file?: string
  readonly tried: readonly string[]
} {
  const file = names.map((name) => join(cwd, name)).find((path) => existsSync(path))
  return { ...(file === undefined ? {} : { file }), tried: names }
}
