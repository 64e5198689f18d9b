import { createManualRuntime } from '@millrace/core'
import type { StageContext, StageInstance, StageScope } from '@millrace/sdk'
import { expect, it } from 'vitest'
import { createJob } from '../job/create-job.ts'
import { from, keyPart, listSink, listSource, stage } from '../job/engine-parts.test-support.ts'
import type { StageSpec } from '../plan/job-spec.ts'

interface Reading {
  readonly at: number
  readonly k: string
}

const time = {
  timestamp: (record: unknown) => (record as Reading).at,
  disorderMs: 0,
  description: 'at',
}

/** Holds each record until the watermark is past it; those at odd times fail then. */
function holding({ inputs, state }: StageScope): StageInstance {
  const held = state.ordered<Reading>('held')
  return {
    process: (record: Reading) => held.add(record.at, record),
    onWatermark(watermark: number, context: StageContext) {
      held.releaseBefore(watermark, (timestamp, record, key) => {
        if (timestamp % 2 === 0) context.emit({ ...record, key }, { timestamp })
        else {
          const thrown = new Error(`${timestamp} is odd`)
          context.fail({ record, timestamp, input: inputs[0] as string }, thrown)
        }
      })
    },
  }
}

const run = async (more: Partial<StageSpec>, outputs = [from('holding')]) => {
  const records = [1, 2, 3, 4].map((at): Reading => ({ at, k: `k${at % 3}` }))
  const sink = listSink('sink', outputs)
  const deadLetter = listSink('dead', [])
  const runtime = createManualRuntime({ startMs: 1000 })
  const job = createJob(
    {
      name: 'job',
      sources: [listSource([records], { time })],
      stages: [
        stage('holding', 'source', holding, {
          by: [keyPart('k')],
          traits: { absorbs: true },
          ...more,
        }),
      ],
      sinks: [sink],
      deadLetter,
    },
    { runtime },
  )
  const running = job.run()
  running.catch(() => undefined)
  // Restarts wait a while.
  await runtime.elapse(1_000_000)
  const summary = await running
  return { summary, sink, deadLetter }
}

it('a record that fails when its result is made becomes a dead letter, and is no longer used', async () => {
  const { summary, sink, deadLetter } = await run({})

  expect(summary.stages[0]).toMatchObject({ in: 4, used: 2, dead: 2 })
  expect(sink.records).toEqual([
    { at: 2, k: 'k2', key: { k: 'k2' } },
    { at: 4, k: 'k1', key: { k: 'k1' } },
  ])
  expect(deadLetter.records).toMatchObject([
    {
      stage: 'holding',
      input: 'in',
      record: { at: 1, k: 'k1' },
      key: { k: 'k1' },
      eventTime: 1,
      error: { code: 'ENG_THROW', message: '1 is odd' },
    },
    { record: { at: 3, k: 'k0' }, error: { message: '3 is odd' } },
  ])
})

it('its policy may be to leave such records out, or to end the job', async () => {
  const { summary } = await run({ onError: 'skip' })
  expect(summary.stages[0]).toMatchObject({ used: 2, filtered: 2, dead: 0 })

  const { error } = (await run({ onError: 'fail' })).summary
  expect(error?.message).toContain('1 is odd')
})

/** A timer finds that the first record fails, and throws itself the first time. */
function throwsOnce({ inputs, state, timers }: StageScope, throws: () => boolean): StageInstance {
  const held = state.value<Reading | undefined>('held', { initial: () => undefined })
  return {
    process(record: Reading) {
      if (record.at > 1) return
      held.set(record)
      timers.event.set(2)
    },
    onTimer(_timer, context) {
      const record = held.get() as Reading
      const input = inputs[0] as string
      context.fail({ record, timestamp: record.at, input }, new Error('1 is odd'))
      if (throws()) throw new Error('the timer failed')
    },
  }
}

it('a timer that throws behind a record it has failed leaves nothing of that; its next try counts', async () => {
  const throws = [true]
  const factory = {
    traits: {
      name: 'throwsOnce',
      inputs: ['in'],
      outputs: { out: 'Results.' },
      keeps: 'state' as const,
      absorbs: true,
    },
    create: (scope: StageScope) => throwsOnce(scope, () => throws.pop() === true),
    dispose() {},
  }

  const { summary, deadLetter } = await run({ factory })

  expect(summary.error).toBeUndefined()
  expect(summary.restarts).toBe(1)
  expect(summary.stages[0]).toMatchObject({ in: 4, used: 3, dead: 1 })
  expect(deadLetter.records).toMatchObject([
    { record: { at: 1, k: 'k1' }, key: { k: 'k1' }, error: { message: '1 is odd' } },
  ])
})

const hooks = ['onWatermark', 'onTimer', 'onEnd'] as const

/** Takes all records in, and finds one of each key to be late in a hook. */
function tooLate(hook: (typeof hooks)[number], { outputs, state, timers }: StageScope) {
  const held = state.value<Reading | undefined>('held', { initial: () => undefined })
  const find = (record: Reading): void => {
    outputs['late']?.emit({ record, eventTime: record.at, watermark: 9, lateBy: 9 - record.at })
  }
  return {
    process(record: Reading) {
      if (record.at > 2) return
      held.set(record)
      timers.event.set(Infinity)
    },
    onTimer() {
      const record = held.get()
      if (hook === 'onTimer' && record !== undefined) find(record)
    },
    onWatermark(watermark: number) {
      if (hook !== 'onWatermark' || watermark < Infinity) return
      for (const [, record] of held.entries()) if (record !== undefined) find(record)
    },
    onEnd() {
      if (hook !== 'onEnd') return
      for (const [, record] of held.entries()) if (record !== undefined) find(record)
    },
  }
}

it('records found to be late in any hook count as late, and are dead letters where nobody reads them', async () => {
  const outputs = { out: 'Results.', late: 'Late records.' }
  for (const hook of hooks) {
    const factory = {
      traits: { name: 'tooLate', inputs: ['in'], outputs, keeps: 'state' as const, absorbs: true },
      create: (scope: StageScope) => tooLate(hook, scope),
      dispose() {},
    }
    const routed = await run({ factory }, [from('holding'), from('holding', 'late')])
    const { summary, sink, deadLetter } = await run({ factory })

    expect(summary.stages[0]).toMatchObject({ in: 4, used: 2, late: 2, dead: 0 })
    expect(sink.records).toEqual([])
    expect(deadLetter.records).toMatchObject([
      {
        stage: 'holding',
        input: 'in',
        record: { at: 1, k: 'k1' },
        key: { k: 'k1' },
        eventTime: 1,
        error: {
          code: 'LATE',
          message: 'The record came behind the watermark, 8ms after it would have been taken.',
        },
      },
      { record: { at: 2, k: 'k2' }, eventTime: 2 },
    ])
    expect(routed.summary.stages[0]).toMatchObject({ in: 4, used: 2, late: 2 })
    expect(routed.sink.records).toMatchObject([{ record: { at: 1 } }, { record: { at: 2 } }])
    expect(routed.deadLetter.records).toEqual([])
  }
})
