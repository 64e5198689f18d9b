import fc from 'fast-check'
import { expect, it } from 'vitest'
import { runUnderFaults, type Step, type Trouble } from './crash.test-support.ts'

const name = fc.constantFrom('a', 'b')
const commitOf = (drop: fc.Arbitrary<number>): fc.Arbitrary<Step> =>
  fc.record({
    do: fc.constant('commit' as const),
    sections: fc.uniqueArray(
      fc.record({ name, bytes: fc.nat({ max: 90 }), drop, replace: fc.boolean() }),
      { selector: (section) => section.name },
    ),
  })
const stepOf = (drop: fc.Arbitrary<number>): fc.Arbitrary<Step> =>
  fc.oneof(
    { arbitrary: commitOf(drop), weight: 6 },
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
/** What is asked of a store that merges, and of one that drops what is not needed any more, as that of a job does. */
const asked = fc.oneof(
  fc.record({
    merges: fc.constant(true),
    steps: fc.array(stepOf(fc.constant(0)), { maxLength: 14 }),
  }),
  fc.record({
    merges: fc.constant(false),
    steps: fc.array(stepOf(fc.nat({ max: 4 })), { maxLength: 14 }),
  }),
)

it('holds after any crash what was acknowledged, or what was in flight whole, never a mixture', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      asked,
      fc.array(crash, { maxLength: 4 }),
      async (seed, all, troubles) => {
        expect(await runUnderFaults({ seed, ...all, troubles })).toBeUndefined()
      },
    ),
    { numRuns: 300 },
  )
})

it('holds what was acknowledged though the disk refuses, fails and loses power', async () => {
  const troubles = fc.array(fc.oneof(crash, refusal), { maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(fc.nat(), asked, troubles, async (seed, all, some) => {
      expect(await runUnderFaults({ seed, ...all, troubles: some })).toBeUndefined()
    }),
    { numRuns: 300 },
  )
})
