/** Levels of a record that a dead letter keeps: with its own few, no more than 1,000, which a reader may insist on. */
const depthMax = 990

/**
 * The record as a dead letter carries it: the same one where JSON can hold it, else a copy with words in the place of
 * what cannot be written (numbers that are not finite, bigints, functions, circles, what nests too deeply).
 */
export function plainRecord(record: unknown): unknown {
  if (record === undefined) return null
  try {
    return isPlain(record, 0) ? record : toPlain(record, new Set())
  } catch {
    // A getter of its own threw.
    return null
  }
}

function isPlain(value: unknown, depth: number): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || value === null) return isText(value)
  if (depth === depthMax) return false
  if (Array.isArray(value)) return value.every((item) => isPlain(item, depth + 1))
  if (value instanceof Date) return Number.isFinite(value.getTime())
  for (const name in value) {
    if (!isPlain((value as Record<string, unknown>)[name], depth + 1)) return false
  }
  return true
}

function isText(value: unknown): boolean {
  return typeof value !== 'bigint' && typeof value !== 'function' && typeof value !== 'symbol'
}

function toPlain(value: unknown, around: Set<object>): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (typeof value === 'function') return '(function)'
  if (typeof value !== 'object' || value === null) return isText(value) ? value : String(value)
  if (around.has(value)) return '(circular)'
  if (around.size === depthMax) return '(too deep)'
  if (value instanceof Date) return Number.isFinite(value.getTime()) ? value : String(value)
  around.add(value)
  const copy = Array.isArray(value)
    ? value.map((item) => toPlain(item, around))
    : Object.fromEntries(Object.entries(value).map(([name, item]) => [name, toPlain(item, around)]))
  around.delete(value)
  return copy
}
