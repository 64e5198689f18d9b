import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { oracle } from './join-oracle.test-support.ts'
import { type Case, cases, given, type Kind, rows, run, type Way } from './oracle.test-support.ts'

const pairKinds = ['inner', 'left', 'right', 'full', 'semi', 'anti'] as const
const lookupKinds = ['inner', 'left', 'semi', 'anti'] as const

const ways: Readonly<
  Record<string, { readonly way: fc.Arbitrary<Way>; readonly kinds: readonly Kind[] }>
> = {
  interval: { way: fc.record({ before: fc.nat(9), after: fc.nat(9) }), kinds: pairKinds },
  window: {
    way: fc.record({
      tumbling: fc.integer({ min: 1, max: 20 }),
      offset: fc.integer({ min: -9, max: 9 }),
    }),
    kinds: pairKinds,
  },
  table: { way: fc.constant({ table: true as const }), kinds: lookupKinds },
  'as-of': { way: fc.record({ asOf: fc.nat(15) }), kinds: lookupKinds },
}
const sizes = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 4 })

describe.each(Object.entries(ways))('a join by %s', (_name, { way, kinds }) => {
  const one: fc.Arbitrary<Case> = fc.record({ ...cases, way, kind: fc.constantFrom(...kinds) })

  it('gives what the oracle gives, whatever the batches', { timeout: 60_000 }, () =>
    fc.assert(
      fc.asyncProperty(rows, one, sizes, async (input, one, batch) => {
        const whole = await run(input, one)
        const cut = await run(input, one, { batch })

        expect(whole.rejected).toEqual([])
        expect(given(whole, one.kind)).toEqual(oracle(input, one))
        expect(given(cut, one.kind)).toEqual(given(whole, one.kind))
      }),
      { numRuns: 150 },
    ),
  )
})
