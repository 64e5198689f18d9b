import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { checkSourceLaws, listSourceLaws, sourceLaws } from './source-laws.ts'
import type { SourceLawsOptions } from './source-laws-options.ts'
import { askedMutants, healthySifting } from './asked-mutants.test-support.ts'
import * as sources from './source-mutants.test-support.ts'

const healthy = [...sources.healthy, healthySifting]
const mutants = [...sources.mutants, ...askedMutants]

interface Input {
  readonly lines: readonly string[]
  readonly batch: number
}

const line = fc.oneof(
  fc
    .record({ id: fc.nat({ max: 9 }), place: fc.record({ name: fc.constantFrom('a', 'b') }) })
    .map((record) => JSON.stringify(record)),
  fc.constantFrom('7', 'null', '{', ''),
)
const options: SourceLawsOptions<Input> = {
  inputs: fc.record({
    lines: fc.array(line, { maxLength: 20 }),
    batch: fc.integer({ min: 1, max: 5 }),
  }),
  parameters: (input) => input,
  entries: ({ lines }) =>
    lines.map((text) =>
      text === '{' || text === '' ? { malformed: true } : { value: JSON.parse(text) as unknown },
    ),
  limit: 50,
  seed: 11,
}

// A law is a loop of cases: a busy machine takes its time.
vi.setConfig({ testTimeout: 30_000 })

it.each(mutants)('a source that $fault is caught by the law $law', async ({ source, law }) => {
  const meant = listSourceLaws(source, options).find(({ id }) => id === law)

  await expect(meant?.check()).rejects.toMatchObject({ code: 'TST_LAW' })
})

it('has a mutant for every law', () => {
  const laws = healthy.flatMap((source) => listSourceLaws(source, options)).map(({ id }) => id)

  expect(new Set(mutants.map(({ law }) => law))).toEqual(new Set(laws))
})

describe('healthy sources keep all laws', () => {
  const [base, slow, endless, sifting] = healthy
  sourceLaws(base!, { ...options, runs: 30 })
  sourceLaws(sifting!, { ...options, runs: 30 })
  const { entries: _twice, ...twice } = options
  sourceLaws(slow!, { ...twice, runs: 5 })
  sourceLaws(endless!, { ...twice, runs: 10 })
})

describe('checkSourceLaws', () => {
  it('needs no test runner, and shows the smallest case and how to find it again', async () => {
    const { source } = mutants.find(({ law }) => law === 'entries')!

    const proof = checkSourceLaws(source, options)

    await expect(proof).rejects.toMatchObject({
      message: expect.stringContaining('Source "lines" breaks the law') as unknown,
      hint: 'Mend it, and find the case again with `seed: 11`.',
    })
  })

  it('takes parameters as a list where there is nothing to put in place', async () => {
    const parameters = [{ lines: ['1', '2'] }, { lines: [], batch: 1 }]

    await expect(checkSourceLaws(healthy[0]!, { parameters, runs: 5 })).resolves.toBeUndefined()
  })
})
