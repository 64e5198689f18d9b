import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { identityOf, readExposition } from './exposition.test-support.ts'
import { renderFamilies } from './metric-family.ts'

describe('the text of metrics', () => {
  it('has help, type and one line a sample; families without one are left out', () => {
    const text = renderFamilies([
      {
        name: 'a_total',
        type: 'counter',
        help: 'A \\ and\na line.',
        samples: [
          { labels: {}, value: 1 },
          { labels: { x: 'a"b\\c\nd', y: undefined, z: '' }, value: 0.5 },
        ],
      },
      { name: 'none', type: 'gauge', help: 'None.', samples: [] },
      {
        name: 'b',
        type: 'gauge',
        help: 'B.',
        samples: [Infinity, -Infinity, NaN, 1e21].map((value, index) => ({
          labels: { x: String(index) },
          value,
        })),
      },
    ])

    expect(text).toBe(`# HELP a_total A \\\\ and\\na line.
# TYPE a_total counter
a_total 1
a_total{x="a\\"b\\\\c\\nd",z=""} 0.5
# HELP b B.
# TYPE b gauge
b{x="0"} +Inf
b{x="1"} -Inf
b{x="2"} NaN
b{x="3"} 1e+21
`)
  })

  it('gives every reader of the format the labels, help and values that went in', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/).map((text) => `m_${text}_x`)
    const label = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9_]{0,5}$/).filter((text) => text !== 'le')
    const mean = fc.constantFrom(
      '"',
      '\\',
      '\n',
      '\\n',
      '\r',
      '{',
      '}',
      ',',
      '=',
      '#',
      ' ',
      'é',
      '𝄞',
    )
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: mean }),
      fc.constantFrom('\uD800', 'a\uDC00', '\0', '\u2028'),
    )
    const sample = fc.record({
      labels: fc.dictionary(label, text, { maxKeys: 3, noNullPrototype: true }),
      value: fc.oneof(fc.double(), fc.integer()),
    })
    const family = fc.record({
      name,
      type: fc.constant('gauge' as const),
      help: text,
      samples: fc.uniqueArray(sample, {
        minLength: 1,
        maxLength: 4,
        selector: ({ labels }) => identityOf(labels),
      }),
    })
    const all = fc.uniqueArray(family, { maxLength: 3, minLength: 1, selector: (one) => one.name })
    const asUtf8 = (value: string): string =>
      Buffer.from(value, 'utf8').toString('utf8').replaceAll('\0', '\uFFFD')
    const clean = (labels: Readonly<Record<string, string>>): unknown =>
      Object.entries(labels).map(([key, value]) => [key, asUtf8(value)])

    fc.assert(
      fc.property(all, (families) => {
        const bytes = Buffer.from(renderFamilies(families), 'utf8')

        const read = readExposition(bytes.toString('utf8'))

        expect([...read.keys()]).toEqual(families.map((one) => one.name))
        for (const one of families) {
          const got = read.get(one.name)
          expect(got?.help).toBe(Buffer.from(one.help, 'utf8').toString('utf8'))
          expect(got?.samples.map(({ labels }) => Object.entries(labels))).toEqual(
            one.samples.map(({ labels }) => clean(labels)),
          )
          expect(got?.samples.map(({ value }) => value)).toEqual(
            one.samples.map(({ value }) => (value === 0 ? 0 : value)),
          )
        }
      }),
      { numRuns: 100 },
    )
  })
})

describe('the reader of these tests', () => {
  const head = '# HELP a A.\n# TYPE a gauge\n'
  it.each([
    ['no end of line', `${head}a 1`, 'the last line has no end'],
    ['no help', '# TYPE a gauge\na 1\n', 'TYPE without HELP in front'],
    ['no type', 'a 1\n', 'a sample alone'],
    ['another name', `${head}b 1\n`, 'b stands under a'],
    ['a family twice', `${head}a 1\n${head}a{x="1"} 1\n`, 'a comes twice'],
    ['a sample twice', `${head}a{x="1",y="2"} 1\na{y="2",x="1"} 2\n`, 'a sample comes twice'],
    ['a raw quote', `${head}a{x="""} 1\n`, 'bad labels'],
    ['an unknown escape', `${head}a{x="\\t"} 1\n`, 'unknown escape'],
    ['a reserved label', `${head}a{__x="1"} 1\n`, 'bad labels'],
    ['a label twice', `${head}a{x="1",x="2"} 1\n`, 'x comes twice'],
    ['a comma too many', `${head}a{x="1",} 1\n`, 'bad labels'],
    ['a space too many', `${head}a  1\n`, 'bad value'],
    ['no number', `${head}a Infinity\n`, 'bad value'],
    ['a counter that is not called one', '# HELP a A.\n# TYPE a counter\na 1\n', 'a is a counter'],
    [
      'a gauge that is called a counter',
      '# HELP a_total A.\n# TYPE a_total gauge\na_total 1\n',
      'a_total is a gauge',
    ],
  ])('refuses %s', (_, text, message) => {
    expect(() => readExposition(text)).toThrow(message)
  })
})
