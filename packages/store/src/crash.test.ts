import fc from 'fast-check'
import { expect, it } from 'vitest'
import { runUnderFaults, type Step, type Trouble } from './crash.test-support.ts'

const name = fc.constantFrom('a', 'b')
const drop = fc.nat({ max: 4 })
const commit: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('commit' as const),
  sections: fc.uniqueArray(
    fc.record({ name, bytes: fc.nat({ max: 90 }), drop, replace: fc.boolean() }),
    { selector: (section) => section.name },
  ),
})
const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: commit, weight: 6 },
  {
    arbitrary: fc.record({
      do: fc.constantFrom('keep' as const, 'discard' as const, 'goOnFrom' as const),
      savepoint: fc.constantFrom('one', 'two'),
    }),
    weight: 3,
  },
  {
    arbitrary: fc.record({ do: fc.constantFrom('startAnew' as const, 'reopen' as const) }),
    weight: 1,
  },
)
const asked = fc.array(step, { maxLength: 14 })
const crash: fc.Arbitrary<Trouble> = fc.record({
  after: fc.nat({ max: 60 }),
  fault: fc.record({
    crash: fc.constantFrom('before' as const, 'within' as const, 'after' as const),
    power: fc.boolean(),
  }),
})
const refusal: fc.Arbitrary<Trouble> = fc.record({
  after: fc.nat({ max: 20 }),
  fault: fc.oneof(
    fc.record({ code: fc.constantFrom('ENOSPC' as const, 'EIO' as const, 'EACCES' as const) }),
    fc.constant({ short: true as const }),
  ),
})

it('holds after any crash what was acknowledged, or what was in flight whole, never a mixture', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      asked,
      fc.array(crash, { maxLength: 4 }),
      async (seed, steps, troubles) => {
        expect(await runUnderFaults({ seed, steps, troubles })).toBeUndefined()
      },
    ),
    { numRuns: 300 },
  )
})

it('holds what was acknowledged though the disk refuses, fails and loses power', async () => {
  const troubles = fc.array(fc.oneof(crash, refusal), { maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(fc.nat(), asked, troubles, async (seed, steps, some) => {
      expect(await runUnderFaults({ seed, steps, troubles: some })).toBeUndefined()
    }),
    { numRuns: 300 },
  )
})
