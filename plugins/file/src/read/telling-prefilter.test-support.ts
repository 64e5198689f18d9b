import type { FieldTest, Prefilter, RecordTests, Verdict } from '@millrace/sdk'

/** What tests compare with: what lines hold, or nearly. */
const operands: readonly FieldTest['value'][] = [
  'purchase',
  'a',
  '',
  'größe',
  'a longer text, of more than 32 characters',
  'é'.repeat(16),
  '\ud800',
  0,
  -0,
  1,
  0.1,
  1e5,
  -3,
  1000,
  true,
  false,
  null,
]
const operators = ['==', '<', '<=', '>', '>='] as const
const verdicts: readonly Verdict[] = ['wanted', 'unwanted', 'unwanted', 'unsure']
const someNames = ['user', 'amount', 'at', 'x', 'y', 'größe', 'constructor']

/** Some tests; `below` gives whole numbers below its argument. */
export function someTests(
  below: (limit: number) => number,
  names: readonly string[] = someNames,
): RecordTests {
  const one = <T>(list: readonly T[]): T => list[below(list.length)] as T
  const count = 1 + below(below(8) === 0 ? 20 : 4)
  const next = (at: number): FieldTest['yes'] =>
    at + 1 < count && below(3) > 0 ? at + 1 + below(count - at - 1) : one(verdicts)
  const tests = Array.from({ length: count }, (_, at): FieldTest => {
    const value = below(3) === 0 ? 0 : one(operands)
    const operator = typeof value === 'number' ? one(operators) : '=='
    return { field: one(names), operator, value, yes: next(at), no: next(at) }
  })
  if (below(2) === 0) return { tests }
  const [factor, divisor] = one([
    [1, 1],
    [1000, 1],
    [1, 1000],
  ])
  const time = {
    field: one(names),
    factor,
    divisor,
    from: one([-8.64e15, 0]),
    to: one([100, 8.64e15]),
  }
  return { tests, time }
}

type Fields = Readonly<Record<string, unknown>>

/** Wants what its tests want, and of those that they cannot tell every other one; notes the times of what is left out. */
export class TellingPrefilter implements Prefilter {
  readonly reads: readonly string[]
  readonly told: RecordTests
  /** In front of each record that was handed on, the largest time of those left out since the one before; behind the last one, too. */
  readonly times: number[] = [Number.NEGATIVE_INFINITY]
  /** Of each of these, where it has one; else NaN. */
  readonly admittedTimes: number[] = []

  constructor(told: RecordTests) {
    this.told = told
    const { tests, time } = told
    this.reads = [...tests, ...(time === undefined ? [] : [time])].map(({ field }) => field)
  }

  leftOut(largest: number): void {
    const last = this.times.length - 1
    if (largest > (this.times[last] as number)) this.times[last] = largest
  }

  admitted(time: number): void {
    this.admittedTimes.push(time)
    this.times.push(Number.NEGATIVE_INFINITY)
  }

  admits(record: unknown): boolean {
    const time = this.#timeOf(record)
    const verdict = Number.isNaN(time) ? 'unsure' : this.#verdictOf(record)
    const isWanted =
      verdict === 'unsure' ? this.#look(record).length % 2 === 0 : verdict === 'wanted'
    if (isWanted) this.admitted(time)
    else this.leftOut(Number.isNaN(time) ? Number.NEGATIVE_INFINITY : time)
    return isWanted
  }

  #look(record: unknown): string {
    return JSON.stringify(this.reads.map((name) => fieldOf(record, name)))
  }

  /** NaN: it has none that may be. */
  #timeOf(record: unknown): number {
    const { time } = this.told
    if (time === undefined) return Number.POSITIVE_INFINITY
    const value = fieldOf(record, time.field)
    const at = typeof value === 'number' ? (value * time.factor) / time.divisor : Number.NaN
    const ms = Math.floor(at)
    return ms >= time.from && ms <= time.to ? ms : Number.NaN
  }

  #verdictOf(record: unknown): Verdict {
    if (typeof record !== 'object' || record === null || Array.isArray(record)) return 'unsure'
    let next: FieldTest['yes'] = 0
    while (typeof next === 'number') {
      const test = this.told.tests[next] as FieldTest
      const value = fieldOf(record, test.field)
      if (value !== null && test.value !== null && typeof value !== typeof test.value)
        return 'unsure'
      next = holds(value, test) ? test.yes : test.no
    }
    return next
  }
}

function holds(value: unknown, { operator, value: operand }: FieldTest): boolean {
  if (value === null || operand === null || operator === '==') return value === operand
  const [left, right] = [value as number, operand as number]
  if (operator === '<') return left < right
  if (operator === '<=') return left <= right
  return operator === '>' ? left > right : left >= right
}

/** Null where it is not there. */
function fieldOf(record: unknown, name: string): unknown {
  const isObject = typeof record === 'object' && record !== null && !Array.isArray(record)
  return isObject && Object.hasOwn(record, name) ? ((record as Fields)[name] ?? null) : null
}
