import type { RecordContext, SinkInstance, StageInstance, StageScope } from '@millrace/sdk'
import { expect, it } from 'vitest'
import { nodeRuntime } from '../host/index.ts'
import type { JobSpec, StageSpec } from '../plan/job-spec.ts'
import type { Summary } from '../report/summary.ts'
import { from, job, listSink, listSource, stage } from './engine-parts.test-support.ts'
import { createJob } from './create-job.ts'

const run = (spec: JobSpec): Promise<Summary> => createJob(spec, { runtime: nodeRuntime }).run()

interface Outcome {
  readonly out: readonly unknown[]
  readonly dead: readonly unknown[]
  readonly summary: Summary
}

async function through(
  values: readonly unknown[],
  instance: StageInstance | ((scope: StageScope) => StageInstance),
  more: Partial<StageSpec> & { traits?: object } = {},
): Promise<Outcome> {
  const sink = listSink('sink', [from('s')])
  const dead = listSink('dead', [])
  const time = { timestamp: () => 7, disorderMs: 2, description: 'seven' }
  const summary = await run(
    job({
      sources: [listSource([values], { time })],
      stages: [stage('s', 'source', instance, more)],
      sinks: [sink],
      deadLetter: dead,
    }),
  )
  return { out: sink.records, dead: dead.records, summary }
}

const reason = (letter: unknown): string => (letter as { error: { code: string } }).error.code

it('takes records of generators, async functions and async generators', async () => {
  const generator = await through([1, 2], {
    *process(n: number) {
      yield n
      yield n * 10
    },
  })
  const asynchronous = await through([1, 2], {
    async process(n: number) {
      await nodeRuntime.yield()
      if (n === 2) throw new Error('two')
      return n
    },
  })
  const both = await through([1], {
    async *process(n: number) {
      yield n
      await nodeRuntime.yield()
      yield n + 1
    },
  })

  expect(generator.out).toEqual([1, 10, 2, 20])
  expect(asynchronous.out).toEqual([1])
  expect(asynchronous.dead.map(reason)).toEqual(['ENG_THROW'])
  expect(both.out).toEqual([1, 2])
})

it('withdraws a record that emits more than 100,000 records', async () => {
  const { out, dead } = await through(['many', 'one'], {
    process(name: string, context) {
      const count = name === 'many' ? 100_001 : 1
      for (let n = 0; n < count; n++) context.emit(name)
    },
  })

  expect(out).toEqual(['one'])
  expect(dead.map(reason)).toEqual(['ENG_MAX_EMIT'])
})

it('tells a handler its time, key, watermark and outputs', async () => {
  const seen: unknown[] = []
  const by = ['a', 'b'].map((name) => ({
    name,
    description: name,
    read: (record: unknown) => (record as Record<string, unknown>)[name],
  }))
  const { out } = await through(
    [
      { a: 1, b: 2 },
      { a: 1, b: 3 },
      { a: 1, b: 2 },
    ],
    ({ outputs, metrics, keyNames }) => ({
      process(_record: unknown, context: RecordContext) {
        metrics.counter('calls').add(1)
        seen.push([context.key, context.timestamp, context.watermark, context.signal.aborted])
        outputs['out']?.emit(keyNames, { timestamp: 9 })
      },
    }),
    { by },
  )

  expect(seen).toEqual([
    [{ a: 1, b: 2 }, 7, Number.NEGATIVE_INFINITY, false],
    [{ a: 1, b: 3 }, 7, 5, false],
    [{ a: 1, b: 2 }, 7, 5, false],
  ])
  expect((seen[0] as unknown[])[0]).toBe((seen[2] as unknown[])[0])
  expect(out).toEqual([
    ['a', 'b'],
    ['a', 'b'],
    ['a', 'b'],
  ])
})

it('moves the watermark, at the end to infinity, before it calls onEnd', async () => {
  const { out } = await through([1], {
    process() {},
    onWatermark: (mark, context) => context.emit(mark),
    onEnd: async (context) => {
      await nodeRuntime.yield()
      context.emit('end')
    },
  })

  expect(out).toEqual([5, Number.POSITIVE_INFINITY, 'end'])
})

it('sends late records that nobody reads to the dead letters', async () => {
  const { dead, summary } = await through(
    [1, 2],
    ({ outputs }) => ({
      process: (n: number) => (n === 1 ? outputs['late']?.emit(n) : n),
    }),
    { traits: { outputs: { out: 'Results.', late: 'Late records.' } } },
  )

  expect(dead.map(reason)).toEqual(['LATE'])
  expect(summary.stages[0]).toMatchObject({ in: 2, late: 1, used: 1, sent: { out: 1, late: 0 } })
})

