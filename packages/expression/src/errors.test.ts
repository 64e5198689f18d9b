import { isMillraceError, MillraceError, renderError } from '@millrace/base'
import { describe, expect, it } from 'vitest'
import {
  compileAggregateCall,
  compileExpression,
  compilePath,
  compileTemplate,
  compileTime,
} from './index.ts'
import * as errors from './errors.ts'

const context = { timestamp: 0 }
const seen = new Set<string>()

/** The error as the user reads it, with the column in front. */
function textOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (!isMillraceError(error)) throw error
    seen.add(error.code)
    return `${error.where.column ?? '-'} ${renderError(error)}`
  }
  return 'no error'
}

const compile = (text: string, scope = {}): string => textOf(() => compileExpression(text, scope))
const time = (options: object): string => textOf(() => compileTime(options))
const run = (text: string, record: unknown): string =>
  textOf(() => compileExpression(text).evaluate(record, context))

describe('faults found before a run', () => {
  it.each([
    ['a = 1', '3 error[EXP_SYNTAX]: Unexpected "=", in `a = 1`.\n  next Write == to compare.'],
    ['a and b', '3 error[EXP_SYNTAX]: Unexpected "and", in `a and b`.\n  next Write && for "and".'],
    [
      'a valueOf b',
      '3 error[EXP_SYNTAX]: Unexpected "valueOf", in `a valueOf b`.\n  next Correct the expression; texts stand in quotes, comparisons use == and !=.',
    ],
    ['not a', '1 error[EXP_SYNTAX]: Unexpected "not", in `not a`.\n  next Write ! for "not".'],
    [' ', '2 error[EXP_SYNTAX]: Nothing to evaluate, in ` `.\n  next Write an expression.'],
    [
      'a # b',
      '3 error[EXP_SYNTAX]: Unexpected "#", in `a # b`.\n  next Correct the expression; texts stand in quotes, comparisons use == and !=.',
    ],
    [
      '(a',
      '3 error[EXP_SYNTAX]: Expected ")", got the end, in `(a`.\n  next Correct the expression; texts stand in quotes, comparisons use == and !=.',
    ],
    [
      'a +',
      '4 error[EXP_SYNTAX]: Unexpected the end, in `a +`.\n  next Correct the expression; texts stand in quotes, comparisons use == and !=.',
    ],
    [
      'type == 1',
      '1 error[EXP_RESERVED_NAME]: "type" is a word of the expression language and not a field, in `type == 1`.\n  next To read the field write record.type.',
    ],
    [
      'a || package',
      '6 error[EXP_RESERVED_NAME]: "package" is a word of the expression language and not a field, in `a || package`.\n  next To read the field write record.package.',
    ],
    [
      'in == 1',
      '1 error[EXP_RESERVED_NAME]: "in" is a word of the expression language and not a field, in `in == 1`.\n  next To read the field write record["in"].',
    ],
    [
      'a.exists(record, true)',
      '10 error[EXP_RESERVED_NAME]: "record" is a word of the expression language and not a field, in `a.exists(record, true)`.\n  next Choose another name for the variable.',
    ],
    [
      "b'x' == a",
      "1 error[EXP_UNSUPPORTED]: Bytes are not part of the language, in `b'x' == a`.\n  next Write a text without the b in front.",
    ],
    [
      'a == 5u',
      '6 error[EXP_UNSUPPORTED]: Unsigned numbers are not part of the language, in `a == 5u`.\n  next Write the number without the u.',
    ],
    [
      'flor(delay)',
      '1 error[EXP_UNKNOWN_FUNCTION]: Unknown function "flor", in `flor(delay)`.\n  next Did you mean "floor"?',
    ],
    [
      'a.exsts(x, true)',
      '1 error[EXP_UNKNOWN_FUNCTION]: Unknown function "exsts", in `a.exsts(x, true)`.\n  next Did you mean "exists"?',
    ],
    [
      'quuxify(delay)',
      '1 error[EXP_UNKNOWN_FUNCTION]: Unknown function "quuxify", in `quuxify(delay)`.\n  next Use one of the built-in functions or name a plugin that brings it.',
    ],
    [
      'hourOfDay()',
      '1 error[EXP_ARGUMENTS]: hourOfDay(time, zone?) got 0 arguments, in `hourOfDay()`.\n  next Call it as hourOfDay(time, zone?).',
    ],
    [
      'eventTime(1)',
      '1 error[EXP_ARGUMENTS]: eventTime() got 1 argument, in `eventTime(1)`.\n  next Call it as eventTime().',
    ],
    [
      'min()',
      '1 error[EXP_ARGUMENTS]: min(value, …) got 0 arguments, in `min()`.\n  next Call it as min(value, …).',
    ],
    [
      'key(name)',
      "5 error[EXP_ARGUMENTS]: key('name') got no text in quotes, in `key(name)`.\n  next Call it as key('name').",
    ],
    [
      'a.filter(x.y, true)',
      '12 error[EXP_SYNTAX]: The variable of filter() is not a plain name, in `a.filter(x.y, true)`.\n  next Write list.filter(x, …).',
    ],
    [
      'a.existsOne(x.y, true)',
      '1 error[EXP_ARGUMENTS]: list.existsOne(variable, condition) got no plain name as variable, in `a.existsOne(x.y, true)`.\n  next Call it as list.existsOne(variable, condition).',
    ],
    [
      'a.all(x)',
      '1 error[EXP_ARGUMENTS]: list.all(variable, condition) got 1 argument, in `a.all(x)`.\n  next Call it as list.all(variable, condition).',
    ],
    [
      "day(at, 'Europe/Berln')",
      '9 error[EXP_CONSTANT]: day() expects a time zone such as Europe/Berlin; got string "Europe/Berln", in `day(at, \'Europe/Berln\')`.\n  next Write a time zone such as Europe/Berlin there.',
    ],
    [
      "bucket('1 hour', at)",
      '8 error[EXP_CONSTANT]: bucket() expects a duration such as 15m; got string "1 hour", in `bucket(\'1 hour\', at)`.\n  next Write a duration such as 15m there.',
    ],
    [
      "formatTime(at, 'YYYY')",
      "16 error[EXP_CONSTANT]: formatTime() expects a time format in quotes such as 'yyyy-MM-dd HH:mm'; got string \"YYYY\", in `formatTime(at, 'YYYY')`.\n  next Write a time format in quotes such as 'yyyy-MM-dd HH:mm' there.",
    ],
    [
      'a.matches(b)',
      '11 error[EXP_CONSTANT]: matches() expects a regular expression in quotes; got something else than a constant text, in `a.matches(b)`.\n  next Write a regular expression in quotes there.',
    ],
    [
      "a.matches('(')",
      '11 error[EXP_CONSTANT]: matches() expects a regular expression in quotes; got string "(", in `a.matches(\'(\')`.\n  next Write a regular expression in quotes there.',
    ],
    [
      'upper(1)',
      '7 error[EXP_CONSTANT]: upper() expects a text; got number 1, in `upper(1)`.\n  next Write a text there.',
    ],
  ])('says for %j what is wrong and what to write', (text, expected) => {
    expect(compile(text)).toBe(expected)
  })

  it('refuses a number beyond the doubles', () => {
    expect(compile(`a < ${'9'.repeat(310)}`)).toMatch(
      /^5 error\[EXP_SYNTAX\]: A number is too large, in /,
    )
  })

  it('refuses names of the environment that the job does not list', () => {
    const env = { LIMIT: '5' }

    expect(compile("env('LIMITS')", { env })).toBe(
      "5 error[EXP_UNKNOWN_ENV]: env('LIMITS') is not listed under the document key \"env\", in `env('LIMITS')`.\n  next Did you mean env('LIMIT')? If not, add LIMITS to \"env\" of the job file.",
    )
    expect(compile("env('toString')")).toBe(
      '5 error[EXP_UNKNOWN_ENV]: env(\'toString\') is not listed under the document key "env", in `env(\'toString\')`.\n  next Add toString to "env" of the job file.',
    )
  })

  it('refuses paths that are none', () => {
    const next = '\n  next Write names joined by dots, such as customer.name.'
    expect(textOf(() => compilePath(''))).toBe(
      `- error[EXP_PATH]: "" is not a field path: it is empty.${next}`,
    )
    expect(textOf(() => compilePath('a..b'))).toBe(
      `- error[EXP_PATH]: "a..b" is not a field path: there is no name beside one of its dots.${next}`,
    )
    expect(textOf(() => compilePath('floor(a)'))).toBe(
      `- error[EXP_PATH]: "floor(a)" is not a field path: ( belongs to an expression.${next}`,
    )
  })

  it('refuses templates with open or stray braces, and counts columns in the template', () => {
    const next =
      '\n  next Expressions stand in {braces}; write {{ and }} for the braces themselves.'
    expect(textOf(() => compileTemplate('a-{b'))).toBe(
      `3 error[EXP_TEMPLATE]: A { without its } in the template \`a-{b\`.${next}`,
    )
    expect(textOf(() => compileTemplate('a}b'))).toBe(
      `2 error[EXP_TEMPLATE]: A } without its { in the template \`a}b\`.${next}`,
    )
    expect(textOf(() => compileTemplate('{a}-{dya(b)}'))).toBe(
      '6 error[EXP_UNKNOWN_FUNCTION]: Unknown function "dya", in `dya(b)`.\n  next Did you mean "day"?',
    )
  })

  it('refuses aggregates that are not one call', () => {
    expect(textOf(() => compileAggregateCall('count'))).toBe(
      '1 error[EXP_AGGREGATE_CALL]: An aggregate is one call, such as mean(delay), in `count`.\n  next Write count() or count(field).',
    )
    expect(textOf(() => compileAggregateCall('sum(a) / 2'))).toBe(
      '1 error[EXP_AGGREGATE_CALL]: An aggregate is one call, such as mean(delay), in `sum(a) / 2`.\n  next Name each aggregate on its own and compute with the results in a map stage behind.',
    )
    expect(textOf(() => compileAggregateCall('quantile(a, b)'))).toBe(
      '13 error[EXP_AGGREGATE_CALL]: Only the first argument of an aggregate may read the record, in `quantile(a, b)`.\n  next Write the other arguments as plain numbers, texts or booleans.',
    )
  })

  it('refuses times that cannot be read as told', () => {
    const known =
      "\n  next Use yyyy MM M MMM dd d HH H hh h a mm m ss s SSS XXX; other letters stand in quotes, as in yyyy-MM-dd'T'HH:mm."

    expect(time({ format: 'YYYY-MM-dd' })).toBe(
      `1 error[EXP_TIME_FORMAT]: Unknown "YYYY" in the time format "YYYY-MM-dd".${known}`,
    )
    expect(time({ format: 'HH:mm' })).toBe(
      `1 error[EXP_TIME_FORMAT]: The time format "HH:mm" has no year (yyyy).${known}`,
    )
    expect(time({ format: 'yyyy MM MMM' })).toBe(
      `9 error[EXP_TIME_FORMAT]: The time format "yyyy MM MMM" names the month twice.${known}`,
    )
    expect(time({ format: 'yyyy hh' })).toBe(
      `1 error[EXP_TIME_FORMAT]: The time format "yyyy hh" needs both hh and a for a clock of 12 hours.${known}`,
    )
    expect(time({ format: "yyyy 'x" })).toBe(
      `6 error[EXP_TIME_FORMAT]: A quote in the time format "yyyy 'x" is not closed.${known}`,
    )
    expect(time({ zone: 'Mars/Base' })).toBe(
      '- error[EXP_TIME_FORMAT]: Unknown time zone "Mars/Base".\n  next Write a name such as Europe/Berlin or UTC.',
    )
    expect(time({ unit: 's', zone: 'UTC' })).toBe(
      '- error[EXP_TIME_FORMAT]: A time in s since the epoch has no zone.\n  next Leave out either the unit or the other.',
    )
    expect(time({ unit: 'h' })).toBe(
      '- error[EXP_TIME_FORMAT]: Unknown time unit "h".\n  next Write s, ms or us.',
    )
  })
})

