import { TST_RUNNER } from '../errors.ts'
import type { Law } from './law.ts'

// Not a plain import: laws can be checked where vitest is not installed.
const vitest = process.env['VITEST'] === undefined ? undefined : await import('vitest')

/** Registers a test for each law. Throws TST_RUNNER where vitest does not run. */
export function registerLaws(
  name: string,
  laws: readonly Law[],
  about: { readonly call: string; readonly instead: string },
): void {
  if (vitest === undefined) throw TST_RUNNER(about)
  vitest.describe(name, () => {
    for (const law of laws) vitest.it(law.title, () => law.check(), 60_000)
  })
}
