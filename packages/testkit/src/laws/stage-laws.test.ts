import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkStageLaws, listStageLaws, stageLaws } from './stage-laws.ts'
import { healthySifting, prefilterMutants } from './prefilter-mutants.test-support.ts'
import * as stages from './stage-mutants.test-support.ts'

const healthy = [...stages.healthy, healthySifting]
const mutants = [...stages.mutants, ...prefilterMutants]

const records = fc.record({
  value: fc.oneof(fc.integer({ min: -20, max: 30 }), fc.constant(0.5)),
  name: fc.constantFrom('a', 'b'),
})
const options = { records, parameters: [{}, { above: 0 }], seed: 7 }

it.each(mutants)('a stage that $fault is caught by the law $law', async ({ stage, law }) => {
  const meant = listStageLaws(stage, options).find(({ id }) => id === law)

  await expect(meant?.check()).rejects.toMatchObject({ code: 'TST_LAW' })
})

it('has a mutant for every law', () => {
  const laws = healthy.flatMap((stage) => listStageLaws(stage, options)).map(({ id }) => id)

  expect(new Set(mutants.map(({ law }) => law))).toEqual(new Set(laws))
})

for (const stage of healthy) stageLaws(stage, { ...options, runs: 30 })

describe('checkStageLaws', () => {
  it('needs no test runner, and shows the smallest case and how to find it again', async () => {
    const [mutant] = mutants

    const error = await checkStageLaws(mutant!.stage, options).catch((thrown: unknown) => thrown)

    expect(String(error)).toMatchInlineSnapshot(`
      "MillraceError: Stage "above" breaks the law "it leaves its input as it was". It made {"value":0.5,"name":"a","seen":true} of record 0, {"value":0.5,"name":"a"}.
      For {"parameters":{},"input":[{"value":0.5,"name":"a"}],"more":false}"
    `)
    expect((error as { hint: string }).hint).toMatchInlineSnapshot(
      `"Mend it, and find the case again with \`seed: 7\`."`,
    )
  })
})
