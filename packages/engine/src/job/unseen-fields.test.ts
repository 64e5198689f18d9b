import { nodeRuntime } from '../host/node-runtime.ts'
import { describe, expect, it } from 'vitest'
import type { StageSpec } from '../plan/job-spec.ts'
import type { Summary } from '../report/summary.ts'
import { createJob } from './create-job.ts'
import { from, job, listSink, listSource, stage } from './engine-parts.test-support.ts'

const pass = { process: (record: unknown) => record }
const same = (id: string, input: string, more: Partial<StageSpec> = {}): StageSpec =>
  stage(id, input, pass, more)

async function run(parts: Parameters<typeof job>[0]) {
  const logged: string[] = []
  const log = (sentence: string) => void logged.push(sentence)
  const logger = { debug: log, info: log, warn: log, error: log }
  const summary: Summary = await createJob(job(parts), { runtime: nodeRuntime, logger }).run()
  return { warnings: summary.warnings.map(short), logged: logged.map(short) }
}

const short = (sentence: string): string =>
  /reaches (.*) seen/.exec(sentence)?.[1]?.replace('has a field ', '') ?? sentence

describe('fields that no record carries', () => {
  it('are in the summary of a small job, for stages and sinks', async () => {
    const { warnings, logged } = await run({
      sources: [listSource([[{ delay: 1 }], [{ delay: 2, origin: 'SFO' }]])],
      stages: [same('first', 'source', { expects: ['delay', 'dest', 'origin', 'dealy'] })],
      sinks: [{ ...listSink('sink', [from('first')]), expects: ['zone', 'origin'] }],
    })

    expect(warnings).toEqual([
      '"first" "dest" (2 records',
      '"first" "dealy" (2 records',
      '"sink" "zone" (2 records',
    ])
    expect(logged).toEqual([])
  })

  it('are logged after 1,000 records, and taken back when one comes after all', async () => {
    const records = Array.from({ length: 5001 }, (_, id) =>
      id === 5000 ? { id, late: 1 } : { id },
    )

    const { warnings, logged } = await run({
      sources: [listSource([records])],
      stages: [same('first', 'source', { expects: ['id', 'late', 'never'] })],
      sinks: [listSink('sink', [from('first')])],
    })

    expect(logged).toEqual(['"first" "late" (1,000 records', '"first" "never" (1,000 records'])
    expect(warnings).toEqual(['"first" "never" (5,001 records'])
  })

  it('are of no interest where nothing arrived', async () => {
    const { warnings } = await run({
      sources: [listSource([[1, 2]])],
      stages: [
        stage('none', 'source', { process: () => undefined }),
        same('after', 'none', { expects: ['a'] }),
      ],
      sinks: [{ ...listSink('sink', [from('after')]), expects: ['b'] }],
    })

    expect(warnings).toEqual([])
  })

  it('count per input where a stage has several, and over all outputs that one input merges', async () => {
    const inputs = [
      { name: 'left', from: [from('source')] },
      { name: 'right', from: [from('b'), from('c')] },
    ]
    const { warnings } = await run({
      sources: [listSource([[{ a: 1 }]])],
      stages: [
        stage('b', 'source', { process: () => ({ b: 1 }) }),
        stage('c', 'source', { process: () => ({ c: 1 }) }),
        stage(
          'join',
          'source',
          { on: { left: () => null, right: () => null } },
          {
            inputs,
            traits: { inputs: ['left', 'right'] },
            expects: { left: ['a', 'b'], right: ['a', 'b', 'c'] },
          },
        ),
      ],
      sinks: [listSink('sink', [from('join')])],
    })

    expect(warnings).toEqual(['"join" "b" (1 record', '"join" "a" (2 records'])
  })

  it('are seen by the fast path and where each batch fails too', async () => {
    const { warnings } = await run({
      sources: [listSource([[{ a: 1 }, { a: 2 }]])],
      stages: [
        stage(
          'whole',
          'source',
          {
            process: (record: unknown) => record,
            processBatch: () => {
              throw new Error('one by one, please')
            },
          },
          { expects: ['a', 'b'], onError: 'skip' },
        ),
      ],
      sinks: [listSink('sink', [from('whole')])],
    })

    expect(warnings).toEqual(['"whole" "b" (2 records'])
  })
})
