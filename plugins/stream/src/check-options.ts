import { nearestName, parseDuration } from '@millrace/base'
import { STREAM_OPTION } from './errors.ts'

/** Throws `STREAM_OPTION` where options have a member that does not exist: a misspelled one must not be ignored. */
export function refuseUnknown(options: object, known: readonly string[], of: string): void {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue
    const near = nearestName(name, known)
    const hint = near === undefined ? `There are: ${known.join(', ')}.` : `Did you mean "${near}"?`
    throw STREAM_OPTION({ problem: `Unknown option "${name}" of ${of}`, hint })
  }
}

/** A duration with a unit, or ms. Throws `STREAM_OPTION`. */
export function readDuration(name: string, given: string | number): number {
  const value = typeof given === 'string' ? parseDuration(given) : given
  if (value !== undefined && Number.isFinite(value) && value > 0) return value
  throw STREAM_OPTION({
    problem: `"${name}" is a duration above zero; got ${JSON.stringify(given)}`,
    hint: `For example: ${name}: '30s', or a number of ms.`,
  })
}

/** A whole number from 1 on. Throws `STREAM_OPTION`. */
export function readCount(name: string, given: number): number {
  if (Number.isSafeInteger(given) && given >= 1) return given
  throw STREAM_OPTION({
    problem: `"${name}" is a whole number from 1 on; got ${JSON.stringify(given)}`,
    hint: `For example: ${name}: 10`,
  })
}