describe('errors of a record', () => {
  const convert =
    '\n  next Convert with number(), string() or bool(), or correct the types at the source.'

  it.each([
    [
      'a == 1',
      '1 error[EXP_TYPE]: Values of different types are not compared; got string "1" and number 1, in `a == 1`.',
    ],
    [
      '!(a < 1)',
      '3 error[EXP_TYPE]: "<" orders two numbers or two texts; got string "1" and number 1, in `!(a < 1)`.',
    ],
    [
      '1 + a',
      '1 error[EXP_TYPE]: "+" takes two numbers, texts or lists; got number 1 and string "1", in `1 + a`.',
    ],
    ['a * 2', '1 error[EXP_TYPE]: "*" takes two numbers; got string "1" and number 2, in `a * 2`.'],
    ['-a', '1 error[EXP_TYPE]: The minus sign takes a number; got string "1", in `-a`.'],
    [
      'a in a',
      '1 error[EXP_TYPE]: "in" looks for a value in a list or for a name in a map; got string "1" and string "1", in `a in a`.',
    ],
    ['[1][a]', '1 error[EXP_TYPE]: The index of a list is a number; got string "1", in `[1][a]`.'],
    ['record[0]', '1 error[EXP_TYPE]: The index of a map is a text; got number 0, in `record[0]`.'],
    ['{1: a}', '2 error[EXP_TYPE]: The names in a map are texts; got number 1, in `{1: a}`.'],
    [
      'a.all(x, x)',
      '1 error[EXP_TYPE]: Only lists and maps have members to look at; got string "1", in `a.all(x, x)`.',
    ],
    [
      'floor(a)',
      '1 error[EXP_TYPE]: floor() takes a number as value; got string "1", in `floor(a)`.',
    ],
  ])('%s names the types', (text, expected) => {
    expect(run(text, { a: '1' })).toBe(expected + convert)
  })

  it('shortens long texts', () => {
    expect(run('a > 1', { a: 'x'.repeat(100) })).toBe(
      `1 error[EXP_TYPE]: ">" orders two numbers or two texts; got string "${'x'.repeat(40)}…" and number 1, in \`a > 1\`.${convert}`,
    )
  })

  it('refuses conditions that are no booleans', () => {
    expect(run('a && true', { a: 1 })).toBe(
      '1 error[EXP_CONDITION]: A condition is true, false or null; got number 1, in `a && true`.\n  next Compare the value with something, for example delay > 0 or name != null.',
    )
  })

  it('refuses results that are not finite', () => {
    expect(run('a / 0', { a: 1 })).toBe(
      '1 error[EXP_NOT_FINITE]: 1 / 0 gives Infinity, which is not a finite number, in `a / 0`.\n  next Guard the operation, for example count == 0 ? null : total / count.',
    )
    expect(run('sqrt(a)', { a: -1 })).toContain('sqrt() gives NaN, which is not a finite number')
  })

  it('refuses values that a function cannot read', () => {
    expect(run('number(a)', { a: 'x' })).toBe(
      '1 error[EXP_VALUE]: number() cannot read string "x", in `number(a)`.\n  next Test the value before, or send such records to the dead letters.',
    )
  })

  it('keeps the cause when a function of a plugin throws, and its coded errors as they are', () => {
    const coded = new MillraceError('GEO_X', 'Far.', { hint: 'Go.', retry: 'never' })
    const cause = new Error('no map')
    let thrown: unknown = cause
    const geo = {
      name: 'geo',
      arguments: ['place'],
      call: () => {
        throw thrown
      },
    }
    const { evaluate } = compileExpression('geo(a)', { functions: [geo] })

    expect(textOf(() => evaluate({}, context))).toBe(
      '1 error[EXP_FUNCTION]: geo() failed: no map, in `geo(a)`.\n  next Look at the plugin that brings "geo".',
    )
    expect(() => evaluate({}, context)).toThrow(expect.objectContaining({ cause }) as Error)
    thrown = coded
    expect(() => evaluate({}, context)).toThrow(coded)
  })
})

it("refuses key('name') for a name that is no key", () => {
  expect(compile("key('zz')", { keys: ['origin'] })).toBe(
    "5 error[EXP_UNKNOWN_KEY]: key('zz') is always null: the keys of the stage are origin, in `key('zz')`.\n  next Name one of them, or add the name to `by`.",
  )
})

it('shows every code of the package above', () => {
  expect([...seen].toSorted()).toEqual(Object.keys(errors).toSorted())
})
