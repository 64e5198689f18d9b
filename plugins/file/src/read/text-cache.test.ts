import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TextCache } from './text-cache.ts'

describe('the text cache', () => {
  it('gives the text of the bytes, whatever came before', () => {
    const texts = fc.array(
      fc.oneof(
        fc.string({ maxLength: 40 }).map((text) => text.replaceAll(/[^ -~]/g, '?')),
        fc.nat(9999).map((number) => `user-${number}`),
        fc.constantFrom('', 'a', 'b', 'click', 'purchase'),
      ),
      { maxLength: 200 },
    )
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 100 }), (list, rounds) => {
        const cache = new TextCache()
        for (let round = 0; round < rounds; round++) {
          const text = list.join('|')
          const bytes = Buffer.from(text)
          let start = 0
          const taken = list.map((one) => {
            const end = start + one.length
            const result = cache.take(bytes, start, end)
            start = end + 1
            return result
          })
          expect(taken).toStrictEqual(list)
        }
      }),
      { numRuns: 100 },
    )
  })

  it('keeps what it gave apart from the bytes, which are used again', () => {
    const cache = new TextCache()
    const bytes = Buffer.from('view')

    const first = cache.take(bytes, 0, 4)
    bytes.write('stop')
    const second = cache.take(bytes, 0, 4)

    expect([first, second]).toStrictEqual(['view', 'stop'])
  })
})
