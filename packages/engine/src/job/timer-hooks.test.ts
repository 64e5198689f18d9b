import { defineError } from '@millrace/base'
import { createManualRuntime } from '@millrace/core'
import type { RecordContext, StageInstance, StageScope, Timer, TimerContext } from '@millrace/sdk'
import { expect, it } from 'vitest'
import type { JobSpec, SourceSpec } from '../plan/job-spec.ts'
import type { Summary } from '../report/summary.ts'
import { createJob } from './create-job.ts'
import {
  from,
  gatedSource,
  job,
  keyPart,
  listSink,
  listSource,
  stage,
} from './engine-parts.test-support.ts'

interface Row {
  readonly key: string
  readonly t: number
}

const BROKEN = defineError({
  code: 'TEST_BROKEN',
  message: () => 'Broken.',
  hint: () => 'Mend it.',
})

interface Outcome {
  readonly out: readonly unknown[]
  readonly timestamps: readonly number[]
  readonly summary: Summary
}

function timedSource(rows: readonly Row[]): SourceSpec {
  const timestamp = (row: unknown): number => (row as Row).t
  return listSource([rows], { time: { timestamp, disorderMs: 0, description: 't' } })
}

/** Runs rows through a keyed stage, with time for restarts. */
async function run(
  rows: readonly Row[],
  create: (scope: StageScope) => StageInstance,
  more: Partial<JobSpec> = {},
): Promise<Outcome> {
  const runtime = createManualRuntime()
  const timed = stage('timed', 'source', create, { by: [keyPart('key')] })
  const sink = listSink('sink', [from('timed')])
  const spec = job({ sources: [timedSource(rows)], stages: [timed], sinks: [sink], ...more })
  const ended = createJob(spec, { runtime }).run()
  await runtime.elapse(1_000_000)
  return { out: sink.records, timestamps: sink.timestamps, summary: await ended }
}

it('emits with the time of an event timer, before the results of the watermark that let it fire', async () => {
  const { out, timestamps } = await run(
    [
      { key: 'a', t: 10 },
      { key: 'b', t: 40 },
    ],
    ({ timers }) => ({
      process: (_row: Row, context: RecordContext) => timers.event.set(context.timestamp + 5),
      onTimer: (timer: Timer, { emit, key, watermark }: TimerContext) =>
        emit(`${JSON.stringify(key)} at ${timer.at} by ${watermark}`),
      onWatermark: (watermark, { emit }) => emit(`mark ${watermark}`, { timestamp: watermark - 1 }),
    }),
  )

  expect(out).toEqual([
    'mark 10',
    '{"key":"a"} at 15 by 40',
    'mark 40',
    '{"key":"b"} at 45 by Infinity',
    'mark Infinity',
  ])
  expect(timestamps.slice(0, 4)).toEqual([9, 15, 39, 45])
})

it('fires again in a new instance what threw, with nothing of the first try left, and keeps all timers', async () => {
  let made = 0
  const { out, summary } = await run([{ key: 'a', t: 1 }], ({ state, timers }) => {
    const instance = ++made
    const sum = state.value<number>('sum', { initial: () => 0 })
    return {
      process() {
        timers.event.set(5, 'first')
        timers.event.set(6, 'second')
      },
      onTimer({ name }, { emit }) {
        sum.set(sum.get() + 1)
        emit(`${name} by ${instance}, ${sum.get()}`)
        if (name !== 'third') timers.event.set(7, 'third')
        if (instance === 1) throw new Error('no line')
      },
    }
  })

  expect(summary.state).toBe('completed')
  expect(out).toEqual(['first by 2, 1', 'second by 2, 2', 'third by 2, 3'])
  expect(summary.restarts).toBe(1)
})

it('fails the job when a timer throws more often than the restart budget allows, and at once for a final error', async () => {
  const onTimer = (error: Error) => () => {
    throw error
  }
  const create = (error: Error) => (scope: StageScope) => ({
    process: () => scope.timers.event.set(5),
    onTimer: onTimer(error),
  })

  const budget = await run([{ key: 'a', t: 1 }], create(new Error('no line')))
  const final = await run([{ key: 'a', t: 1 }], create(BROKEN({})))

  expect(budget.summary.error?.message).toBe(
    '"timed" is not started again: the job saw 4 such failures within 1m, and restart.intensity allows 3; the last one: A timer of "timed" failed: no line',
  )
  expect(final.summary.error?.code).toBe('TEST_BROKEN')
  expect(final.summary.restarts).toBe(0)
})

