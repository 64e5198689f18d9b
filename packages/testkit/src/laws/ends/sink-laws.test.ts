import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { checkSinkLaws, listSinkLaws, sinkLaws } from './sink-laws.ts'
import type { SinkLawsOptions } from './sink-laws-options.ts'
import { healthyTaking, rawMutants } from './raw-sink-mutants.test-support.ts'
import * as sinks from './sink-mutants.test-support.ts'

const healthy = [...sinks.healthy, healthyTaking]
const mutants = [...sinks.mutants, ...rawMutants]
const { locks, tables } = sinks

const options: SinkLawsOptions = {
  records: fc.oneof(fc.nat({ max: 20 }), fc.record({ id: fc.nat({ max: 5 }) }), fc.constant(null)),
  parameters: [{}, { most: 3 }],
  place(parameters) {
    const table = `table ${tables.size}`
    tables.set(table, [])
    return {
      parameters: { ...(parameters as object), table },
      read: () => tables.get(table),
      leftovers: () => (locks.has(table) ? ['a lock'] : []),
    }
  },
  seed: 13,
}

// A law is a loop of cases: a busy machine takes its time.
vi.setConfig({ testTimeout: 30_000 })

it.each(mutants)('a sink that $fault is caught by the law $law', async ({ sink, law }) => {
  const meant = listSinkLaws(sink, options).find(({ id }) => id === law)

  await expect(meant?.check()).rejects.toMatchObject({ code: 'TST_LAW' })
})

it('has a mutant for every law', () => {
  const laws = healthy.flatMap((sink) => listSinkLaws(sink, options)).map(({ id }) => id)

  expect(new Set(mutants.map(({ law }) => law))).toEqual(new Set(laws))
})

describe('healthy sinks keep all laws', () => {
  for (const sink of healthy) sinkLaws(sink, { ...options, runs: 30 })
})

describe('checkSinkLaws', () => {
  it('needs no test runner, and shows the smallest case and how to find it again', async () => {
    const { sink } = mutants.find(({ law }) => law === 'abort')!

    const error = await checkSinkLaws(sink, options).catch((thrown: unknown) => thrown)

    expect(String(error)).toMatchInlineSnapshot(`
      "MillraceError: Sink "table" breaks the law "aborted at any point, nothing is there but what it says it keeps, all of it whole". Aborted behind 1 records, of which it kept 0, a reader finds [{"id":0}] for [].
      For {"parameters":{},"records":[{"id":0}],"more":[1,{"sizes":[1],"flushes":false}]}"
    `)
    expect((error as { hint: string }).hint).toMatchInlineSnapshot(
      `"Mend it, and find the case again with \`seed: 13\`."`,
    )
  })
})
