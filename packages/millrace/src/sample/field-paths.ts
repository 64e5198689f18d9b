// Records are data from outside: one that nests without end must not end the check.
const depthMax = 6

/**
 * The paths of all fields that records have, such as `customer` and `customer.name`; undefined when a record is no object, and
 * therefore anything might be meant.
 */
export function fieldPaths(records: readonly unknown[]): readonly string[] | undefined {
  const paths = new Set<string>()
  for (const record of records) {
    if (!isObject(record)) return undefined
    collect(record, '', 1, paths)
  }
  return [...paths]
}

function collect(object: object, prefix: string, depth: number, paths: Set<string>): void {
  for (const [name, value] of Object.entries(object)) {
    paths.add(prefix + name)
    if (depth < depthMax && isObject(value)) collect(value, `${prefix}${name}.`, depth + 1, paths)
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether records with these fields can have `path`: they do, or nothing is known of what one of its parts holds. */
export function mayHave(fields: readonly string[], path: string): boolean {
  if (fields.includes(path)) return true
  for (let at = path.indexOf('.'); at !== -1; at = path.indexOf('.', at + 1)) {
    const part = path.slice(0, at)
    const holds = fields.some((field) => field.startsWith(`${part}.`))
    if (fields.includes(part) && !holds) return true
  }
  return false
}
