import { expect, it } from 'vitest'
import { nodeRuntime } from '../host/index.ts'
import { createJob } from './create-job.ts'
import { from, job, listSink, listSource } from './engine-parts.test-support.ts'

const countsOf = async (sinks: readonly ReturnType<typeof listSink>[]) => {
  const sources = [listSource([[1, 2], [3]])]
  const { sinks: counts } = await createJob(job({ sources, sinks }), { runtime: nodeRuntime }).run()
  return counts
}

const failing = () =>
  listSink('bad', [from('source')], {
    flush: () => {
      throw new Error('no flush')
    },
  })

it('holds what a sink of a failed job took back', async () => {
  const sink = listSink('sink', [from('source')], { abort: () => ({ discarded: 2 }) })

  const [counts] = await countsOf([sink, failing()])

  expect(counts).toMatchObject({ received: 3, written: 1, rejected: 0, held: 2 })
})

it('counts as written what stays where a sink says nothing, and never less than none', async () => {
  const silent = listSink('silent', [from('source')])
  const eager = listSink('eager', [from('source')], {
    abort: () => Promise.resolve({ discarded: 9 }),
  })

  const counts = await countsOf([silent, eager, failing()])

  expect(counts).toMatchObject([{ written: 3, held: 0 }, { written: 0, held: 3 }, { written: 3 }])
})

it('takes back what a failed commit left undone', async () => {
  const sink = listSink('sink', [from('source')], {
    commit: () => Promise.reject(new Error('no commit')),
    abort: () => ({ discarded: 3 }),
  })

  const [counts] = await countsOf([sink])

  expect(counts).toMatchObject({ received: 3, written: 0, held: 3 })
})
