import { createManualRuntime, type ManualRuntime } from '@millrace/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JobSpec } from '../plan/job-spec.ts'
import type { Summary } from '../report/summary.ts'
import { createJob } from './create-job.ts'
import type { JobOptions } from './engine-job.ts'
import { from, job, keyPart, listSink, listSource, stage } from './engine-parts.test-support.ts'
import { numbers, replacingSink } from './pipeline-restart.test-support.ts'

const backoff = { minMs: 1000, maxMs: 1000, factor: 1, jitter: 0 }
const anew = (intensity: number): JobSpec['restart'] => ({
  intensity: 0,
  periodMs: 60_000,
  onEscalate: { restart: { intensity, periodMs: 3_600_000, backoff } },
})

async function run(
  spec: JobSpec,
  runtime: ManualRuntime = createManualRuntime(),
  options: Omit<JobOptions, 'runtime'> = {},
): Promise<Summary> {
  const ended = createJob(spec, { runtime, ...options }).run()
  await runtime.elapse(1_000_000)
  return ended
}

type Failing = 'source' | 'stage' | 'timer' | 'open' | 'sink'

/** Sums numbers by their last digit, refuses every seventh and parks multiples of 50; fails `times` times at number `at`. */
function whole(options: { count: number; size: number; at: number; times: number; by: Failing }) {
  const { at, by, count, size, times } = options
  let left = times
  const strikes = (part: Failing, n: unknown): boolean => by === part && n === at && left-- > 0
  let opens = 0
  const sums = stage(
    'sums',
    'source',
    ({ state, timer }) => {
      const sum = state.value<number>('sum', { initial: () => 0 })
      return {
        open() {
          // The second open of an incarnation is the one after its throw.
          if (by === 'open' && ++opens % 2 === 0) throw new Error('no line')
        },
        process({ n }: { n: number }, context) {
          if (strikes('stage', n)) throw new Error('spoilt')
          if (strikes('open', n)) throw new Error('spoilt')
          if (strikes('timer', n)) {
            timer(0, () => {
              throw new Error('late')
            })
          }
          if (n % 7 === 6) return context.reject('SEVENTH', `No ${n}.`)
          sum.set(sum.get() + n)
          return { n, sum: sum.get() }
        },
      }
    },
    { traits: { keeps: 'instance' }, by: [keyPart('digit')] },
  )
  const keyed = stage('keyed', 'source', {
    process: (n: number) => ({ n, digit: n % 10 }),
  })
  const wary = stage(
    'wary',
    'sums',
    {
      process(record: { n: number }, context) {
        return record.n > 0 && record.n % 50 === 0 ? context.reject('FIFTY', 'Wait.') : record
      },
    },
    { onError: 'park' },
  )
  const sink = replacingSink('sink', [from('wary')], (value) => {
    return strikes('sink', (value as { n: number }).n)
  })
  const dead = replacingSink('dead', [])
  const spec = job({
    sources: [numbers(count, size, (n) => strikes('source', n))],
    stages: [keyed, { ...sums, inputs: [{ name: 'in', from: [from('keyed')] }] }, wary],
    sinks: [sink],
    deadLetter: dead,
    errors: { atMost: 1, of: 10 },
    restart: anew(times),
  })
  return { spec, sink, dead }
}

async function outcome(options: Parameters<typeof whole>[0]) {
  const { spec, sink, dead } = whole(options)
  const parked: unknown[] = []
  const onParked: JobOptions['onParked'] = (records) => void parked.push(...records)
  const summary = await run(spec, createManualRuntime(), { onParked })
  const letters = dead.output()?.map((letter) => ({ ...(letter as object), time: 0 }))
  const waits = parked.map((record) => ({ ...(record as object), time: 0 }))
  const { sources, stages, sinks, deadLetters, deadLettersByCode } = summary
  const counts = { sources, stages, sinks, deadLetters, deadLettersByCode }
  return { summary, seen: { out: sink.output(), letters, waits, counts } }
}

