import { ANOMALY_USAGE } from '../errors.ts'

/**
 * All combinations of `{ name: [value, …] }`, the last name changing first; a value that is no list is the same in all. Throws
 * ANOMALY_USAGE where there are none.
 */
export function combinations(grid: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (typeof grid !== 'object' || grid === null || Array.isArray(grid)) {
    throw ANOMALY_USAGE({ problem: `--grid must be an object of lists, such as '{"k": [3, 5]}'` })
  }
  let all: readonly Readonly<Record<string, unknown>>[] = [{}]
  for (const [name, choices] of Object.entries(grid)) {
    const list: readonly unknown[] = Array.isArray(choices) ? choices : [choices]
    if (list.length === 0) throw ANOMALY_USAGE({ problem: `--grid has no value for "${name}"` })
    all = all.flatMap((one) => list.map((value) => ({ ...one, [name]: value })))
  }
  return all
}
