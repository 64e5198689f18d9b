import { limited } from './numbers/limited.ts'
import type { Verdict } from './judge/judge.ts'

/** A value for one number, or one for each of several by name. */
type PerField<T> = T | Readonly<Record<string, T>>

/** What a result says in the field `anomaly`. What there is nothing to say of is absent. */
export interface Annotation {
  /** How rare the point is, in [0, 1): 0.999 is rarer than 99.9 % of the last ones. Null while it cannot be told. */
  score: number | null
  /** How strange the last points are together, against those before; null while it cannot be told. */
  likelihood: number | null
  alert: boolean
  /** Whether the detector is still getting to know the key: there are no alerts. */
  warmup: boolean
  /** The score of the detector itself: at least 0, on a scale of its own. */
  raw?: number
  expected?: PerField<number>
  /** Bounds within which the value was expected. */
  band?: PerField<readonly [low: number, high: number]>
  /** Share of each number in the strangeness. */
  contributions?: Readonly<Record<string, number>>
  /** How many points it is about, the last of them this one. */
  span?: number
  /** How many points ago the most similar stretch ended. */
  nearest?: number
  /** The detector of several that was heeded. */
  member?: string
  /** Event time of an alert, epoch ms: by it feedback knows the alert. */
  time?: number
  /** True where the scores are not what they were: ranks and threshold begin anew. */
  drift?: true
  /** The expressions that had no number. */
  missing?: readonly string[]
  /** True for a record that is older than the last one of its key. */
  late?: true
}

/** Makes of a verdict plain data of its own; `names` are those of the numbers. */
export function annotationOf(verdict: Verdict, names: readonly string[]): Annotation {
  const { alert, drift, evidence, likelihood, raw, score, time, warmup } = verdict
  const { contributions, expected, high, low, member, nearest, span } = evidence
  const annotation: Annotation = {
    score: orNull(score),
    likelihood: orNull(likelihood),
    alert,
    warmup,
  }
  if (!Number.isNaN(raw)) annotation.raw = raw
  if (isTold(expected)) annotation.expected = named(names, (index) => finite(expected[index]))
  if (isTold(low) && isTold(high)) {
    annotation.band = named(names, (index) => [finite(low[index]), finite(high[index])])
  }
  if (isTold(contributions) && names.length > 1) {
    annotation.contributions = byName(names, (index) => contributions[index] as number)
  }
  if (span !== undefined && span > 1) annotation.span = span
  if (nearest !== undefined) annotation.nearest = nearest
  if (member !== undefined) annotation.member = member
  if (drift) annotation.drift = true
  if (alert) annotation.time = time
  return annotation
}

/** What is said of a record that is not judged. */
export function unjudged(missing: readonly string[], warmup: boolean): Annotation {
  return { score: null, likelihood: null, alert: false, warmup, missing }
}

/** The nearest number there is: JSON holds no infinity. */
const finite = (value = 0): number => limited(value, Number.MAX_VALUE)

const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value)

type Values = readonly number[] | Float64Array

function isTold(values: Values | undefined): values is Values {
  return values !== undefined && !values.some(Number.isNaN)
}

function named<T>(names: readonly string[], valueOf: (index: number) => T): PerField<T> {
  return names.length === 1 ? valueOf(0) : byName(names, valueOf)
}

function byName<T>(names: readonly string[], valueOf: (index: number) => T): Record<string, T> {
  return Object.fromEntries(names.map((name, index) => [name, valueOf(index)]))
}
