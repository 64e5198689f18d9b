import fc, { type Arbitrary } from 'fast-check'
import { TST_LAW } from '../errors.ts'
import { wholeNumber } from '../whole-number.ts'

/** One law of one part: `check` rejects with TST_LAW, and a counterexample, when the part breaks it. */
export interface Law {
  /** Short and stable, such as `batches`. */
  readonly id: string
  /** The law in plain words. */
  readonly title: string
  check(): Promise<void>
}

/** How hard to try. */
export interface Effort {
  /** Random cases per law, at least 1; default 50. */
  readonly runs?: number | undefined
  /** Replays the cases of an earlier failure; default: new ones each time. */
  readonly seed?: number | undefined
}

/** Thrown where a law is seen broken: `detail` says how. */
export class Breach extends Error {}

/** Throws a breach unless `holds`; `detail` is asked for only then. */
export function demand(holds: boolean, detail: () => string): asserts holds {
  if (!holds) throw new Breach(detail())
}

/** A law over random cases; the error shows the smallest case that breaks it and the seed that finds it again. Throws TST_OPTION. */
export function lawOver<T>(
  about: { readonly part: string; readonly id: string; readonly title: string },
  effort: Effort,
  cases: Arbitrary<T>,
  holds: (one: T) => Promise<void>,
): Law {
  const { id, part, title } = about
  const { seed } = effort
  const numRuns = wholeNumber('runs', effort.runs ?? 50, 1)
  const check = async (): Promise<void> => {
    const property = fc.asyncProperty(cases, holds)
    const found = await fc.check(property, { numRuns, ...(seed === undefined ? {} : { seed }) })
    if (!found.failed) return
    const cause = found.errorInstance
    const detail = cause instanceof Error ? cause.message : String(cause)
    const example = fc.stringify(found.counterexample?.[0])
    throw TST_LAW({ part, title, detail, example, seed: found.seed }, {}, cause)
  }
  return { id, title, check }
}

/** A value as a line of text, at most 300 characters of it. */
export function shown(value: unknown): string {
  const text = fc.stringify(value)
  return text.length > 300 ? `${text.slice(0, 299)}…` : text
}