it('keeps maps, lists and objects, and undoes what a failed record did to them', async () => {
  const { out } = await through([1, 'bad', 2], ({ state }) => {
    const map = state.map<string, number>('map')
    const list = state.list<number>('list')
    const value = state.value<number>('value', { initial: () => 0 })
    const object = state.object<{ n: number }>('object', { create: () => ({ n: 0 }) })
    return {
      process(n: number | 'bad', context) {
        if (n !== 'bad') {
          const before = list.values()
          map.set(`k${n}`, n)
          map.set('last', n)
          list.add(n)
          value.set(n)
          object.get().n += n
          return [
            map.get('last'),
            map.has('k1'),
            before,
            list.values(),
            value.get(),
            object.get().n,
          ]
        }
        map.delete('k1')
        map.set('last', 99)
        map.clear()
        list.add(99)
        list.clear()
        value.clear()
        object.clear()
        return context.reject('BAD', 'Bad.')
      },
      onEnd: (context) =>
        context.emit([[...map.entries()].length, [...object.entries()], [...value.entries()]]),
    }
  })

  expect(out).toEqual([
    [1, true, [], [1], 1, 1],
    [2, true, [1], [1, 2], 2, 3],
    [3, [[undefined, { n: 3 }]], [[undefined, 2]]],
  ])
})

it('names state that is declared twice', async () => {
  const { summary } = await through([1], ({ state }) => {
    state.list('a')
    state.map('a')
    return { process() {} }
  })

  expect(summary.error?.message).toBe('State "a" is declared twice in one stage.')
})

it('calls the handler of the input a record came by', async () => {
  const sink = listSink('sink', [from('join')])
  const join = {
    ...stage('join', 'a', { on: { left: (n: number) => `l${n}`, right: (n: number) => `r${n}` } }),
    inputs: [
      { name: 'left', from: [from('a')] },
      { name: 'right', from: [from('b')] },
    ],
  }

  await run(
    job({
      sources: [listSource([[1]], { id: 'a' }), listSource([[2]], { id: 'b' })],
      stages: [join],
      sinks: [sink],
    }),
  )

  expect((sink.records as string[]).toSorted()).toEqual(['l1', 'r2'])
})

function no(): never {
  throw new Error('full')
}

async function failing(parts: {
  source?: boolean
  hook?: boolean
  sink?: Partial<SinkInstance>
}): Promise<string | undefined> {
  const source = listSource([[1]])
  const broken = {
    ...source.factory,
    create: () => ({
      read: () => {
        throw new Error('no disk')
      },
    }),
  }
  const summary = await run(
    job({
      sources: [parts.source ? { ...source, factory: broken } : source],
      stages: [
        stage('s', 'source', {
          process: (n: number) => n,
          onEnd() {
            if (parts.hook) throw new Error('no end')
          },
        }),
      ],
      sinks: [listSink('sink', [from('s')], parts.sink)],
    }),
  )
  return summary.error?.message
}
it('ends the job when a hook, a source or a sink fails, and says which', async () => {
  expect(await failing({ source: true })).toBe('Source "source" failed: no disk')
  expect(await failing({ hook: true })).toBe('onEnd of "s" failed: no end')
  expect(await failing({ sink: { write: no } })).toBe('Sink "sink" failed to write: full')
  expect(await failing({ sink: { write: () => Promise.reject(new Error('gone')) } })).toBe(
    'Sink "sink" failed to write: gone',
  )
  expect(await failing({ sink: { flush: no } })).toBe('Sink "sink" failed to flush: full')
  expect(await failing({ sink: { commit: no } })).toBe('Sink "sink" failed to commit: full')
})

it('sends what a sink refuses to the dead letters', async () => {
  const dead = listSink('dead', [])
  const summary = await run(
    job({
      sources: [listSource([[1, 2]])],
      sinks: [
        listSink('sink', [from('source')], {
          write: () =>
            Promise.resolve({
              rejected: [{ index: 1, code: 'DUP', message: 'Twice.', retry: false }],
            }),
        }),
      ],
      deadLetter: dead,
    }),
  )

  expect(summary.sinks[0]).toMatchObject({ received: 2, written: 1, rejected: 1, held: 0 })
  expect(dead.records).toMatchObject([{ record: 2, stage: 'sink', error: { code: 'DUP' } }])
})
