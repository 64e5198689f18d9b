import { TST_OPTION } from './errors.ts'

/** `value`, if it is a whole number of at least `least`. Throws TST_OPTION: a test that runs nothing cannot fail. */
export function wholeNumber(option: string, value: number, least: 0 | 1): number {
  if (Number.isSafeInteger(value) && value >= least) return value
  throw refusal(option, String(value), least)
}

/** `ms`, if it is a finite time, and no time back unless `mayGoBack`. Throws TST_OPTION. */
export function milliseconds(option: string, ms: number, mayGoBack: boolean = false): number {
  if (Number.isFinite(ms) && (mayGoBack || ms >= 0)) return ms
  const expected = mayGoBack ? 'a number' : 'a number of at least 0'
  throw TST_OPTION({ option, value: String(ms), expected, hint: 'Give virtual time in ms.' })
}

/** The number that a variable of the environment holds; undefined if it is not set. Throws TST_OPTION. */
export function wholeNumberOfEnvironment(option: string, least: 0 | 1): number | undefined {
  const text = process.env[option]
  if (text === undefined) return undefined
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (Number.isSafeInteger(value) && value >= least) return value
  throw refusal(option, JSON.stringify(text), least)
}

function refusal(option: string, value: string, least: 0 | 1): Error {
  const expected = `a whole number of at least ${least}`
  return TST_OPTION({ option, value, expected, hint: `Give ${expected}, or leave it out.` })
}
