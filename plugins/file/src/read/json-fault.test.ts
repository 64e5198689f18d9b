import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findJsonFault } from './json-fault.ts'

describe('findJsonFault', () => {
  it.each([
    ['', 'A JSON value was expected; the text is empty.'],
    ['{"a":1', 'The JSON ends too early.'],
    ['"abc', 'The JSON ends too early.'],
    ['{"a":1}}', 'Not JSON: "}" at character 8 does not belong there.'],
    ["{'a':1}", 'Not JSON: "\'" at character 2 does not belong there.'],
    ['{"a":NaN}', 'Not JSON: "N" at character 6 does not belong there.'],
    ['{"a" 1}', 'Not JSON: "1" at character 6 does not belong there.'],
    ['[1,]', 'Not JSON: "]" at character 4 does not belong there.'],
    ['{"a":1,}', 'Not JSON: "}" at character 8 does not belong there.'],
    ['007', 'Not JSON: "0" at character 2 does not belong there.'],
    ['"a\u0000"', 'Not JSON: the control character 0 at character 3 does not belong there.'],
    ['"\\x"', 'Not JSON: "\\\\" at character 2 does not belong there.'],
  ])('says of %j where it is wrong', (text, sentence) => {
    expect(findJsonFault(text)).toBe(sentence)
  })

  it('finds junk behind any JSON exactly where it stands', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        const at = json.length + 1
        expect(findJsonFault(`${json}\u0001`)).toBe(
          `Not JSON: the control character 1 at character ${at} does not belong there.`,
        )
      }),
      { numRuns: 300 },
    )
  })

  it('knows that objects and arrays of text are cut off, wherever they are', () => {
    const texts = fc.dictionary(fc.string(), fc.array(fc.string()))

    fc.assert(
      fc.property(texts, fc.nat(), (value, seed) => {
        const json = JSON.stringify(value)
        const cut = json.slice(0, 1 + (seed % (json.length - 1)))
        expect(findJsonFault(cut)).toMatch(/^The JSON ends too early\.$|"\\\\" at character/)
      }),
      { numRuns: 300 },
    )
  })

  it('is not stopped by depth or length', () => {
    expect(findJsonFault('['.repeat(100_000))).toBe('The JSON ends too early.')
    expect(findJsonFault(`"${'\\n'.repeat(100_000)}`)).toBe('The JSON ends too early.')
  })
})
