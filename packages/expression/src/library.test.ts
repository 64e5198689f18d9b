import { Environment } from '@marcbachmann/cel-js'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileExpression } from './compile-expression.ts'

const context = { timestamp: 0 }
const library = new Environment({
  unlistedVariablesAreDyn: true,
  homogeneousAggregateLiterals: false,
})

/** Well-typed expressions that CEL and Millrace mean alike: doubles, texts, booleans, lists of doubles. */
const { truth } = fc.letrec<{ truth: string; number: string; text: string }>((tie) => {
  const number = tie('number')
  const text = tie('text')
  const truth = tie('truth')
  return {
    number: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom('a', 'b', '1.5', '0.25', '-2.0', '100.0'),
      fc
        .tuple(number, fc.constantFrom('+', '-', '*'), number)
        .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
      fc.tuple(truth, number, number).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
    ),
    text: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom('s', 't', "'SFO'", '"a"', "''"),
      fc.tuple(text, text).map(([left, right]) => `(${left} + ${right})`),
    ),
    truth: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom('true', 'false', 'yes'),
      fc
        .tuple(number, fc.constantFrom('<', '<=', '>', '>=', '==', '!='), number)
        .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
      fc
        .tuple(text, fc.constantFrom('<', '<=', '>', '>=', '==', '!='), text)
        .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
      fc
        .tuple(text, fc.constantFrom('startsWith', 'endsWith', 'contains'), text)
        .map(([left, name, right]) => `${left}.${name}(${right})`),
      fc
        .tuple(number, fc.constantFrom('all', 'exists', 'exists_one'))
        .map(([limit, macro]) => `numbers.${macro}(n, n > ${limit})`),
      fc.tuple(number, number).map(([a, b]) => `(${a} in [${b}, 1.5])`),
      fc
        .tuple(truth, fc.constantFrom('&&', '||', '==', '!='), truth)
        .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
      truth.map((inner) => `!${inner}`),
    ),
  }
})

const ascii = fc.string({ unit: 'grapheme-ascii', maxLength: 4 })
const real = fc.double({ noNaN: true, min: -1e6, max: 1e6 })

describe('the compiler against the library', () => {
  it('agrees wherever both define the meaning', () => {
    fc.assert(
      fc.property(
        truth,
        fc.record({
          a: real,
          b: real,
          s: ascii,
          t: ascii,
          yes: fc.boolean(),
          numbers: fc.array(real, { maxLength: 3 }),
        }),
        (text, record) => {
          const expected: unknown = library.evaluate(text, { ...record })

          expect(compileExpression(text).evaluate(record, context)).toBe(expected)
        },
      ),
      { numRuns: 300 },
    )
  })
})
