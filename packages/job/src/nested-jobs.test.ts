import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Summary } from '@millrace/engine'
import { type Job, type JobRun } from './job.ts'
import { loadJob } from './load-job.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-nested-'))
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'))
  writeFileSync(
    join(folder, 'plus.yaml'),
    'pipeline:\n  stages:\n    - map: { set: { n: n + 1 } }\n',
  )
})
afterAll(() => rmSync(folder, { recursive: true }))

async function jobOf(stages: string, more = ''): Promise<Job<{ n: number }, { n: number }>> {
  const text = `pipeline:\n  stages:\n${stages}${more}`
  return loadJob(join(folder, 'job.yaml'), { text })
}

/** What comes out of these stages, by `n`, and the counts of each. */
async function outcome(stages: string, input: readonly number[], more = '') {
  const job = await jobOf(stages, more)
  const run: JobRun<{ n: number }> = job.run(input.map((n) => ({ n })))
  const results: number[] = []
  for await (const { n } of run) results.push(n)
  const summary: Summary = await run
  const stage = (id: string) => summary.stages.find((one) => one.id === id)
  return { results: results.toSorted((a, b) => a - b), stage, summary }
}

// The numbers are the rows of the seeds' tables: 1.5 ConditionModule and CombinationModule, 2 stream_pipeline.
describe('stages inside of a stage', () => {
  it('1.5 CombinationModule, 2 test_combination_module: two times plus one make 3 of 1', async () => {
    const stages = '    - pipeline: { stages: [pipeline: plus.yaml, pipeline: plus.yaml] }\n'

    const { results, stage } = await outcome(stages, [1])

    expect(results).toEqual([3])
    expect(stage('pipeline/plus/map')).toMatchObject({ in: 1, used: 1 })
    expect(stage('pipeline/plus-2/map')).toMatchObject({ in: 1, used: 1 })
  })

  it('2 test_processing_manager: pre, main and post make 4 of 1', async () => {
    const stages = ['pre', 'main', 'post'].map((id) => `    - { pipeline: plus.yaml, id: ${id} }\n`)

    expect((await outcome(stages.join(''), [1])).results).toEqual([4])
  })

  it('1.5 CombinationModule: stops at the first stage that filters or fails a record', async () => {
    const stages = [
      '    - pipeline:',
      '        stages:',
      '          - pipeline: { stages: [filter: n != 2] }',
      '          - map: { set: { n: n + 0 / (n - 3) } }',
      '          - pipeline: plus.yaml\n',
    ].join('\n')
    const more = '  onError: skip\n'

    const { results, stage, summary } = await outcome(stages, [1, 2, 3, 4], more)

    expect(results).toEqual([2, 5])
    expect(stage('pipeline/pipeline/filter')).toMatchObject({ in: 4, filtered: 1 })
    expect(stage('pipeline/map')).toMatchObject({ in: 3, used: 2, filtered: 1 })
    expect(stage('pipeline/plus/map')).toMatchObject({ in: 2, used: 2 })
    expect(summary.state).toBe('completed')
  })

  it('1.5 ConditionModule, 2 test_condition_module: one branch for true, the other for false', async () => {
    const stages =
      '    - choose: { when: n > 2, then: [pipeline: plus.yaml], else: [map: { set: { n: 0 - n } }] }\n'

    const { results, stage } = await outcome(stages, [1, 2, 3, 4])

    expect(results).toEqual([-2, -1, 4, 5])
    expect(stage('choose/then/plus/map')).toMatchObject({ in: 2 })
    expect(stage('choose/else/map')).toMatchObject({ in: 2 })
  })

  it('1.5 ConditionModule: what fails in a branch has the fate of what fails anywhere', async () => {
    const stages = '    - choose: { when: n > 2, then: [map: { set: { n: n + 0 / (n - 3) } }] }\n'

    const { results, summary } = await outcome(stages, [1, 2], '')
    const failing = outcome(stages, [1, 3], '')

    expect(results).toEqual([1, 2])
    expect(summary.state).toBe('completed')
    await expect(failing).rejects.toMatchObject({ code: 'ENG_RECORD' })
  })
})
