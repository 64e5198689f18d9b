import { defineError } from '@millrace/base'
import type { StageScope } from '@millrace/sdk'
import { expect, it } from 'vitest'
import { createManualRuntime } from '@millrace/core'
import type { JobSpec } from '../plan/job-spec.ts'
import type { SpillFile } from '../state/spill-file.ts'
import { memorySpill } from '../state/memory-spill.test-support.ts'
import { createJob } from './create-job.ts'
import { from, job, keyPart, listSink, listSource, stage } from './engine-parts.test-support.ts'

const DISK = defineError<object>({
  code: 'DISK',
  message: () => 'The disk is gone.',
  hint: () => 'x',
})

const sum = ({ state }: StageScope) => {
  const all = state.value<unknown>('all', { initial: () => 0 })
  return {
    process: ({ n }: { readonly n: unknown }) => {
      all.set(typeof n === 'number' ? n + (all.get() as number) : n)
      return all.get()
    },
  }
}

const rows = (count: number): unknown[] =>
  Array.from({ length: count }, (_, index) => ({ key: index % 7, n: index }))

async function run(spec: JobSpec) {
  const runtime = createManualRuntime()
  const ended = createJob(spec, { runtime }).run()
  await runtime.settle()
  return ended
}

function spec(file: SpillFile, more: Partial<JobSpec> = {}, values: unknown[] = rows(40)) {
  const sink = listSink('sink', [from('sum')])
  const dead = listSink('dead', [])
  const keys = { by: [keyPart('key')], spill: { keys: 2 } }
  return {
    sink,
    dead,
    spec: job({
      sources: [listSource([values.slice(0, 20), values.slice(20)])],
      stages: [stage('sum', 'source', sum, keys)],
      sinks: [sink],
      deadLetter: dead,
      spills: () => Promise.resolve(file),
      ...more,
    }),
  }
}

it('puts keys aside and closes what they waited in', async () => {
  const file = memorySpill()
  const { sink, spec: own } = spec(file)

  const runtime = createManualRuntime()
  const running = createJob(own, { runtime })
  const ended = running.run()
  await runtime.settle()
  const summary = await ended
  const [, stageAtEnd] = running.gauges()

  expect(summary.state).toBe('completed')
  expect(() => running.snapshot()).toThrow('What "sum" kept on the disk is gone: the job is over.')
  expect(stageAtEnd?.spilled).toEqual({ keys: 4, bytes: 0 })
  expect(sink.records.slice(-3)).toEqual([117, 123, 129])
  expect(file.puts).toBeGreaterThan(20)
  expect(file.isClosed).toBe(true)
})

it('ends the job where the disk fails, and blames no record for it', async () => {
  for (const step of ['put', 'take'] as const) {
    const file = memorySpill()
    let left = 9
    const failing: SpillFile = {
      ...file,
      put: (...one) => {
        if (step === 'put' && left-- === 0) throw DISK({})
        file.put(...one)
      },
      take: (slot) => {
        if (step === 'take' && left-- === 0) throw DISK({})
        return file.take(slot)
      },
    }
    const { dead, spec: own } = spec(failing)

    const summary = await run(own)

    expect(summary.state).toBe('failed')
    expect(summary.error?.code).toBe('DISK')
    expect(dead.records).toEqual([])
    expect(summary.deadLetters).toBe(0)
  }
})

it('names the state that cannot be put on the disk', async () => {
  const values = [...rows(5), { key: 5, n: () => 1 }, ...rows(40)]
  const { spec: own } = spec(memorySpill(), {}, values)

  const summary = await run(own)

  expect(summary.error?.code).toBe('ENG_SPILL_DATA')
  expect(summary.error?.message).toBe(
    'State "all" of "sum" cannot spill to the disk: () => 1 could not be cloned.',
  )
})

it('says where nothing can spill', async () => {
  const silent = ({ state }: StageScope) => {
    const count = state.numbers('count', { create: () => ({ n: 0 }) })
    return { process: () => void count.get().n++ }
  }
  const keys = { by: [keyPart('key')], spill: { keys: 2 }, traits: { absorbs: true } }
  const { spec: own } = spec(memorySpill(), { stages: [stage('sum', 'source', silent, keys)] })

  const summary = await run(own)

  expect(summary.state).toBe('completed')
  expect(summary.warnings).toEqual([
    'Stage "sum" spills nothing: it has no state that is kept as values, maps, lists, objects or ordered runs by key.',
  ])
})
