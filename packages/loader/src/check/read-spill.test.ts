import { expect, it } from 'vitest'
import { faultsOf, load } from './faults.test-support.ts'

const job = (stage: string): string =>
  `pipeline:
  source: { file: a.jsonl }
  stages:
    - { module: aggregate, parameters: { aggregate: { n: count() } }, ${stage} }
  sink: { file: b.jsonl }
`

it('says how many keys stay in memory, and where the others wait', async () => {
  const { plan, spec } = await load(job('by: user, spill: { keys: 5000, dir: scratch }'))

  expect(spec?.stages[0]?.spill).toEqual({ keys: 5000, dir: '/jobs/scratch' })
  expect(plan?.nodes[1]?.fates).toContain(
    'About 5000 keys keep their state in memory, the others on the disk; numbers, windows and timers stay in memory.',
  )
})

it('is off unless it is said', async () => {
  const { spec } = await load(job('by: user'))

  expect(spec?.stages[0]?.spill).toBeUndefined()
})

it('needs keys to choose from, a number of them, and nothing that it does not know', async () => {
  const faults = await Promise.all(
    ['spill: { keys: 5 }', 'by: user, spill: {}', 'by: user, spill: { keys: 0, kees: 1 }'].map(
      (stage) => faultsOf(job(stage)),
    ),
  )

  expect(faults).toMatchInlineSnapshot(`
    [
      "error[CFG_SPILL]: "aggregate" has spill and no by: without keys there is nothing to choose from.
      at   /jobs/job.yaml:4:78  pipeline.stages[0].spill
      next Add by with the field whose values the state is kept for, or remove spill.",
      "error[CFG_MISSING]: "spill" has no keys; expected one.
      at   /jobs/job.yaml:4:88  pipeline.stages[0].spill
      next Say how many keys may stay in memory, such as keys: 100000.",
      "error[CFG_TYPE]: "spill.keys" must be a whole number of at least 1; got number 0.
      at   /jobs/job.yaml:4:96  pipeline.stages[0].spill.keys
      next Write a whole number of at least 1 there.
    error[CFG_UNKNOWN_KEY]: Unknown key "kees" in "spill".
      at   /jobs/job.yaml:4:99  pipeline.stages[0].spill.kees
      next Did you mean "keys"?",
    ]
  `)
})
