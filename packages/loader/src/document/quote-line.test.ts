import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { quoteLine } from './quote-line.ts'

it.each([
  ['    - filter: !cancelled', "- filter: '!cancelled'"],
  ["x: a == 'b' ? 1 : 2", `x: "a == 'b' ? 1 : 2"`],
  [`x: a == 'b' ? "c" : 2`, `x: 'a == ''b'' ? "c" : 2'`],
  ['x: { a: min(b, c), d: e }', "x: { a: 'min(b, c)', d: e }"],
  ["x: { a: 'b', c: f(d, 'e, g') }", `x: { a: 'b', c: "f(d, 'e, g')" }`],
  ['- !a', "- '!a'"],
])('quotes %s', (line, expected) => {
  expect(quoteLine(line)).toBe(expected)
})

it.each(['', 'key:', '- key:', "x: 'quoted'", '}'])('has nothing to say about %j', (line) => {
  expect(quoteLine(line)).toBeUndefined()
})

it('gives YAML that means the text that stood there', () => {
  const expression = fc
    .array(fc.constantFrom('!a', '? b', ': c', '"x"', "'y'", '[1, 2]', 'f(a, b)', '&&', ' '), {
      minLength: 1,
      maxLength: 6,
    })
    .map((parts) => parts.join(' ').trim())
    .filter((text) => text !== '')

  fc.assert(
    fc.property(expression, (text) => {
      const line = quoteLine(`key: ${text}`)

      const isLeftAlone = line === undefined || /^(?:"[^"]*"|'[^']*'|\[.*\])$/.test(text)
      expect(isLeftAlone ? { key: text } : parse(line)).toEqual({ key: text })
    }),
    { numRuns: 200 },
  )
})

it('keeps a list inside a map a list', () => {
  expect(quoteLine('- map: { set: { p: max(a, 1), z: [1,2] } }')).toBe(
    "- map: { set: { p: 'max(a, 1)', z: [1, 2] } }",
  )
})

it('proposes nothing where it is not sure where a value ends', () => {
  expect(quoteLine('sink: { file: { path: o/{nope(}.jsonl, format: jsonl } }')).toBe(undefined)
  expect(quoteLine('path: o/{nope(}.jsonl, format: jsonl')).toBe(undefined)
})
