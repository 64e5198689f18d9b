import { defineStage } from '@millrace/sdk'
import { window } from '@millrace/window'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { PipelineOptions } from '../draft.ts'
import type { Flow } from '../flow.ts'
import type { ParallelOptions } from '../parallel-options.ts'
import { pipeline } from '../pipeline.ts'
import { numbers } from './numbers.test-support.ts'
import type { OpenJob } from './open-job.ts'
import type { Outcome } from './outcome.ts'

const delays = [50, 450, 150, 650, 250]

/** The outcomes of records 1 to 5, and the order in which they came, of a stage that takes a while for each. */
async function modeOf(
  mode: ParallelOptions['mode'],
  workers: number,
  options: PipelineOptions = {},
) {
  const { flow, runtime, sleep } = numbers(options)
  const aborted: number[] = []
  const open = flow
    .through(
      async (n, context) => {
        context.signal.addEventListener('abort', () => aborted.push(n))
        await sleep(delays[n - 1] ?? 0)
        return n
      },
      { id: 'slow', parallel: { workers, mode, inFlight: workers } },
    )
    .job()
    .open()
  const outcomes = new Map<number, Outcome<number>>()
  for (const n of [1, 2, 3, 4, 5]) {
    void open.execute(n).then((outcome) => outcomes.set(n, outcome))
  }
  await runtime.elapse(3000)
  const fates = Object.fromEntries([...outcomes].map(([n, { fate }]) => [n, fate]))
  return { order: [...outcomes.keys()], fates, outcomes, aborted, open, runtime }
}

// The numbers are the rows of the seeds' tables, 1.3 PyStream and 1.5 stream_pipeline.
describe('what becomes of one record', () => {
  it('1.5 execute: 100 items, 100 outcomes', async () => {
    const { flow, runtime, sleep } = numbers({ errors: { atMost: 1, of: 1000 } })
    const open = flow
      .filter((n) => n % 5 !== 0)
      .through(async (n) => {
        await sleep(n % 7)
        if (n % 4 === 1) throw new Error(`not ${n}`)
        return n * 2
      })
      .job()
      .open()

    const all = Promise.all(Array.from({ length: 100 }, (_, n) => open.execute(n)))
    await runtime.elapse(2000)
    const outcomes = await all

    const count = (fate: string): number => outcomes.filter((one) => one.fate === fate).length
    expect([count('used'), count('filtered'), count('dead')]).toEqual([60, 20, 20])
    expect(outcomes[2]).toEqual({ fate: 'used', results: [4] })
    expect(outcomes[5]).toEqual({ fate: 'filtered', reason: 'no output', results: [] })
    expect(outcomes[1]).toEqual({
      fate: 'dead',
      stage: 'function',
      code: 'ENG_THROW',
      message: 'not 1',
      results: [],
    })
  })

  it('1.5 NOT_PARALLEL: in the order of entry, one at a time', async () => {
    const { fates, order } = await modeOf('serial', 5)

    expect(order).toEqual([1, 2, 3, 4, 5])
    expect(new Set(Object.values(fates))).toEqual(new Set(['used']))
  })

  it('1.5 NO_ORDER: in the order of the finish', async () => {
    expect((await modeOf('unordered', 5)).order).toEqual([1, 3, 5, 2, 4])
  })

  it('1.5 ORDER_BY_SEQUENCE: in the order of entry, side by side', async () => {
    expect((await modeOf('ordered', 5)).order).toEqual([1, 2, 3, 4, 5])
  })

  it('1.5 FIRST_WINS: 2 and 4 are outdated and aborted', async () => {
    const { aborted, fates, outcomes } = await modeOf('latestWins', 5)

    expect(fates).toEqual({ 1: 'used', 2: 'dropped', 3: 'used', 4: 'dropped', 5: 'used' })
    expect(outcomes.get(2)).toEqual({ fate: 'dropped', reason: 'outdated', results: [] })
    expect(aborted).toEqual([2, 4])
  })

  it('1.5 race of replicas: each record has one outcome and one result', async () => {
    const { outcomes } = await modeOf('race', 3)

    expect([...outcomes.values()].map(({ results }) => results)).toEqual([[1], [2], [3], [4], [5]])
  })

  it('1.5 queue_size: the default loses nothing, dropOldest leaves 0 and 9 of a burst of ten', async () => {
    const burst = async (mailbox: PipelineOptions['mailbox']): Promise<string[]> => {
      const { flow, runtime, slow } = numbers({ mailbox })
      const open = flow.through(slow(100)).job().open()
      const all = Promise.all(Array.from({ length: 10 }, (_, n) => open.execute(n)))
      await runtime.elapse(2000)
      return (await all).map((one) => ('reason' in one ? one.reason : one.fate))
    }

    expect(new Set(await burst({ capacity: 1 }))).toEqual(new Set(['used']))
    expect(await burst({ capacity: 2, overflow: 'dropOldest' })).toEqual([
      'used',
      ...Array.from({ length: 8 }, () => 'overflow'),
      'used',
    ])
  })

  it('1.5 queue_size=0: the newest overflows when all workers are busy', async () => {
    const { fates } = await modeOf('unordered', 2, { mailbox: { overflow: 'dropNewest' } })

    expect(fates).toEqual({ 1: 'used', 2: 'used', 3: 'dropped', 4: 'dropped', 5: 'dropped' })
  })

  it('1.5 head error: successors that are through are released at once', async () => {
    const { flow, runtime, sleep } = numbers()
    const open = flow
      .through(
        async (n) => {
          await sleep(n === 0 ? 100 : 10)
          if (n === 0) throw new Error('head')
          return n
        },
        { parallel: { workers: 2 } },
      )
      .job()
      .open()
    const seen: string[] = []
    for (const n of [0, 1]) void open.execute(n).then(({ fate }) => seen.push(`${n} ${fate}`))

    await runtime.elapse(99)
    const before = [...seen]
    await runtime.elapse(2)

    expect(before).toEqual([])
    expect(seen.toSorted((a, b) => a.localeCompare(b))).toEqual(['0 dead', '1 used'])
  })

  it('1.5 sequence numbers: 1,000 calls at once have each their own result', async () => {
    const { flow, runtime } = numbers()
    const open = flow
      .through((n) => n + 1)
      .job()
      .open()

    const all = Promise.all(Array.from({ length: 1000 }, (_, n) => open.execute(n)))
    await runtime.settle()

    expect(await all).toEqual(
      Array.from({ length: 1000 }, (_, n) => ({ fate: 'used', results: [n + 1] })),
    )
  })

  it('1.5 timeout: ends as an error, and what comes later is no result', async () => {
    const { flow, runtime, sleep } = numbers()
    const open = flow
      .through(
        async (n, context) => {
          await sleep(100)
          context.emit(n)
          return n
        },
        { timeoutMs: 50 },
      )
      .job()
      .open()

    const outcome = open.execute(1)
    await runtime.elapse(200)

    expect(await outcome).toMatchObject({ fate: 'dead', code: 'ENG_TIMEOUT' })
    expect(open.latest()).toBeUndefined()
  })

  it('follows what forks, multiplies and is taken into state', async () => {
    const { flow, runtime } = numbers()
    const open = flow
      .stage(
        defineStage({
          name: 'twice',
          summary: 'Each small number twice, and nothing of large ones.',
          parameters: z.object({}),
          absorbs: true,
          create: () => ({
            process(n: number, context) {
              const times = n < 10 ? 2 : 0
              for (let time = 0; time < times; time++) context.emit(n)
            },
          }),
        }),
        {},
      )
      .as<number>()
      .choose(
        (n) => n > 2,
        pipeline('more')
          .input<number>()
          .through((n) => n * 100),
      )
      .job()
      .open()

    const all = Promise.all([1, 3, 20].map((n) => open.execute(n)))
    await runtime.settle()

    expect(await all).toEqual([
      { fate: 'used', results: [1, 1] },
      { fate: 'used', results: [300, 300] },
      { fate: 'used', results: [] },
    ])
  })
})

