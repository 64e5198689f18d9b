import { describe, expect, it } from 'vitest'
import { compileAggregateCall } from './compile-aggregate-call.ts'
import { compileExpression } from './compile-expression.ts'
import { compileTemplate } from './compile-template.ts'

const context = { timestamp: 978_310_020_000, key: { origin: 'SFO' } }
const record = {
  delay: 20,
  ts: 1_000_000_000_000,
  type: 'jet',
  customer: { name: 'Ada', tags: ['new', 'paid'] },
  empty: null,
}
const evaluate = (text: string, value: unknown = record): unknown =>
  compileExpression(text).evaluate(value, context)

describe('values', () => {
  it.each([
    ['7 / 2', 3.5],
    ['5 / 2', 2.5],
    ['ts / 3600000', 277_777.777_777_777_75],
    ['1 == 1.0', true],
    ['9007199254740993', 9_007_199_254_740_992],
    ['-7 % 4', -3],
    ['0x10', 16],
    ['floor(1.5)', 1],
    ["'a' + 'b'", 'ab'],
    ['[1] + [2]', [1, 2]],
    ['{"a": delay}', { a: 20 }],
    ['delay > 15 ? "late" : "on time"', 'late'],
    ["customer['name']", 'Ada'],
    ['customer.tags[1]', 'paid'],
    ["'paid' in customer.tags", true],
    ["'name' in customer", true],
    ["'toString' in customer", false],
    ['[1, [2]] == [1, [2.0]]', true],
    ['{"a": 1} == {"a": 2}', false],
    ['[1] == ["1"]', false],
    ['eventTime()', 978_310_020_000],
    ["key('origin')", 'SFO'],
    ["key('toString')", null],
    ['record.type', 'jet'],
    ["customer.tags.map(t, t != 'new', upper(t))", ['PAID']],
    ['customer.map(n, n)', ['name', 'tags']],
  ])('%s is %j', (text, expected) => {
    expect(evaluate(text)).toEqual(expected)
  })
})

describe('null', () => {
  it.each([
    ['missing', null],
    ['customer.missing.deeper', null],
    ['delay.missing', null],
    ['missing[0]', null],
    ['customer.tags[9]', null],
    ['customer.tags.length', null],
    ['missing == null', true],
    ['empty == missing', true],
    ['delay != null', true],
    ["missing == 'x'", false],
    ['null > 5', false],
    ['missing <= 5', false],
    ['missing + 1', null],
    ["'a' + missing", null],
    ['-missing', null],
    ['!missing', true],
    ['missing && true', false],
    ['missing || false', false],
    ['missing ? 1 : 2', 2],
    ['has(delay)', true],
    ['has(empty)', false],
    ['has(customer.name)', true],
    ['coalesce(missing, empty, 7)', 7],
    ['coalesce(missing)', null],
    ['floor(missing)', null],
    ["missing.exists(x, x == 'a')", null],
    ['1 in missing', false],
  ])('%s is %j', (text, expected) => {
    expect(evaluate(text)).toEqual(expected)
  })

  it('is every field of a record that is no map', () => {
    const delay = compileExpression('delay')

    expect(
      [5, 'text', null, undefined, [1]].map((value) => delay.evaluate(value, context)),
    ).toEqual([null, null, null, null, null])
    expect(compileExpression('record').evaluate(undefined, context)).toBeNull()
    expect(evaluate('record > 4', 5)).toBe(true)
  })
})

describe('own properties', () => {
  it.each([
    'constructor',
    'record.__proto__',
    'record["__proto__"]',
    'customer.constructor',
    'customer.constructor.constructor',
    'toString',
    'customer["hasOwnProperty"]',
  ])('are all that is read: %s is null', (text) => {
    expect(evaluate(text)).toBeNull()
  })

  it('hide what a class or a prototype carries', () => {
    class Flight {
      delay = 3
      get secret(): number {
        return this.delay
      }
    }

    expect(evaluate('[delay, secret]', new Flight())).toEqual([3, null])
    expect(evaluate('delay', Object.create({ delay: 3 }))).toBeNull()
    expect(evaluate('delay', Object.assign(Object.create(null) as object, { delay: 3 }))).toBe(3)
  })

  it('may be named like an inherited one', () => {
    expect(evaluate('constructor', { constructor: 5 })).toBe(5)
    expect(evaluate('record.__proto__', JSON.parse('{ "__proto__": 5 }'))).toBe(5)
  })

  it('are added by map literals, never a prototype', () => {
    const map = evaluate('{"__proto__": customer}') as object

    expect(Object.getPrototypeOf(map)).toBe(Object.prototype)
    expect(Object.keys(map)).toEqual(['__proto__'])
  })
})

