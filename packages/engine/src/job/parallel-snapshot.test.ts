import { createManualRuntime } from '@millrace/core'
import { expect, it } from 'vitest'
import type { StageSnapshot } from '../state/saved-state.ts'
import { createJob } from './create-job.ts'
import { from, job, keyPart, listSink, listSource, stage } from './engine-parts.test-support.ts'

interface Reading {
  readonly user: string
  readonly n: number
}

/** Runs a job over readings from where an earlier one stood. */
async function run(readings: readonly Reading[], workers: number, restored?: StageSnapshot) {
  const sums = stage(
    'sums',
    'source',
    ({ state }) => {
      const sum = state.value<number>('sum', { initial: () => 0 })
      return {
        process({ n, user }: Reading) {
          sum.set(sum.get() + n)
          return `${user} ${sum.get()}`
        },
      }
    },
    {
      by: [keyPart('user')],
      parallel: { workers, runs: 'async', mode: 'keyed' },
      restored,
    },
  )
  const sink = listSink('sink', [from('sums')])
  const runtime = createManualRuntime()
  const running = createJob(
    job({ sources: [listSource([readings])], stages: [sums], sinks: [sink] }),
    { runtime },
  )
  const ended = running.run()
  await runtime.elapse(100)
  await ended
  return { snapshot: running.snapshot(), results: sink.records.map(String).toSorted() }
}

const readings = ['ann', 'bob', 'cid', 'dan', 'ann', 'eve', 'bob'].map((user, n) => ({ user, n }))

it('what a stage keeps is that of all its workers, and goes on with any number of them', async () => {
  const one = await run(readings, 1)
  const expected = await run(readings, 1, one.snapshot['sums'])

  for (const [before, after] of [
    [1, 3],
    [3, 1],
    [3, 2],
    [2, 4],
  ] as const) {
    const first = await run(readings, before)
    const second = await run(readings, after, first.snapshot['sums'])

    expect(Object.keys(first.snapshot)).toEqual(['sums'])
    expect(second.results).toEqual(expected.results)
  }
  expect(expected.results).toEqual([
    'ann 4',
    'ann 8',
    'bob 14',
    'bob 8',
    'cid 4',
    'dan 6',
    'eve 10',
  ])
})