describe('a pipeline that may begin anew', () => {
  it('gives exactly the output, dead letters, parked records and counts of an undisturbed run', async () => {
    const law = fc.asyncProperty(
      fc.record({
        count: fc.integer({ min: 1, max: 80 }),
        size: fc.integer({ min: 1, max: 40 }),
        at: fc.nat(79),
        times: fc.integer({ min: 1, max: 4 }),
        by: fc.constantFrom<Failing>('source', 'timer', 'open', 'sink'),
      }),
      async (options) => {
        const plain = await outcome({ ...options, times: 0 })
        const disturbed = await outcome(options)

        expect(disturbed.seen).toEqual(plain.seen)
        expect(disturbed.summary.error).toBeUndefined()
        expect(disturbed.summary.pipelineRestarts).toBeLessThanOrEqual(options.times)
      },
    )
    await fc.assert(law, { numRuns: 100 })
  }, 60_000)

  it('waits for its backoff, says why, and counts how often it began', async () => {
    const runtime = createManualRuntime()
    const begun: number[] = []
    let left = 2
    const sink = replacingSink('sink', [from('source')], (n) => n === 3 && left-- > 0)
    const source = numbers(5, 2, (n) => {
      if (n === 0) begun.push(runtime.monotonic())
      return false
    })
    const states = new Set<string>()
    const onProgress: JobOptions['onProgress'] = ({ state, pipelineRestarts }) =>
      void states.add(`${state} ${pipelineRestarts}`)
    const spec = job({ sources: [source], sinks: [sink], restart: anew(3) })

    const summary = await run(spec, runtime, { onProgress })

    expect(begun).toEqual([0, 1000, 2000])
    expect(sink.output()).toEqual([0, 1, 2, 3, 4])
    expect(sink.log.join(' ')).toBe(
      'create abort close create abort close create commit close dispose',
    )
    expect([...states]).toEqual(['restarting 0', 'restarting 1', 'completed 2'])
    expect(summary).toMatchObject({ state: 'completed', pipelineRestarts: 2, restarts: 0 })
    expect(summary.warnings).toEqual([
      'The pipeline begins anew (1 of 3): Sink "sink" failed to write: no disk',
      'The pipeline begins anew (2 of 3): Sink "sink" failed to write: no disk',
    ])
  })

  it('that never works ends with a report after its own budget, and leaves the old output', async () => {
    const sink = replacingSink('sink', [from('source')], (n) => n === 3)
    const dead = replacingSink('dead', [])
    const spec = job({
      sources: [numbers(5, 2)],
      sinks: [sink],
      deadLetter: dead,
      restart: anew(2),
    })

    const summary = await run(spec)

    expect(summary.state).toBe('failed')
    expect(summary.error?.message).toBe(
      'The pipeline does not begin anew: it failed 3 times within 1h, and restart.onEscalate.restart.intensity allows 2; the last failure: Sink "sink" failed to write: no disk',
    )
    expect(summary.error?.code).toBe('ENG_GAVE_UP')
    expect(summary.error?.hint).toBe(
      'Mend the cause of the last failure and run the job again; its old output is untouched.',
    )
    expect(summary.pipelineRestarts).toBe(2)
    expect(sink.output()).toBeUndefined()
    expect(dead.log.at(-3)).toBe('commit')
  })

  it('counts a start that fails later against its budget, and the first one ends the job', async () => {
    const opens = async (fails: (open: number) => boolean) => {
      let open = 0
      let strikes = 1
      const sink = replacingSink('sink', [from('flaky')], () => strikes-- > 0)
      const flaky = stage('flaky', 'source', () => ({
        open() {
          if (fails(++open)) throw new Error('no line')
        },
        process: (n: number) => n,
      }))
      const spec = job({
        sources: [numbers(2, 2)],
        stages: [flaky],
        sinks: [sink],
        restart: anew(3),
      })
      return run(spec)
    }

    const first = await opens((open) => open === 1)
    const later = await opens((open) => open === 2 || open === 3)

    expect(first).toMatchObject({ state: 'failed', pipelineRestarts: 0 })
    expect(first.error?.message).toBe('"flaky" failed to open: no line')
    expect(later).toMatchObject({ state: 'completed', pipelineRestarts: 3 })
  })

  it('does not begin anew after bad records, which would be just as bad again', async () => {
    const picky = stage(
      'picky',
      'source',
      { process: (n: number, context) => (n === 3 ? context.reject('THREE', 'No.') : n) },
      { onError: 'fail' },
    )
    const sink = replacingSink('sink', [from('picky')])
    const spec = job({
      sources: [numbers(5, 2)],
      stages: [picky],
      sinks: [sink],
      restart: anew(3),
    })

    const summary = await run(spec)

    expect(summary.error?.code).toBe('ENG_RECORD')
    expect(summary.pipelineRestarts).toBe(0)
  })

  it.each([
    ['stop', 'failed', 'ENG_SINK'],
    ['drain', 'failed', 'ENG_SINK'],
    ['abort', 'failed', 'ENG_ABORTED'],
  ] as const)('is not waited for any more after %s', async (asked, state, code) => {
    const runtime = createManualRuntime()
    const sink = replacingSink('sink', [from('source')], (n) => n === 3)
    const spec = job({ sources: [numbers(5, 2)], sinks: [sink], restart: anew(9) })
    const running = createJob(spec, { runtime })

    const ended = running.run()
    await runtime.elapse(1500)
    void running[asked]()
    await runtime.settle()
    const summary = await ended

    expect(summary).toMatchObject({ state, pipelineRestarts: 1 })
    expect(summary.error?.code).toBe(code)
    expect(runtime.monotonic()).toBe(1500)
    expect(sink.log.filter((step) => step === 'dispose')).toHaveLength(1)
  })

  it('is refused where a record could be lost or stand twice', () => {
    const runtime = createManualRuntime()
    const restart = anew(1)
    const replaced = replacingSink('sink', [from('source')])
    const made = (spec: JobSpec) => () => createJob(spec, { runtime })

    expect(made(job({ sources: [listSource([])], sinks: [replaced], restart }))).toThrow(
      'The pipeline cannot begin anew after a failure: source "source" cannot be read again from its beginning.',
    )
    const twice = listSink('sink', [from('source')])
    expect(made(job({ sources: [numbers(1, 1)], sinks: [twice], restart }))).toThrow(
      'The pipeline cannot begin anew after a failure: sink "sink" does not replace its output, so records would stand there twice.',
    )
    const deadLetter = listSink('dead', [])
    expect(made(job({ sources: [numbers(1, 1)], sinks: [replaced], deadLetter, restart }))).toThrow(
      'sink "dead" does not replace its output',
    )
  })
})