describe('records with event time', () => {
  interface Reading {
    readonly at?: number
  }

  const openOf = (options: PipelineOptions) => {
    const { runtime } = numbers()
    const open = pipeline('readings', { runtime, ...options })
      .input<Reading>({ time: { field: 'at', unit: 'ms', disorderMs: 0 } })
      .stage(window, { tumbling: '1s', aggregate: { n: 'count()' } })
      .job()
      .open()
    return { open, runtime }
  }

  it('are late, or have no valid time, like those of any input', async () => {
    const { open, runtime } = openOf({})

    const all = Promise.all([{ at: 5000 }, { at: 100 }, {}].map((record) => open.execute(record)))
    await runtime.settle()
    const ended = open.drain()
    await runtime.settle()
    await ended

    expect(await all).toMatchObject([
      { fate: 'used', results: [] },
      { fate: 'late' },
      { fate: 'dead', stage: 'source', code: 'TIME' },
    ])
    expect(open.latest()).toMatchObject({ value: { n: 1 } })
  })

  it('are filtered where they have no valid time and the job skips what fails', async () => {
    const { open, runtime } = openOf({ onError: 'skip' })

    const outcome = open.execute({})
    await runtime.settle()

    expect(await outcome).toEqual({ fate: 'filtered', reason: 'malformed', results: [] })
  })
})

describe('instances', () => {
  const counting = (flow: Flow<number, number>): OpenJob<number, number> => {
    const count = defineStage({
      name: 'count',
      summary: 'Counts.',
      parameters: z.object({}),
      create({ state }) {
        const seen = state.value<number>('seen', { initial: () => 0 })
        return {
          process() {
            seen.set(seen.get() + 1)
            return seen.get()
          },
        }
      },
    })
    return flow.stage(count, {}).as<number>().job().open()
  }

  it('1.5 instances: the counter of A is unaffected by B, opened before or after', async () => {
    const { flow, runtime } = numbers()
    const a = counting(flow)
    const first = a.execute(1)
    await runtime.settle()
    const b = counting(flow)
    const others = Promise.all([b.execute(1), b.execute(1), a.execute(1)])
    await runtime.settle()

    expect(await first).toEqual({ fate: 'used', results: [1] })
    expect(await others).toEqual([
      { fate: 'used', results: [1] },
      { fate: 'used', results: [2] },
      { fate: 'used', results: [2] },
    ])
    void b.stop()
    const last = a.execute(1)
    await runtime.settle()
    expect(await last).toEqual({ fate: 'used', results: [3] })
  })
})