describe('the scope', () => {
  it('gives values of the environment as texts', () => {
    const { evaluate } = compileExpression("delay > number(env('LIMIT'))", { env: { LIMIT: '15' } })

    expect(evaluate(record, context)).toBe(true)
  })

  it('brings functions of plugins, which see null and may leave out optional arguments', () => {
    const given: unknown[][] = []
    const near = {
      name: 'near',
      arguments: ['place', 'km?'],
      call: (...values: unknown[]) => {
        given.push(values)
        return undefined
      },
    }
    const { evaluate } = compileExpression('[near(missing), customer.near(5)]', {
      functions: [near],
    })

    expect(evaluate(record, context)).toEqual([null, null])
    expect(given).toEqual([[null], [record.customer, 5]])
    expect(() => compileExpression('near()', { functions: [near] })).toThrow(
      'near(place, km?) got 0 arguments',
    )
  })
})

describe('fields', () => {
  it.each([
    ["delay > 15 && origin == 'SFO' && delay < 100", ['delay', 'origin']],
    ['customer.name + record.type', ['customer.name', 'type']],
    ["record['dep-delay'] + customer['name']", ['dep-delay', 'customer.name']],
    ['items[0].price', ['items']],
    ['tags.exists(t, t == wanted)', ['tags', 'wanted']],
    ['delay.exists(delay, delay > 1)', ['delay']],
    ['size(record)', ['record']],
    ["record['a.b']", ['record']],
    ['-a + floor(b) == coalesce(c, d) ? [e] : {f: !g}', ['a', 'b', 'c', 'd', 'e', 'f', 'g']],
    ['eventTime() > 1', []],
  ])('of %s', (text, expected) => {
    expect(compileExpression(text).fields).toEqual(expected)
  })
})

describe('fields that should be there', () => {
  it.each([
    ["delay > 15 && customer.name != 'Ada'", ['delay', 'customer.name']],
    ['size(record) + delay', ['delay']],
    ['has(discount)', []],
    ['has(discount) ? price - discount : price', ['price']],
    ['coalesce(nickname, customer.name, "nobody") + origin', ['origin']],
    ['error == null && delay > 0', ['delay']],
    ['delay > 0 && null != error.code', ['delay']],
    ['has(customer) && customer.age > 17', []],
    ['has(customer.age) && customer.name == "Ada"', ['customer.name']],
    ['has(customer) && customers > 1', ['customers']],
    ['tags.exists(t, t == null)', ['tags']],
  ])('of %s', (text, expected) => {
    expect(compileExpression(text).expected).toEqual(expected)
  })

  it('of calls and templates are those of their expressions', () => {
    expect(compileAggregateCall('mean(coalesce(delay, 0) + taxi)').expected).toEqual(['taxi'])
    expect(compileTemplate('{zone}/{coalesce(day, 1)}-{zone}.jsonl').expected).toEqual(['zone'])
  })
})

describe('names of the scope', () => {
  const scope = { names: ['small', 'delays'] }
  const names = [{ delay: 5 }, [3, 4]]
  const valueOf = (text: string): unknown =>
    compileExpression(text, scope).evaluate(record, { ...context, names })

  it('stand for their values, and win over fields but not over variables of macros', () => {
    expect(valueOf('small.delay')).toBe(5)
    expect(valueOf('delay > 2 * small.delay && last(delays) == 4')).toBe(true)
    expect(valueOf('delays.map(small, small + 1)')).toEqual([4, 5])
    expect(valueOf('record.small')).toBe(null)
  })

  it('are null without a value', () => {
    expect(compileExpression('small', scope).evaluate(record, context)).toBe(null)
  })

  it('are told apart from the fields that the expression reads', () => {
    const { expected, fields, names: read } = compileExpression('delay > small.delay', scope)

    expect({ expected, fields, read }).toEqual({
      expected: ['delay'],
      fields: ['delay'],
      read: [0],
    })
  })
})

describe('test', () => {
  it('is false for null', () => {
    expect(compileExpression('missing').test(record, context)).toBe(false)
  })

  it('refuses other values than booleans', () => {
    expect(() => compileExpression('delay').test(record, context)).toThrow(
      'A condition is true, false or null; got number 20, in `delay`.',
    )
  })

  it('looks at the right side only when the left one does not decide', () => {
    expect(compileExpression('delay > 15 || 1 / 0 > 1').test(record, context)).toBe(true)
    expect(compileExpression('delay < 15 && 1 / 0 > 1').test(record, context)).toBe(false)
  })
})
