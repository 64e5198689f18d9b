import { createManualRuntime } from '@millrace/core'
import type { RecoverOptions, SinkToken } from '@millrace/sdk'
import { expect, it } from 'vitest'
import { createJob } from '../job/create-job.ts'
import { from, job } from '../job/engine-parts.test-support.ts'
import type { CheckpointSpec, JobCheckpoint } from './checkpoint.ts'
import { exactSink, growingSource, memoryStore } from './checkpoint-parts.test-support.ts'

/** Runs a job over three records, with a savepoint behind the first two; what it did to its sink, and that savepoint. */
async function run(how: Pick<CheckpointSpec, 'restored' | 'setAside'>): Promise<{
  readonly log: readonly unknown[]
  readonly first: JobCheckpoint | undefined
  readonly second: JobCheckpoint | undefined
  readonly last: JobCheckpoint | undefined
}> {
  const runtime = createManualRuntime()
  const store = memoryStore()
  const source = growingSource()
  const log: unknown[] = []
  const sink = exactSink('sink', [from('source')], {
    recover(token: SinkToken | undefined, options?: RecoverOptions) {
      log.push(['recover', token, options])
    },
    prepare({ checkpoint }) {
      log.push(`prepare ${checkpoint}`)
      return { checkpoint }
    },
    write: () => void log.push('write'),
    commit: (token) => void log.push(`commit ${String(token?.['checkpoint'])}`),
    forget: (token) => void log.push(['forget', token]),
  })
  const checkpoint = { everyMs: 100, store, ...how }
  const running = createJob(job({ sources: [source], sinks: [sink], checkpoint }), { runtime })
  source.give('a', 'b')
  const ended = running.run()
  await runtime.elapse(150)
  source.give('c')
  source.end()
  await runtime.elapse(150)
  const { error } = await ended
  expect(error).toBeUndefined()
  return {
    log,
    first: store.all[0],
    second: store.all.find(({ number }) => number === 2),
    last: store.last,
  }
}

it('takes a checkpoint before it reads when it goes back to a savepoint, and then lets its sinks forget the rest', async () => {
  const { second, last } = await run({})
  const setAside = { sink: [last?.sinks['sink']?.token as SinkToken] }

  const { log } = await run({ restored: second, setAside })

  expect(log.slice(0, 4)).toEqual([
    ['recover', { checkpoint: 2 }, { isBack: true, last: { checkpoint: 3 } }],
    'prepare 3',
    'commit 3',
    ['forget', { checkpoint: 3 }],
  ])
  expect(log).toContain('write')
  expect(log.filter((entry) => Array.isArray(entry))).toHaveLength(2)
})

it('lets its sinks forget an earlier run when it begins anew, and not when it goes on', async () => {
  const { last, second } = await run({})
  const setAside = { sink: [last?.sinks['sink']?.token as SinkToken] }

  const anew = await run({ setAside })
  const goesOn = await run({ restored: second })

  expect(anew.log.slice(0, 4)).toEqual([
    'prepare 1',
    'commit 1',
    ['forget', { checkpoint: 3 }],
    'write',
  ])
  expect(goesOn.log[0]).toEqual(['recover', { checkpoint: 2 }, undefined])
  expect(goesOn.log).toContain('write')
  expect(goesOn.log.filter((entry) => Array.isArray(entry))).toHaveLength(1)
})

it('lets its sinks forget it also where the process is killed between its first checkpoint and what they show', async () => {
  const { second, last } = await run({})
  const token = last?.sinks['sink']?.token as SinkToken
  const back = await run({ restored: second, setAside: { sink: [token, { older: true }] } })

  const killed = await run({ restored: back.first })

  expect(back.first?.sinks['sink']?.setAside).toEqual([token, { older: true }])
  expect(back.last?.sinks['sink']?.setAside).toBeUndefined()
  expect(killed.log.filter((entry) => Array.isArray(entry) && entry[0] === 'forget')).toEqual([
    ['forget', token],
    ['forget', { older: true }],
  ])
})
