import { nearestName } from '@millrace/base'

/** The fault of a value that must be one of some names; nothing if it is. */
export function* choiceFaults(
  key: string,
  value: unknown,
  known: readonly string[],
): Generator<string> {
  if (known.some((name) => name === value)) return
  yield `${key} must be one of ${known.join(', ')}; got ${shown(value)}${didYouMean(value, known)}`
}

/** One fault for each member of `object` that is not known. */
export function* unknownKeyFaults(
  object: object,
  at: string,
  known: readonly string[],
): Generator<string> {
  for (const key of Object.keys(object)) {
    if (known.includes(key)) continue
    yield `${at}"${key}" is unknown${didYouMean(key, known)}; known are ${known.join(', ')}`
  }
}

function didYouMean(value: unknown, known: readonly string[]): string {
  const near = typeof value === 'string' ? nearestName(value, known) : undefined
  return near === undefined ? '' : ` (did you mean "${near}"?)`
}

/** A value as a fault quotes it. */
export function shown(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : String(value)
}
