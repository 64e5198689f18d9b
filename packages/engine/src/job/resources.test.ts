import { createManualRuntime } from '@millrace/core'
import type { ResourceFactory } from '@millrace/sdk'
import { expect, it } from 'vitest'
import type { JobSpec, ResourceSpec } from '../plan/job-spec.ts'
import { createJob } from './create-job.ts'
import { from, job, stage } from './engine-parts.test-support.ts'
import { numbers, replacingSink } from './pipeline-restart.test-support.ts'

const backoff = { minMs: 1000, maxMs: 1000, factor: 1, jitter: 0 }

/** A resource whose opens fail where `fails` says so, and what happens to it. */
function shared(id: string, log: string[], fails = (_open: number) => false): ResourceSpec {
  let opens = 0
  const factory: ResourceFactory = {
    name: 'pool',
    async open({ metrics, timer }) {
      log.push(`open ${id}`)
      if (fails(++opens)) throw new Error('refused')
      metrics.counter('opened').add(1)
      timer(50, () => void log.push(`tick ${id}`))
    },
    async close() {
      log.push(`close ${id}`)
    },
  }
  return { id, factory }
}

async function run(spec: JobSpec) {
  const runtime = createManualRuntime()
  const ended = createJob(spec, { runtime }).run()
  await runtime.elapse(100_000)
  return ended
}

const plain = (log: string[]) =>
  stage('plain', 'source', {
    open: () => void log.push('open plain'),
    process: (n: number) => n,
    close: () => void log.push('close plain'),
  })

it('are opened before the first stage, in order, and closed after the last, in reverse', async () => {
  const log: string[] = []
  const sink = replacingSink('sink', [from('plain')])
  const resources = [shared('one', log), shared('two', log)]

  const summary = await run(
    job({ resources, sources: [numbers(3, 2)], stages: [plain(log)], sinks: [sink] }),
  )

  expect(log).toEqual([
    'open one',
    'open two',
    'open plain',
    'close plain',
    'close two',
    'close one',
  ])
  expect(summary.resources).toEqual([
    { id: 'one', module: 'pool', metrics: { opened: 1 } },
    { id: 'two', module: 'pool', metrics: { opened: 1 } },
  ])
})

it('with a restart are tried again under the budget of the job, else the first failure ends it', async () => {
  const tried = async (restart: ResourceSpec['restart'], refusals: number) => {
    const log: string[] = []
    const resource = { ...shared('db', log, (open) => open <= refusals), restart }
    const spec = job({
      resources: [resource],
      sources: [numbers(3, 2)],
      sinks: [replacingSink('sink', [from('source')])],
      restart: { intensity: 2, periodMs: 60_000 },
    })
    const { error, restarts, state } = await run(spec)
    return { log, error: error?.message, restarts, state }
  }

  const never = await tried(undefined, 1)
  const often = await tried({ backoff }, 2)
  const tooOften = await tried({ backoff }, 3)

  expect(never).toEqual({
    log: ['open db'],
    error: '"db" failed to create: refused',
    restarts: 0,
    state: 'failed',
  })
  expect(often).toEqual({
    log: ['open db', 'open db', 'open db', 'close db'],
    error: undefined,
    restarts: 2,
    state: 'completed',
  })
  expect(tooOften.error).toBe(
    '"db" is not started again: the job saw 3 such failures within 1m, and restart.intensity allows 2; the last one: "db" failed to create: refused',
  )
})

it('are new for a pipeline that begins anew, and keep their timers when a stage is made anew', async () => {
  const log: string[] = []
  let strikes = 1
  const sink = replacingSink('sink', [from('spoilt')], (n) => n === 2 && strikes-- > 0)
  const spoilt = stage(
    'spoilt',
    'source',
    () => ({
      async process(n: number, { signal }: { readonly signal: AbortSignal }) {
        if (n === 0) throw new Error('spoilt')
        return signal.aborted ? undefined : n
      },
      close: () => void log.push('close stage'),
    }),
    { traits: { keeps: 'instance' }, onError: 'skip' },
  )
  const spec = job({
    resources: [shared('db', log)],
    sources: [numbers(3, 1)],
    stages: [spoilt],
    sinks: [
      {
        ...sink,
        factory: {
          ...sink.factory,
          async create(scope) {
            const instance = await sink.factory.create(scope)
            return {
              ...instance,
              async write(batch) {
                await new Promise<void>((wake) => void scope.timer(100, wake))
                return instance.write(batch)
              },
            }
          },
        },
      },
    ],
    restart: { intensity: 0, periodMs: 1000, onEscalate: { restart: { backoff } } },
  })

  const summary = await run(spec)

  expect(summary).toMatchObject({ state: 'completed', pipelineRestarts: 1 })
  expect(log).toEqual([
    'open db',
    'close stage',
    'tick db',
    'close stage',
    'close db',
    'open db',
    'close stage',
    'tick db',
    'close stage',
    'close db',
  ])
})
