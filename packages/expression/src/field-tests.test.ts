import fc from 'fast-check'
import { expect, it } from 'vitest'
import { compileExpression } from './compile-expression.ts'
import { type FieldTest, fieldTests } from './field-tests.ts'

const context = { timestamp: 0 }

type Answer = 'wanted' | 'unwanted' | 'unsure'

/** What the expression says of a record; a fault is for somebody else to tell. */
function asked(text: string, record: unknown): Answer {
  try {
    return compileExpression(text).test(record, context) ? 'wanted' : 'unwanted'
  } catch {
    return 'unsure'
  }
}

/** What the tests say. */
function told(tests: readonly FieldTest[], record: Readonly<Record<string, unknown>>): Answer {
  for (let at = 0; ;) {
    const { field, no, operator, value, yes } = tests[at] as FieldTest
    const left = (Object.hasOwn(record, field) ? record[field] : null) as FieldTest['value']
    const isNull = left === null || value === null
    if (!isNull && typeof left !== typeof value) return 'unsure'
    const next = (isNull ? left === value : holds(left, operator, value)) ? yes : no
    if (typeof next !== 'number') return next
    // Or it would never end.
    expect(next).toBeGreaterThan(at)
    at = next
  }
}

function holds(
  left: FieldTest['value'],
  operator: FieldTest['operator'],
  value: FieldTest['value'],
): boolean {
  if (operator === '==') return left === value
  const [a, b] = [left as number, value as number]
  if (operator === '<') return a < b
  if (operator === '<=') return a <= b
  return operator === '>' ? a > b : a >= b
}

const fields = fc.constantFrom('a', 'b', 'record.a', 'constructor', 'a.b')
const constants = fc.constantFrom('0', '-1', '2.5', "'x'", "''", 'true', 'false', 'null')
const operators = fc.constantFrom('==', '!=', '<', '<=', '>', '>=')
const { condition } = fc.letrec<{ condition: string }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 4 },
    fields,
    fc.constantFrom('true', 'false', 'null', 'eventTime() == 0', '1'),
    fc.tuple(fields, operators, constants).map(([a, by, b]) => `${a} ${by} ${b}`),
    fc.tuple(constants, operators, fields).map(([a, by, b]) => `${a} ${by} ${b}`),
    fc
      .tuple(fields, fc.array(fc.oneof(constants, fields), { maxLength: 3 }))
      .map(([field, items]) => `${field} in [${items.join()}]`),
    tie('condition').map((inner) => `!(${inner})`),
    fc
      .tuple(tie('condition'), fc.constantFrom('&&', '||'), tie('condition'))
      .map(([a, by, b]) => `(${a}) ${by} (${b})`),
    fc
      .tuple(tie('condition'), tie('condition'), tie('condition'))
      .map(([a, b, c]) => `(${a}) ? (${b}) : (${c})`),
  ),
}))
const value = fc.constantFrom(0, -1, 2.5, 3, 'x', '', true, false, null, undefined)
const record = fc
  .record({ a: value, b: value, constructor: value })
  .map((all) => Object.fromEntries(Object.entries(all).filter(([, one]) => one !== undefined)))

it('tests say of a record what its condition says, or that they cannot tell', () => {
  let tellable = 0
  fc.assert(
    fc.property(condition, fc.array(record, { minLength: 1, maxLength: 5 }), (text, records) => {
      const tests = fieldTests(text)
      for (const one of tests === undefined ? [] : records) {
        const answer = told(tests as readonly FieldTest[], one)
        if (answer === 'unsure') continue
        tellable++
        expect(answer, `${text} of ${JSON.stringify(one)}`).toBe(asked(text, one))
      }
    }),
    { numRuns: 500 },
  )
  expect(tellable).toBeGreaterThan(100)
})

it('tests stand in the order in which they are looked at', () => {
  expect(fieldTests("record.type == 'purchase' && (20 < amount || user in ['a', 'b'])")).toEqual([
    { field: 'type', operator: '==', value: 'purchase', yes: 1, no: 'unwanted' },
    { field: 'amount', operator: '>', value: 20, yes: 'wanted', no: 2 },
    { field: 'user', operator: '==', value: 'a', yes: 'wanted', no: 3 },
    { field: 'user', operator: '==', value: 'b', yes: 'wanted', no: 'unwanted' },
  ])
})

it('behind what is no test only the condition can tell', () => {
  expect(fieldTests("record.type == 'a' && size(name) > 3")).toEqual([
    { field: 'type', operator: '==', value: 'a', yes: 'unsure', no: 'unwanted' },
  ])
})

it.each(['size(name) > 3', 'size(name) > 3 && a == 1', 'a.b == 1', 'true'])(
  'a condition that begins with what is no test has none: %s',
  (text) => {
    expect(fieldTests(text)).toBeUndefined()
  },
)
