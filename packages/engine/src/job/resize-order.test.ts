import { expect, it } from 'vitest'
import { from, gatedSource, job, listSink, stage } from './engine-parts.test-support.ts'
import { type Moment, simulate, sleeper } from './parallel.test-support.ts'

it('an ordered stage keeps its order where what it reads had several workers for a while: it gets no more beside them', async () => {
  const source = gatedSource()
  const first = stage(
    'first',
    'source',
    { process: (n: number) => n },
    { traits: { keeps: 'nothing' }, parallel: { workers: 1, runs: 'async', mode: 'unordered' } },
  )
  const { spec } = sleeper({ workers: 1, runs: 'async', mode: 'ordered' })
  const slow = { ...spec, inputs: [{ name: 'in', from: [from('first')] }] }
  const sink = listSink('sink', [from('slow')])
  const told: unknown[] = []
  const resize = (id: string, workers: number): Moment['act'] => {
    return (running) => {
      running.resize(id, workers).then(
        (resized) => told.push(resized.workers),
        (error: unknown) => told.push(error),
      )
    }
  }

  const { state } = await simulate(
    job({ sources: [source], stages: [first, slow], sinks: [sink] }),
    5,
    [
      { atMs: 20, act: resize('first', 2) },
      { atMs: 40, act: resize('first', 1) },
      { atMs: 60, act: resize('slow', 2) },
      { atMs: 100, act: () => source.give([30, 1, 31, 2, 32, 3]) },
      { atMs: 500, act: () => source.end() },
    ],
  )

  expect(sink.records).toEqual([30, 1, 31, 2, 32, 3])
  expect(told).toEqual([2, 1, expect.objectContaining({ code: 'ENG_RESIZE' })])
  expect(state).toBe('completed')
})
