/**
 * Adds the paths of all fields of a record to `paths`, such as `customer` and `customer.name`, down to `depth` names.
 * What is no object has none.
 */
export function addFieldPaths(record: unknown, depth: number, paths: Set<string>): void {
  add(record, '', depth, paths)
}

function add(value: unknown, prefix: string, depth: number, paths: Set<string>): void {
  if (!hasFields(value)) return
  for (const name of Object.keys(value)) {
    const path = prefix + name
    paths.add(path)
    if (depth > 1) add(value[name], `${path}.`, depth - 1, paths)
  }
}

/** Whether a record has a field of its own at a path; null is a value too. Lists have no fields. */
export function carries(record: unknown, path: readonly string[]): boolean {
  let value = record
  for (const name of path) {
    if (!hasFields(value) || !Object.hasOwn(value, name)) return false
    value = value[name]
  }
  return true
}

function hasFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
