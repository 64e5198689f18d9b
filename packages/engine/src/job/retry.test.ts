import { createManualRuntime } from '@millrace/core'
import type { DeadLetterRecord } from '../run/dead-letter.ts'
import { expect, it } from 'vitest'
import type { ErrorPolicy } from '../plan/error-policy.ts'
import { createJob } from './create-job.ts'
import { from, job, listSink, listSource, stage } from './engine-parts.test-support.ts'

const steady = { minMs: 1000, maxMs: 1000, factor: 1, jitter: 0 }

/** Runs the records 1 to `count`; record 2 fails its first `fails` tries with `code`. */
function start(options: {
  readonly policy: ErrorPolicy
  readonly fails?: number
  readonly code?: string
  readonly count?: number
  readonly errors?: { readonly atMost: number; readonly of: number }
}) {
  const { code = 'TEST_BUSY', count = 3, fails = 99, policy } = options
  const runtime = createManualRuntime()
  const sink = listSink('sink', [from('busy')])
  const letters = listSink('letters', [])
  const tries: number[] = []
  const busy = stage(
    'busy',
    'source',
    {
      process(n: number, context) {
        if (n === 2) {
          tries.push(runtime.monotonic())
          if (tries.length <= fails) context.reject(code, 'Busy.')
        }
        return n
      },
    },
    { onError: policy },
  )
  const source = listSource([Array.from({ length: count }, (_, index) => index + 1)])
  const running = createJob(
    job({
      sources: [source],
      stages: [busy],
      sinks: [sink],
      deadLetter: letters,
      errors: options.errors,
    }),
    { runtime },
  )
  return { runtime, sink, letters, tries, running, ended: running.run() }
}

it('waits between tries, longer each time, and holds what stands behind the record but not what is finished', async () => {
  const backoff = { minMs: 1000, maxMs: 5000, factor: 2, jitter: 0 }
  const { ended, runtime, sink, tries } = start({
    policy: { retry: { times: 9, backoff } },
    fails: 4,
  })

  await runtime.elapse(11_999)
  expect(sink.records).toEqual([1])
  await runtime.elapse(1)
  const summary = await ended

  expect(tries).toEqual([0, 1000, 3000, 7000, 12_000])
  expect(sink.records).toEqual([1, 2, 3])
  expect(summary.stages[0]).toMatchObject({ in: 3, used: 3, held: 0 })
})

it('counts a waiting record as held, and its tries in the dead letter', async () => {
  const { ended, letters, runtime, running } = start({
    policy: { retry: { times: 2, backoff: steady }, then: 'deadLetter' },
  })

  await runtime.elapse(1500)
  const { held } = running.progress().stages[0] ?? {}
  await runtime.elapse(500)
  await ended

  expect(held).toBe(2)
  expect(letters.records).toMatchObject([
    {
      id: 'source//1/busy',
      record: 2,
      error: { code: 'TEST_BUSY', message: 'Busy.' },
      attempts: 3,
      time: 2000,
    },
  ])
})

it.each<[string, { readonly on?: string[]; readonly notOn?: string[] }, number]>([
  ['TEST_BUSY', { on: ['TEST_BUSY'] }, 3],
  ['TEST_BUSY', { on: ['TEST_OTHER'] }, 1],
  ['TEST_BUSY', { notOn: ['TEST_OTHER'] }, 3],
  ['TEST_BUSY', { notOn: ['TEST_BUSY'] }, 1],
  ['TEST_BUSY', { on: ['TEST_BUSY'], notOn: ['TEST_BUSY'] }, 1],
])('tries %s again with %j as often as it should', async (code, which, attempts) => {
  const { ended, letters, runtime } = start({
    policy: { retry: { times: 2, backoff: steady, ...which } },
    code,
  })

  await runtime.elapse(2000)
  await ended

  expect((letters.records as DeadLetterRecord[]).map((letter) => letter.attempts)).toEqual([
    attempts,
  ])
})

