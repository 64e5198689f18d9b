import { createManualRuntime } from '@millrace/core'
import { expect, it } from 'vitest'
import { nodeRuntime } from '../host/index.ts'
import { from, gatedSource, job, listSink, listSource, stage } from './engine-parts.test-support.ts'
import { createJob } from './create-job.ts'

function* endless(): Generator<number[]> {
  for (let n = 0; ; n++) yield [n]
}

async function until(ready: () => boolean): Promise<void> {
  while (!ready()) await nodeRuntime.yield()
}

const counting = () =>
  stage(
    'count',
    'source',
    ({ state }) => {
      const total = state.value<number>('total', { initial: () => 0 })
      return {
        process: (_n: number) => total.set(total.get() + 1),
        onEnd: (context) => context.emit(total.get()),
      }
    },
    { traits: { absorbs: true } },
  )

/** A job whose input never ends, and whose results come at the end. */
function countingWithoutEnd() {
  const sink = listSink('sink', [from('count')])
  const running = createJob(
    job({
      sources: [listSource(endless() as unknown as number[][], { ends: false })],
      stages: [counting()],
      sinks: [sink],
    }),
    { runtime: nodeRuntime },
  )
  return { running, sink }
}

it('stops without firing what is open, commits, and names --drain', async () => {
  const { running, sink } = countingWithoutEnd()

  const run = running.run()
  await until(() => (running.progress().stages[0]?.used ?? 0) > 1)
  const summary = await running.stop()

  const { used } = summary.stages[0] ?? { used: 0 }
  expect(summary).toBe(await run)
  expect(summary.state).toBe('stopped')
  expect(sink.records).toEqual([])
  expect(sink.calls).toEqual(['commit', 'close', 'dispose'])
  expect(summary.sources[0]?.read).toBe(used)
  expect(summary.warnings).toEqual([
    `Stage "count" took in ${used} records and was stopped before it finished them; stop with --drain to get its results.`,
  ])
})

it('says on a stop how many windows are open, and nothing where none is', async () => {
  const runtime = createManualRuntime()
  const source = {
    ...gatedSource(),
    time: { timestamp: (n: unknown) => n as number, disorderMs: 0, description: 'itself' },
  }
  const by = [{ name: 'even', description: 'even', read: (n: unknown) => (n as number) % 2 === 0 }]
  const windows = (id: string, keptMs: number) =>
    stage(
      id,
      'source',
      ({ state }) => {
        const panes = state.panes('windows', { create: () => ({ n: 0 }) })
        const spans = state.spans('visits', { create: () => ({ n: 0 }), merge: (a) => a })
        return {
          process(n: number) {
            panes.get(n - (n % 10)).n++
            if (keptMs > 0) spans.join(0, 100)
          },
          onWatermark(mark) {
            for (const start of panes.starts()) if (start + keptMs <= mark) panes.release(start)
          },
        }
      },
      { by, traits: { absorbs: true } },
    )
  const sinks = [listSink('a', [from('open')]), listSink('b', [from('finished')])]
  const stages = [windows('open', 10), windows('finished', 0)]
  const running = createJob(job({ sources: [source], stages, sinks }), { runtime })
  void running.run()
  await runtime.settle()

  source.give([1, 2, 11, 21, 24])
  await runtime.settle()
  const stopped = running.stop()
  await runtime.elapse(0)
  const { stages: counts, warnings } = await stopped

  expect(counts.map(({ openWindows }) => openWindows)).toEqual([4, 0])
  expect(warnings).toEqual([
    'Stage "open" took in 5 records of 2 keys and was stopped with 4 windows open; stop with --drain to get its results.',
  ])
})

it('drains like the end of the input', async () => {
  const { running, sink } = countingWithoutEnd()

  void running.run()
  await until(() => (running.progress().stages[0]?.used ?? 0) > 1)
  const summary = await running.drain()

  expect(summary.state).toBe('completed')
  expect(sink.records).toEqual([summary.sources[0]?.read])
})

it('aborts at once, also while a handler never answers', async () => {
  const sink = listSink('sink', [from('hangs')])
  const hangs = stage('hangs', 'source', { process: () => new Promise(() => {}) })
  const running = createJob(job({ sources: [listSource([[1]])], stages: [hangs], sinks: [sink] }), {
    runtime: nodeRuntime,
  })

  const run = running.run()
  await until(() => running.progress().stages[0]?.in === 1)
  running.abort()
  const summary = await run

  expect(summary.error?.code).toBe('ENG_ABORTED')
  expect(summary.stages[0]).toMatchObject({ in: 1, held: 1 })
  expect(sink.calls).toEqual(['abort', 'close', 'dispose'])
})

it('gives up on a slow record after its timeout and ignores its late result', async () => {
  const runtime = createManualRuntime()
  const sink = listSink('sink', [from('slow')])
  const dead = listSink('dead', [])
  const late: (() => void)[] = []
  const slow = stage(
    'slow',
    'source',
    {
      process: (n: number, context) =>
        n === 2
          ? Promise.resolve(n)
          : new Promise((resolve) => {
              late.push(() => {
                context.emit('too late')
                resolve('too late')
              })
            }),
    },
    { timeoutMs: 50 },
  )
  const spec = job({
    sources: [listSource([[1, 2]])],
    stages: [slow],
    sinks: [sink],
    deadLetter: dead,
  })

  const run = createJob(spec, { runtime }).run()
  await runtime.elapse(60)
  for (const answer of late) answer()
  await runtime.settle()
  await run

  expect(sink.records).toEqual([2])
  expect(dead.records).toMatchObject([
    {
      record: 1,
      error: { code: 'ENG_TIMEOUT', message: 'The record was not finished within 50 ms.' },
    },
  ])
})

it('reads no more than the limit', async () => {
  const sink = listSink('sink', [from('source')])

  const summary = await createJob(
    job({
      sources: [listSource(endless() as unknown as number[][], { limit: 3 })],
      sinks: [sink],
    }),
    { runtime: nodeRuntime },
  ).run()

  expect(sink.records).toEqual([0, 1, 2])
  expect(summary.state).toBe('completed')
})
