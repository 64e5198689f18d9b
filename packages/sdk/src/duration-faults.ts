import { parseDuration } from '@millrace/base'
import type { ParameterFault } from './schema.ts'

/**
 * What is wrong with a length of time such as `10s` that stands at `path`: nothing where it is a whole number of milliseconds of
 * at least `leastMs`, or where there is none. For the `check` of a definition.
 */
export function durationFaults(
  path: ParameterFault['path'],
  text: string | undefined,
  leastMs: 0 | 1 = 1,
): readonly ParameterFault[] {
  if (text === undefined) return []
  const ms = parseDuration(text)
  if (ms !== undefined && Number.isSafeInteger(ms) && ms >= leastMs) return []
  const expected =
    ms === undefined
      ? 'a length of time with a unit'
      : ms === 0
        ? 'a length of time above 0'
        : 'a whole number of milliseconds'
  const message = `must be ${expected}; got "${text}".`
  return [{ path, message, hint: 'Write a number with a unit, such as 10s or 5m.' }]
}
