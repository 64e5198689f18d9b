import { createManualRuntime } from '@millrace/core'
import { expect, it } from 'vitest'
import type { Summary } from '../report/summary.ts'
import { createJob } from './create-job.ts'
import { from, job, listSink, listSource, stage } from './engine-parts.test-support.ts'

type Overflow = 'block' | 'dropOldest' | 'dropNewest' | 'fail'

interface Outcome {
  readonly out: readonly unknown[]
  /** How often the source was asked before the stage went on. */
  readonly pulls: number
  readonly summary: Summary
}

/** Sends pairs of records to a stage with room for four, which holds the first one until the source is through or waits. */
async function run(overflow: Overflow): Promise<Outcome> {
  const runtime = createManualRuntime()
  const go: (() => void)[] = []
  let pulls = 0
  function* pairs(): Generator<number[]> {
    for (let n = 1; n < 10; n += 2) {
      pulls++
      yield [n, n + 1]
    }
  }
  const slow = stage('slow', 'source', {
    process: (n: number) =>
      n === 1 ? new Promise((resolve) => void go.push(() => resolve(n))) : n,
  })
  const sink = listSink('sink', [from('slow')])
  const spec = job({
    sources: [listSource(pairs() as unknown as number[][])],
    stages: [slow],
    sinks: [sink],
    mailbox: { capacity: 4, overflow },
  })
  const ended = createJob(spec, { runtime }).run()
  await runtime.settle()
  const pulled = pulls
  for (const release of go) release()
  await runtime.settle()
  return { out: sink.records, pulls: pulled, summary: await ended }
}

it('makes the source wait where a mailbox blocks, which is the default', async () => {
  const { out, pulls, summary } = await run('block')

  expect(pulls).toBe(3)
  expect(out).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  expect(summary.stages[0]).toMatchObject({ in: 10, used: 10, dropped: 0 })
})

it('drops the oldest records of a full mailbox, never those in hand, and counts them', async () => {
  const { out, pulls, summary } = await run('dropOldest')

  expect(pulls).toBe(5)
  expect(out).toEqual([1, 2, 9, 10])
  expect(summary.state).toBe('completed')
  expect(summary.stages[0]).toMatchObject({ in: 10, used: 4, dropped: 6, held: 0 })
})

it('drops the newest records of a full mailbox, and counts them', async () => {
  const { out, pulls, summary } = await run('dropNewest')

  expect(pulls).toBe(5)
  expect(out).toEqual([1, 2, 3, 4])
  expect(summary.state).toBe('completed')
  expect(summary.stages[0]).toMatchObject({ in: 10, used: 4, dropped: 6, held: 0 })
})

it('fails the job when a mailbox that must not overflow is full', async () => {
  const { summary } = await run('fail')

  expect(summary.state).toBe('failed')
  expect(summary.error?.code).toBe('ENG_OVERFLOW')
  expect(summary.error?.message).toBe('The mailbox of "slow" is full (4 records).')
  expect(summary.error?.hint).toBe('Set mailbox.overflow to block, or raise mailbox.capacity.')
  expect(summary.stages[0]).toMatchObject({ in: 4, dropped: 2, held: 2 })
})
