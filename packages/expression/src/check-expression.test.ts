import { isMillraceError, renderError } from '@millrace/base'
import { describe, expect, it } from 'vitest'
import { builtIns } from './functions/built-ins.ts'
import { checkTypes } from './syntax/check-types.ts'
import { resolve } from './syntax/resolve.ts'
import { compileAggregateCall, compileTemplate, checkExpression } from './index.ts'

function textOf(run: () => unknown): string {
  try {
    run()
    return 'no fault'
  } catch (error) {
    if (!isMillraceError(error)) throw error
    return `${error.where.column ?? '-'} ${renderError(error)}`
  }
}
const condition = (text: string): string =>
  textOf(() => checkExpression(text, {}, { isCondition: true }))
const value = (text: string, scope = {}): string => textOf(() => checkExpression(text, scope))

describe('what every record would end in', () => {
  it('refuses a condition that is never true, false or null', () => {
    const hint = '\n  next Compare the value with something, for example delay > 0 or name != null.'

    expect(condition('5')).toBe(
      `1 error[EXP_CONDITION]: A condition is true, false or null; got number 5, in \`5\`.${hint}`,
    )
    expect(condition('1 + 1')).toBe(
      `1 error[EXP_CONDITION]: A condition is true, false or null; got number 2, in \`1 + 1\`.${hint}`,
    )
    expect(condition('delay - 1')).toBe(
      `1 error[EXP_CONDITION]: A condition is true, false or null; got number, in \`delay - 1\`.${hint}`,
    )
    expect(condition('size(name)')).toBe(
      `1 error[EXP_CONDITION]: A condition is true, false or null; got number, in \`size(name)\`.${hint}`,
    )
    expect(condition("a && 'yes'")).toBe(
      `6 error[EXP_CONDITION]: A condition is true, false or null; got string "yes", in \`a && 'yes'\`.${hint}`,
    )
  })

  it('refuses operands that never fit', () => {
    const hint =
      '\n  next Convert with number(), string() or bool(), or correct the types at the source.'

    expect(condition('1 < "a"')).toBe(
      `1 error[EXP_TYPE]: "<" orders two numbers or two texts; got number 1 and string "a", in \`1 < "a"\`.${hint}`,
    )
    expect(value('a - "x"')).toBe(
      `1 error[EXP_TYPE]: "-" takes two numbers; got any value and string "x", in \`a - "x"\`.${hint}`,
    )
    expect(value('a > true')).toBe(
      `1 error[EXP_TYPE]: ">" orders two numbers or two texts; got any value and boolean true, in \`a > true\`.${hint}`,
    )
    expect(value('size(a) == "x"')).toBe(
      `1 error[EXP_TYPE]: Values of different types are not compared; got number and string "x", in \`size(a) == "x"\`.${hint}`,
    )
    expect(value('a in "abc"')).toBe(
      `1 error[EXP_TYPE]: "in" looks for a value in a list or for a name in a map; got any value and string "abc", in \`a in "abc"\`.${hint}`,
    )
    expect(value('-lower(a)')).toBe(
      `1 error[EXP_TYPE]: The minus sign takes a number; got string, in \`-lower(a)\`.${hint}`,
    )
    expect(value('floor(lower(a))')).toBe(
      `1 error[EXP_TYPE]: floor() takes a number as value; got string, in \`floor(lower(a))\`.${hint}`,
    )
    expect(value('lower(a).map(x, x)')).toBe(
      `1 error[EXP_TYPE]: Only lists and maps have members to look at; got string, in \`lower(a).map(x, x)\`.${hint}`,
    )
  })

  it('refuses constant parts that cannot be computed', () => {
    const hint = '\n  next Guard the operation, for example count == 0 ? null : total / count.'

    expect(condition('5 / 0 > 1')).toBe(
      `1 error[EXP_NOT_FINITE]: 5 / 0 gives Infinity, which is not a finite number, in \`5 / 0 > 1\`.${hint}`,
    )
    expect(value("a > number('x')")).toBe(
      '5 error[EXP_VALUE]: number() cannot read string "x", in `a > number(\'x\')`.\n  next Test the value before, or send such records to the dead letters.',
    )
    expect(textOf(() => compileAggregateCall('mean(5 / 0)'))).toBe(
      `6 error[EXP_NOT_FINITE]: 5 / 0 gives Infinity, which is not a finite number, in \`mean(5 / 0)\`.${hint}`,
    )
    expect(textOf(() => compileTemplate('a {5 / 0}', {}, checkExpression))).toBe(
      `4 error[EXP_NOT_FINITE]: 5 / 0 gives Infinity, which is not a finite number, in \`5 / 0\`.${hint}`,
    )
  })

  it('takes what can be right for some record', () => {
    const texts = [
      'null',
      'true',
      'a',
      'a > 1 && !b',
      "a + 'x' == 'yx'",
      'a == null || null == 1',
      'a ? b : c',
      "has(a.b) && a['b'] in ['x', 'y']",
      'coalesce(a, true)',
      'items.exists(x, x > 1)',
      'eventTime() > 5',
      'null > 1',
    ]

    expect(texts.map(condition)).toEqual(texts.map(() => 'no fault'))
  })
})

describe('the types of built-in functions', () => {
  it('are known, but for those that give back a value they got', () => {
    const constants: Readonly<Record<string, string>> = {
      pattern: "'x'",
      duration: "'1h'",
      zone: "'UTC'",
      timeFormat: "'HH'",
    }
    const unknown = [...builtIns.values()].filter(({ name, parameters }) => {
      const text = `${name}(${parameters.map(({ kind }) => constants[kind] ?? 'a').join(', ')})`
      return checkTypes(text, resolve(text, {})) === undefined
    })

    expect(unknown.map(({ name }) => name)).toEqual(['min', 'max', 'first', 'last'])
  })
})

describe("key('name')", () => {
  it('is refused for a name that is no key of the stage', () => {
    expect(value("key('zz')", { keys: [] })).toBe(
      "5 error[EXP_UNKNOWN_KEY]: key('zz') is always null: the stage has no keys, in `key('zz')`.\n  next Give the stage keys, such as by: zz, or read the field itself.",
    )
    expect(value("key('orign')", { keys: ['origin', 'day'] })).toBe(
      "5 error[EXP_UNKNOWN_KEY]: key('orign') is always null: the keys of the stage are origin, day, in `key('orign')`.\n  next Did you mean key('origin')?",
    )
    expect(value("key('zz')", { keys: ['origin'] })).toBe(
      "5 error[EXP_UNKNOWN_KEY]: key('zz') is always null: the keys of the stage are origin, in `key('zz')`.\n  next Name one of them, or add the name to `by`.",
    )
  })

  it('is taken for a key, and everywhere where the keys are not known', () => {
    expect(value("key('origin')", { keys: ['origin'] })).toBe('no fault')
    expect(value("key('origin')")).toBe('no fault')
  })
})
