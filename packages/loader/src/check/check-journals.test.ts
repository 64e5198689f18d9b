import { expect, it } from 'vitest'
import { faultsOf, load } from './faults.test-support.ts'

const job = (source: string, checkpoint = '10s'): string =>
  `pipeline:\n  checkpoint: ${checkpoint}\n  source: ${source}\n  sink: { file: b.jsonl }\n`

it('makes what cannot be read again count exactly once', async () => {
  const { plan, warnings } = await load(job("{ file: '-', journal: true }"))
  const [source, sink] = plan?.nodes ?? []

  expect(warnings).toEqual([])
  expect(plan?.checkpoint?.journals).toEqual({ source: 2 ** 30 })
  expect(source?.delivery).toEqual({
    level: 'exactly once',
    why: 'its journal has each record before it is handed on, and is read again from where the last checkpoint stands.',
  })
  expect(sink?.delivery?.level).toBe('exactly once')
})

it('is off unless it is said', async () => {
  for (const source of ["{ file: '-', journal: false }", "{ file: '-' }"]) {
    const { plan } = await load(job(source))

    expect(plan?.checkpoint?.journals).toBeUndefined()
    expect(plan?.nodes[0]?.delivery?.level).toBe('at most once')
  }
})

it('needs checkpoints', async () => {
  expect(await faultsOf(job("{ file: '-', journal: true }", 'off'))).toMatchInlineSnapshot(`
    "error[CFG_JOURNAL]: Source "source" has a journal, and the job takes no checkpoints: nothing says from where the journal is read.
      at   /jobs/job.yaml:3:24  pipeline.source.journal
      next Add checkpoint: 10s to the pipeline, or remove journal."
  `)
})

it('has a size that it may take', async () => {
  const { plan } = await load(job("{ file: '-', journal: { maxSize: 64MiB } }"))
  const usual = await load(job("{ file: '-', journal: {} }"))

  expect(plan?.checkpoint?.journals).toEqual({ source: 2 ** 26 })
  expect(usual.plan?.checkpoint?.journals).toEqual({ source: 2 ** 30 })
  expect(await faultsOf(job("{ file: '-', journal: { maxSize: 64, size: 1GB } }")))
    .toMatchInlineSnapshot(`
      "error[CFG_TYPE]: "journal.maxSize" must be a size above 0 with a unit, such as 1GiB; got number 64.
        at   /jobs/job.yaml:3:44  pipeline.source.journal.maxSize
        next Write a size above 0 with a unit, such as 1GiB there.
      error[CFG_UNKNOWN_KEY]: Unknown key "size" in "journal".
        at   /jobs/job.yaml:3:48  pipeline.source.journal.size
        next The keys are: maxSize."
    `)
})

it('is a switch', async () => {
  expect(await faultsOf(job("{ file: '-', journal: often }"))).toMatchInlineSnapshot(`
    "error[CFG_TYPE]: "journal" must be true, false or a map with maxSize; got string "often".
      at   /jobs/job.yaml:3:33  pipeline.source.journal
      next Write true, false or a map with maxSize there."
  `)
})

it('is a copy where the source can be read again', async () => {
  const { plan, warnings } = await load(job('{ file: a.jsonl, journal: true }'))

  expect(plan?.checkpoint?.journals).toBeUndefined()
  expect(warnings.map(({ message }) => message)).toEqual([
    'Source "source" can be read again from a position by itself; its journal would only be a copy, and is not written.',
  ])
})