it.each<[unknown, { readonly on?: string[]; readonly notOn?: string[] }, number]>([
  ['ECONNRESET', { on: ['ECONNRESET'] }, 3],
  ['ECONNRESET', { on: ['ENG_THROW'] }, 3],
  ['ECONNRESET', { on: ['EPIPE'] }, 1],
  ['ECONNRESET', { notOn: ['ECONNRESET'] }, 1],
  ['ECONNRESET', { notOn: ['ENG_THROW'] }, 1],
  ['ECONNRESET', { notOn: ['EPIPE'] }, 3],
  [503, { on: ['503'] }, 1],
  [undefined, { on: ['ECONNRESET'] }, 1],
])('tries what was thrown with the code %s again with %j', async (code, which, attempts) => {
  const runtime = createManualRuntime()
  const letters = listSink('letters', [])
  const call = stage(
    'call',
    'source',
    {
      process() {
        throw Object.assign(new Error('Cut off.'), { code })
      },
    },
    { onError: { retry: { times: 2, backoff: steady, ...which } } },
  )
  const spec = job({ sources: [listSource([[1]])], stages: [call], sinks: [], deadLetter: letters })

  const ended = createJob({ ...spec, errors: { atMost: 1, of: 10 } }, { runtime }).run()
  await runtime.elapse(2000)
  await ended

  expect(letters.records).toMatchObject([
    { error: { code: 'ENG_THROW', message: 'Cut off.' }, attempts },
  ])
})

it('does not wait once the job is stopped, and tries as often as it would have', async () => {
  const { ended, letters, runtime, running, tries } = start({
    policy: { retry: { times: 3, backoff: steady } },
  })

  await runtime.elapse(1200)
  void running.stop()
  await runtime.settle()
  const summary = await ended

  expect(summary.state).toBe('stopped')
  expect(tries).toEqual([0, 1000, 1200, 1200])
  expect(letters.records).toMatchObject([{ attempts: 4 }])
})

it('stops waiting when the job is aborted', async () => {
  const { ended, runtime, running, sink } = start({
    policy: { retry: { times: 3, backoff: steady } },
  })

  await runtime.elapse(500)
  running.abort()
  await runtime.settle()
  const summary = await ended

  expect(summary.error?.code).toBe('ENG_ABORTED')
  expect(sink.calls).toEqual(['abort', 'close', 'dispose'])
})

it('counts a record as failed once, when its last try has failed', async () => {
  const policy = { retry: { times: 5, backoff: steady }, then: 'skip' } as const
  const saved = start({ policy, fails: 5, errors: { atMost: 0, of: 10 } })
  const lost = start({ policy, fails: 6, errors: { atMost: 0, of: 10 } })

  await saved.runtime.elapse(5000)
  await lost.runtime.elapse(5000)

  expect((await saved.ended).state).toBe('completed')
  expect((await lost.ended).error?.message).toBe(
    '1 of the last 10 records failed, more than the 0 % allowed; the last one: TEST_BUSY: Busy.',
  )
})

it('gives every try its own time and signal', async () => {
  const runtime = createManualRuntime()
  const signals: AbortSignal[] = []
  const sink = listSink('sink', [from('slow')])
  const slow = stage(
    'slow',
    'source',
    {
      async process(n: number, context) {
        signals.push(context.signal)
        if (signals.length < 3) await new Promise(() => undefined)
        return n
      },
    },
    { timeoutMs: 100, onError: { retry: { times: 2, backoff: steady } } },
  )
  const ended = createJob(job({ sources: [listSource([[1]])], stages: [slow], sinks: [sink] }), {
    runtime,
  }).run()

  await runtime.elapse(2200)
  await ended

  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, false])
  expect(sink.records).toEqual([1])
})

it('tells records apart that come of one entry and fail at one stage', async () => {
  const runtime = createManualRuntime()
  const letters = listSink('letters', [])
  const parts = stage('parts', 'source', {
    *process(n: number) {
      yield n
      yield n
    },
  })
  const fails = stage('fails', 'parts', {
    process: (_n: number, context) => context.reject('TEST_NO', 'No.'),
  })
  const spec = job({
    sources: [listSource([[1, 2]])],
    stages: [parts, fails],
    sinks: [listSink('sink', [from('fails')])],
    deadLetter: letters,
  })

  const ended = createJob(spec, { runtime }).run()
  await runtime.settle()
  await ended

  expect((letters.records as DeadLetterRecord[]).map(({ id }) => id)).toEqual([
    'source//0/fails',
    'source//0/fails/2',
    'source//1/fails',
    'source//1/fails/2',
  ])
})
