import fc from 'fast-check'
import { expect, it } from 'vitest'
import { runUnderFaults, type Step, type Trouble } from './crash.test-support.ts'

const name = fc.constantFrom('a', 'b')
const commit: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('commit' as const),
  sections: fc.uniqueArray(fc.record({ name, bytes: fc.nat({ max: 90 }), replace: fc.boolean() }), {
    selector: (section) => section.name,
  }),
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
const steps = fc.array(step, { maxLength: 14 })

it('holds after any crash what was acknowledged, or what was in flight whole, never a mixture', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      steps,
      fc.array(crash, { maxLength: 4 }),
      async (seed, asked, troubles) => {
        expect(await runUnderFaults({ seed, steps: asked, troubles })).toBeUndefined()
      },
    ),
    { numRuns: 300 },
  )
})

it('holds what was acknowledged though the disk refuses, fails and loses power', async () => {
  const troubles = fc.array(fc.oneof(crash, refusal), { maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(fc.nat(), steps, troubles, async (seed, asked, trouble) => {
      expect(await runUnderFaults({ seed, steps: asked, troubles: trouble })).toBeUndefined()
    }),
    { numRuns: 300 },
  )
})