it('says what is wrong with timers: no handler, no key, no time, a promise, no end', async () => {
  const one = [{ key: 'a', t: 1 }]
  const set = (at: number) => (scope: StageScope) => ({ process: () => scope.timers.event.set(at) })
  const noHandler = await run(one, set(5))
  const noTime = await run(one, (scope) => ({ ...set(Number.NaN)(scope), onTimer() {} }))
  const noKey = await run(one, ({ timers }) => ({
    process: () => undefined,
    onWatermark: () => timers.event.set(5),
  }))
  const late = await run(one, (scope) => ({
    ...set(5)(scope),
    onTimer: async () => {},
  }))
  const endless = await run(one, (scope) => ({
    ...set(5)(scope),
    onTimer: ({ at }) => scope.timers.event.set(at + 1000),
  }))

  expect(noHandler.summary.error?.message).toBe(
    'A timer of stage "timed" is due, and the stage has no onTimer.',
  )
  expect(noTime.summary.error?.message).toBe(
    'Stage "timed" failed at record source#0: ENG_TIMER_AT: The time of a timer must be a number of milliseconds; got NaN.',
  )
  expect(noKey.summary.error?.message).toBe(
    'onWatermark of "timed" failed: A timer was set or deleted outside a record; it belongs to the key of a record.',
  )
  expect(late.summary.error?.message).toContain(
    'onTimer returned a promise; it must be synchronous',
  )
  expect(endless.summary.error?.message).toBe(
    'Timers of stage "timed" go on setting timers, and the input is over: they would never end.',
  )
})

it('lets a timer that sets itself again see the end of the input', async () => {
  const { out, summary } = await run(
    [
      { key: 'a', t: 0 },
      { key: 'a', t: 25 },
    ],
    ({ timers }) => ({
      process: () => timers.event.set(10),
      onTimer({ at }, { emit, watermark }) {
        emit(at)
        if (watermark < Number.POSITIVE_INFINITY) timers.event.set(at + 10)
      },
    }),
  )

  expect(summary.state).toBe('completed')
  expect(out).toEqual([10, 20, 30])
})

it('keeps the event loop and a slow reader in mind while twenty thousand timers fire', async () => {
  const rows = Array.from({ length: 20_000 }, (_, index) => ({ key: `k${index}`, t: 0 }))
  const { out, summary } = await run(
    rows,
    ({ timers }) => ({
      process: (_row: Row) => timers.event.set(1),
      onTimer: (_timer, { emit, key }) => emit(key),
    }),
    { mailbox: { capacity: 100 } },
  )

  expect(out).toHaveLength(20_000)
  expect(out.at(-1)).toEqual({ key: 'k19999' })
  expect(summary.stages[0]?.timers).toBe(0)
})

it('keeps nothing behind the watermark: every timer fires once and state of a time is let go', async () => {
  const rows = Array.from({ length: 1000 }, (_, index) => ({ key: `k${index % 50}`, t: index }))
  const { summary } = await run([...rows, { key: 'last', t: 5000 }], ({ state, timers }) => {
    const seen = state.map<number, boolean>('seen', { ttl: { ms: 100 } })
    const recent = state.list<number>('recent', { ttl: { ms: 100 } })
    return {
      process(_row: Row, { timestamp }: RecordContext) {
        if (timestamp < 5000) timers.event.set(timestamp + 100)
        seen.set(timestamp, true)
        recent.add(timestamp)
      },
      onTimer() {},
    }
  })

  expect(summary.stages[0]?.timers).toBe(0)
  // What the last record wrote is of a time that never passed.
  expect(summary.stages[0]?.stateEntries).toEqual({ seen: 1, recent: 1 })
  expect(summary.stages[0]?.stateExpired).toEqual({ seen: 1000, recent: 1000 })
})

