import { parseDuration } from '@millrace/base'
import { CLASSIC_OPTION } from './errors.ts'

/** A length of time in ms; undefined where none is given. Throws CLASSIC_OPTION. */
export function toMs(of: string, path: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const ms = typeof text === 'string' ? parseDuration(text) : undefined
  if (ms !== undefined) return ms
  const fault = `must be a length of time; got ${JSON.stringify(text)}`
  throw CLASSIC_OPTION({ of, path, fault, hint: 'Write a number with a unit, such as 30s or 5m.' })
}

/** A whole number, at least `least`. Throws CLASSIC_OPTION. */
export function toCount(of: string, path: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value
  const fault = `must be a whole number, at least ${least}; got ${JSON.stringify(value)}`
  throw CLASSIC_OPTION({ of, path, fault, hint: 'Leave it out to get the default.' })
}

/** One of some texts. Throws CLASSIC_OPTION. */
export function toChoice<T extends string>(
  of: string,
  path: string,
  { known, value }: { readonly known: readonly T[]; readonly value: T },
): T {
  if (known.includes(value)) return value
  const fault = `must be one of ${known.join(', ')}; got ${JSON.stringify(value)}`
  throw CLASSIC_OPTION({ of, path, fault, hint: 'Leave it out to get the default.' })
}

/** Field paths, however many were given. */
export function toPaths(by: string | readonly string[] = []): readonly string[] {
  return typeof by === 'string' ? [by] : by
}