describe('limits', () => {
  it.each([
    [
      { restart: { intensity: 1, periodMs: 0 } },
      'restart.periodMs of the job must be a number of ms above 0; got 0.',
    ],
    [
      { restart: { intensity: -1, periodMs: 5 } },
      'restart.intensity of the job must be a whole number from 0 on; got -1.',
    ],
    [
      { restart: { intensity: 1, periodMs: 5, onEscalate: { restart: { periodMs: Number.NaN } } } },
      'restart.onEscalate.restart.periodMs of the job must be a number of ms above 0; got NaN.',
    ],
    [
      { sinks: [{ ...listSink('sink', [from('source')]), timeoutMs: 0 }] },
      'timeoutMs of "sink" must be a number of ms above 0; got 0.',
    ],
    [
      { stages: [stage('slow', 'source', { process: (n) => n }, { timeoutMs: -5 })] },
      'timeoutMs of "slow" must be a number of ms above 0; got -5.',
    ],
  ] satisfies [Partial<JobSpec>, string][])(
    '%# that nothing can keep are refused',
    (more, text) => {
      const sinks = [listSink('sink', [from('source')])]
      const spec = job({ sources: [listSource([])], sinks, ...more })

      expect(() => createJob(spec, { runtime: createManualRuntime() })).toThrow(text)
    },
  )
})
