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

  it('finds a fault inside the text or at its end whenever JSON.parse does', () => {
    const broken = fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom('', '"', '}', ',', '\\', 'x', '\u0001', ' ]'))
      .map(([json, at, junk]) => {
        const cut = at % (json.length + 1)
        return json.slice(0, cut) + junk + json.slice(cut + (at % 2))
      })
      .filter((text) => text.trim() !== '' && !isJson(text))

    fc.assert(
      fc.property(broken, (text) => {
        const at = /at character (\d+)/.exec(findJsonFault(text))?.[1]
        // What stands before the fault must be the start of some JSON: cut off there, the fault is gone.
        if (at !== undefined) expect(isCutOff(text.slice(0, Number(at) - 1))).toBe(true)
        else expect(isCutOff(text)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  it('is not stopped by depth or length', () => {
    expect(findJsonFault('['.repeat(100_000))).toBe('The JSON ends too early.')
    expect(findJsonFault(`"${'\\n'.repeat(100_000)}`)).toBe('The JSON ends too early.')
  })
})

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Whether text is JSON or the start of some, by the fault finder's own sentence for it and by JSON.parse. */
function isCutOff(text: string): boolean {
  return (
    isJson(text) || text.trim() === '' || /too early|character \d+ does/.test(findJsonFault(text))
  )
}
