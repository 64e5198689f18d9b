import type { FieldTest, Verdict } from '@millrace/sdk'

/** What tests say of a record. What is no record of fields they cannot tell, and tests that go back would not end. */
export function verdictOf(tests: readonly FieldTest[], record: unknown): Verdict {
  if (typeof record !== 'object' || record === null || Array.isArray(record)) return 'unsure'
  let next: FieldTest['yes'] = tests.length === 0 ? 'unsure' : 0
  for (let at = 0; typeof next === 'number'; at++) {
    const test: FieldTest | undefined = tests[next]
    if (test === undefined || at > next) throw new RangeError(`There is no test ${next} behind it.`)
    const value = fieldOf(record, test.field)
    const isNull = value === null || test.value === null
    if (!isNull && typeof value !== typeof test.value) return 'unsure'
    next = holds(value, test) ? test.yes : test.no
  }
  return next
}

/** Null where it is not there. */
function fieldOf(record: object, name: string): unknown {
  return Object.hasOwn(record, name) ? ((record as Record<string, unknown>)[name] ?? null) : null
}

function holds(value: unknown, { operator, value: operand }: FieldTest): boolean {
  if (value === null || operand === null || operator === '==') return value === operand
  const [left, right] = [value as number, operand as number]
  if (operator === '<') return left < right
  if (operator === '<=') return left <= right
  return operator === '>' ? left > right : left >= right
}
