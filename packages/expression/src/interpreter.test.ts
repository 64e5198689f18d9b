import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isMillraceError } from '@millrace/base'
import { compileExpression } from './compile-expression.ts'
import { interpret, Refusal } from './interpreter.test-support.ts'
import { kindOf } from './kind-of.ts'
import { checkTypes } from './syntax/check-types.ts'
import { resolve } from './syntax/resolve.ts'

const context = { timestamp: 978_310_020_000, key: { origin: 'SFO', hour: 7 } }

const leaf = fc.constantFrom(
  'delay',
  'origin',
  'cancelled',
  'tags',
  'customer.name',
  'customer',
  'missing',
  'record',
  'tags[0]',
  'tags[delay]',
  "record['customer']['name']",
  'constructor',
  'customer.__proto__',
  'null',
  'true',
  'false',
  '0',
  '1',
  '2.5',
  '15',
  '1e200',
  "''",
  "'SFO'",
  "'b'",
  'eventTime()',
  "key('origin')",
  "key('nothing')",
)

/** Expressions that are right in form and often wrong in type, which is the point. */
const { expression } = fc.letrec<{ expression: string; binary: string; special: string }>((tie) => {
  const part = tie('expression')
  return {
    expression: fc.oneof({ maxDepth: 4 }, leaf, leaf, tie('binary'), tie('special')),
    binary: fc
      .tuple(
        part,
        fc.constantFrom(
          '+',
          '-',
          '*',
          '/',
          '%',
          '==',
          '!=',
          '<',
          '<=',
          '>',
          '>=',
          '&&',
          '||',
          'in',
        ),
        part,
      )
      .map(([left, operator, right]) => `(${left}) ${operator} (${right})`),
    special: fc.oneof(
      part.map((inner) => `!(${inner})`),
      part.map((inner) => `-(${inner})`),
      part.map((inner) => `has(${inner})`),
      part.map((inner) => `[${inner}, 1, 'b']`),
      part.map((inner) => `{'name': ${inner}, 'b': 2}`),
      fc.tuple(part, part).map(([object, at]) => `(${object})[${at}]`),
      fc.tuple(part, part).map(([first, second]) => `coalesce(${first}, ${second})`),
      fc.tuple(part, part, part).map(([a, b, c]) => `(${a}) ? (${b}) : (${c})`),
      fc
        .tuple(
          part,
          fc.constantFrom('all', 'exists', 'existsOne', 'filter', 'map'),
          fc.constantFrom("x == 'b'", 'x > 1', 'x', "x != null && x in ['b', 'name']", 'has(x)'),
        )
        .map(([over, macro, body]) => `(${over}).${macro}(x, ${body})`),
      fc.tuple(part, part).map(([over, body]) => `(${over}).map(x, x != null, [x, ${body}])`),
      fc
        .tuple(fc.constantFrom('floor', 'abs', 'round', 'sqrt', 'upper', 'size', 'number'), part)
        .map(([name, inner]) => `${name}(coalesce(${inner}))`),
      fc
        .tuple(fc.constantFrom('min', 'max', 'pow', 'contains', 'startsWith', 'bucket'), part, part)
        .map(([name, a, b]) =>
          name === 'bucket'
            ? `bucket('1h', coalesce(${a}))`
            : `${name}(coalesce(${a}), coalesce(${b}))`,
        ),
    ),
  }
})

const plain = fc.oneof(
  fc.constantFrom(null, true, false, 0, 1, -3, 2.5, 16, 'SFO', 'b', '', '12'),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
)
const record = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.record(
      {
        delay: plain,
        origin: plain,
        cancelled: fc.oneof(fc.boolean(), plain),
        tags: fc.oneof(fc.array(plain, { maxLength: 3 }), plain),
        customer: fc.oneof(fc.record({ name: plain }, { requiredKeys: [] }), plain),
      },
      { requiredKeys: [], noNullPrototype: true },
    ),
  },
  { weight: 1, arbitrary: plain },
)

/** What an evaluation comes to: its value or the code of its error. */
function outcome(run: () => unknown): unknown {
  try {
    return { value: run() }
  } catch (error) {
    if (isMillraceError(error) || error instanceof Refusal) return { code: error.code }
    throw error
  }
}

/** What `run` gives; undefined where it throws. */
function valueOf<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch {
    return undefined
  }
}

describe('the type check against the interpreter', () => {
  it('knows the type that the value has for any record, or nothing', () => {
    fc.assert(
      fc.property(expression, record, (text, value) => {
        const tree = resolve(text, {})
        const known = valueOf(() => checkTypes(text, tree))
        fc.pre(known !== undefined)

        const result = valueOf(() => interpret(tree, value, context))

        expect([known, 'null']).toContain(result === undefined ? 'null' : kindOf(result))
      }),
      { numRuns: 300 },
    )
  })
})

describe('the compiler against the interpreter', () => {
  it('gives the same value or the same error code for any expression and record', () => {
    fc.assert(
      fc.property(expression, record, (text, value) => {
        const compiled = compileExpression(text)
        const tree = resolve(text, {})

        const fast = outcome(() => compiled.evaluate(value, context))
        const slow = outcome(() => interpret(tree, value, context))

        expect(fast).toStrictEqual(slow)
      }),
      { numRuns: 300 },
    )
  })

  it('agrees on a field against a constant in every combination, as those have a path of their own', () => {
    const values = [null, true, -1, 0, 2, 2.5, 'SFO', 'b', [], {}]
    for (const operator of ['<', '<=', '>', '>=', '==', '!=']) {
      for (const constant of ['2', '-1', "'b'", 'true', 'null']) {
        for (const name of ['delay', 'constructor', 'missing']) {
          const text = `${name} ${operator} ${constant}`
          const compiled = compileExpression(text)
          for (const delay of values) {
            const fast = outcome(() => compiled.evaluate({ delay }, context))
            const slow = outcome(() => interpret(resolve(text, {}), { delay }, context))

            expect(fast, `${text} for ${JSON.stringify(delay)}`).toStrictEqual(slow)
          }
        }
      }
    }
  })

  it('tests as true exactly what evaluates to true', () => {
    fc.assert(
      fc.property(expression, record, (text, value) => {
        const compiled = compileExpression(text)

        const tested = outcome(() => compiled.test(value, context))
        const slow = outcome(() => {
          const result = interpret(resolve(text, {}), value, context)
          if (result !== null && typeof result !== 'boolean') throw new Refusal('EXP_CONDITION')
          return result === true
        })

        expect(tested).toStrictEqual(slow)
      }),
      { numRuns: 300 },
    )
  })

  it('names among the fields every field that a record can be asked for', () => {
    fc.assert(
      fc.property(expression, record, (text, value) => {
        fc.pre(typeof value === 'object' && value !== null)
        const asked = new Set<string>()
        const watched = new Proxy(value, {
          getOwnPropertyDescriptor(target, name) {
            asked.add(String(name))
            return Reflect.getOwnPropertyDescriptor(target, name)
          },
        })
        const { fields } = compileExpression(text)
        const whole = fields.includes('record')

        outcome(() => interpret(resolve(text, {}), watched, context))

        const roots = fields.map((field) => field.split('.')[0])
        expect([...asked].filter((name) => !whole && !roots.includes(name))).toEqual([])
      }),
      { numRuns: 100 },
    )
  })
})