it('fires clock timers by the clock that it has, also where somebody sets that', async () => {
  const runtime = createManualRuntime()
  let shift = 0
  const clock = { ...runtime, now: () => runtime.now() + shift }
  const fired: number[] = []
  const source = gatedSource()
  const timed = stage('timed', 'source', ({ timers }) => ({
    process: (at: number) => timers.clock.set(at),
    onTimer: () => void fired.push(clock.now()),
  }))
  const spec = job({
    sources: [source],
    stages: [timed],
    sinks: [listSink('sink', [from('timed')])],
  })
  const running = createJob(spec, { runtime: clock })
  const ended = running.run()
  await runtime.settle()

  source.give([1000, 7_200_000])
  await runtime.settle()
  shift = -500
  await runtime.elapse(1400)
  const before = [...fired]
  await runtime.elapse(100)
  shift = 7_200_000
  await runtime.elapse(60_000)
  void running.stop()
  await runtime.elapse(0)
  await ended

  expect(before).toEqual([])
  expect(fired[0]).toBe(1000)
  expect(fired[1]).toBeLessThanOrEqual(7_260_000 + 1500)
  expect(fired).toHaveLength(2)
})

it('says on a stop that timers are still set', async () => {
  const runtime = createManualRuntime()
  const source = gatedSource()
  const timed = stage('timed', 'source', ({ timers }) => ({
    process(at: number) {
      timers.event.set(at)
      return at
    },
    onTimer() {},
  }))
  const spec = job({
    sources: [source],
    stages: [timed],
    sinks: [listSink('sink', [from('timed')])],
  })
  const running = createJob(spec, { runtime })
  void running.run()
  await runtime.settle()

  source.give([Infinity])
  await runtime.settle()
  const stopped = running.stop()
  await runtime.elapse(0)

  expect((await stopped).warnings).toEqual([
    'Stage "timed" took in 1 record and was stopped with 1 timer set; stop with --drain to get its results.',
  ])
})

it('keeps namespaces and the state of the whole stage apart, and undoes both', async () => {
  const rows = [
    { key: 'a', t: 0 },
    { key: 'b', t: 1 },
    { key: 'a', t: 2 },
  ]
  const { out, summary } = await run(
    rows,
    ({ state }) => {
      const count = (scope: StageScope['state']) =>
        scope.value<number>('count', { initial: () => 0 })
      const all = [
        count(state),
        count(state.namespace('cart')),
        count(state.namespace('cart').namespace('old')),
        count(state.global()),
        count(state.global().namespace('cart')),
      ]
      return {
        process({ t }: Row, context: RecordContext) {
          for (const [index, one] of all.entries()) one.set(one.get() + 10 ** index)
          if (t === 1) context.reject('NO', 'No.')
          return all.map((one) => one.get())
        },
      }
    },
    { onError: 'skip', errors: { atMost: 1, of: 10 } },
  )

  expect(out).toEqual([
    [1, 10, 100, 1000, 10_000],
    [2, 20, 200, 2000, 20_000],
  ])
  expect(summary.stages[0]?.stateEntries).toEqual({
    count: 1,
    'cart/count': 1,
    'cart/old/count': 1,
    'global:count': 1,
    'global:cart/count': 1,
  })
})

it('refuses names of state that would not be one name, and times to live that are none', async () => {
  const failing = async (declare: (state: StageScope['state']) => unknown): Promise<unknown> => {
    const { summary } = await run([], ({ state }) => {
      declare(state)
      return { process() {} }
    })
    return summary.error?.message
  }

  expect(await failing((state) => state.list('a/b'))).toBe(
    '"a/b" cannot name state: a name has at least one sign, and neither "/" nor ":".',
  )
  expect(await failing((state) => state.namespace(''))).toBe(
    '"" cannot name state: a name has at least one sign, and neither "/" nor ":".',
  )
  expect(await failing((state) => [state.list('a'), state.namespace('n'), state.map('a')])).toBe(
    'State "a" is declared twice in one stage.',
  )
  expect(await failing((state) => state.list('a', { ttl: { ms: 0 } }))).toBe(
    'ttl.ms of state "a" must be a number above 0; got 0.',
  )
})
