import { expect, it } from 'vitest'
import type { CheckpointStore } from '../checkpoint/checkpoint.ts'
import { addsUp } from '../checkpoint/lives.test-support.ts'
import { from, gatedSource, job, listSink, stage } from './engine-parts.test-support.ts'
import { type Moment, simulate, sleeper } from './parallel.test-support.ts'

it('does not wait for a checkpoint that waits for the stage, and is a part of that', async () => {
  const { spec } = sleeper({ workers: 1, runs: 'async', mode: 'ordered' })
  const sink = listSink('sink', [from('slow')])
  const source = gatedSource()
  const taken: (readonly string[])[] = []
  const counts: number[] = []
  const store: CheckpointStore = {
    async commit(checkpoint) {
      addsUp(checkpoint)
      taken.push(Object.keys(checkpoint.stages).toSorted())
    },
  }
  const resize: Moment['act'] = (running) => {
    void running.resize('slow', 3).then(({ workers: count }) => counts.push(count))
  }

  const { checkpoint, state } = await simulate(
    job({
      sources: [source],
      stages: [spec],
      sinks: [sink],
      checkpoint: { everyMs: 60, store },
    }),
    5,
    [
      { atMs: 50, act: () => source.give([400, 1]) },
      // Its barrier is behind the two.
      { atMs: 100, act: resize },
      { atMs: 150, act: () => source.give([7, 7, 7, 7]) },
      { atMs: 200, act: () => expect([counts, taken.length]).toEqual([[3], 1]) },
      { atMs: 500, act: () => source.end() },
    ],
  )

  expect(state).toBe('completed')
  expect(sink.records).toEqual([400, 1, 7, 7, 7, 7])
  expect(taken.slice(0, 2)).toEqual([['slow#0'], ['slow#0', 'slow#1', 'slow#2']])
  expect(checkpoint?.failures).toBe(0)
})

it('checkpoints go on where workers of both of two stages are added, the second ones while a barrier is under way', async () => {
  const source = gatedSource()
  const sink = listSink('sink', [from('more')])
  let commits = 0
  const store: CheckpointStore = {
    async commit() {
      commits++
    },
  }
  const seen: unknown[] = []
  const waits = (id: string, before: string) =>
    stage(
      id,
      before,
      ({ timer }) => ({
        process: (ms: number) => {
          const isHere = id === 'work' && ms > 1
          return isHere ? new Promise((resolve) => void timer(ms, () => resolve(ms))) : ms
        },
      }),
      {
        traits: { keeps: 'nothing' },
        parallel: { workers: 1, runs: 'async', mode: 'unordered' },
      },
    )

  const { state } = await simulate(
    job({
      sources: [source],
      stages: [waits('work', 'source'), waits('more', 'work')],
      sinks: [sink],
      checkpoint: { everyMs: 50, store },
    }),
    5,
    [
      { atMs: 120, act: (running) => void running.resize('work', 2) },
      { atMs: 160, act: () => source.give([400]) },
      // The barrier is through the second worker, and behind the record of the first.
      {
        atMs: 260,
        act: (running) => {
          void running.resize('more', 2).then(() => seen.push(commits))
        },
      },
      { atMs: 700, act: () => source.give([1, 1, 1, 1]) },
      { atMs: 900, act: () => seen.push(sink.records.length, commits > (seen[0] as number)) },
      { atMs: 1000, act: () => source.end() },
    ],
  )

  expect(state).toBe('completed')
  expect(seen).toEqual([expect.any(Number), 5, true])
})
