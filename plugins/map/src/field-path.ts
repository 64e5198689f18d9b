/** A record or part of one with fields. */
export type Fields = Record<string, unknown>

/** True for what has fields: not for null, lists, text or numbers. */
export function hasFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value at a path, own fields only; null where there is none. */
export function readPath(record: unknown, path: readonly string[]): unknown {
  let value = record
  for (const name of path) {
    if (!hasFields(value) || !Object.hasOwn(value, name)) return null
    value = value[name]
  }
  return value
}

/** Sets the value at a path of `target`. Objects on the way are copied first: they may belong to the incoming record. */
export function writePath(target: Fields, path: readonly string[], value: unknown): void {
  let parent = target
  const last = path.length - 1
  for (let depth = 0; depth < last; depth++) {
    const name = path[depth] ?? ''
    const child = Object.hasOwn(parent, name) ? parent[name] : undefined
    const copy: Fields = hasFields(child) ? { ...child } : {}
    parent[name] = copy
    parent = copy
  }
  parent[path[last] ?? ''] = value
}

/** Takes the field at a path out of `target`, copying the objects on the way. Nothing happens where it is missing. */
export function dropPath(target: Fields, path: readonly string[]): void {
  const [name = '', ...rest] = path
  const child = Object.hasOwn(target, name) ? target[name] : undefined
  if (!hasFields(child)) return
  if (rest.length > 1) {
    const copy = { ...child }
    dropPath(copy, rest)
    target[name] = copy
  } else {
    const { [rest[0] ?? '']: _dropped, ...kept } = child
    target[name] = kept
  }
}
