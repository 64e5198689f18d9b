import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { anomaly, drift, ewma, mad } from '@millrace/anomaly'
import { fileSink, fileSource } from '@millrace/file'
import { pipeline } from 'millrace'
import { expect, it } from 'vitest'
import { folder, run } from './command.ts'

interface Judged {
  readonly t: number
  readonly value: number
  readonly anomaly: { readonly score: number | null; readonly alert: boolean }
}

/** A level that goes up and down a little, with a spike of the same shape every hundred points. */
const rows = Array.from({ length: 1000 }, (_, t) => {
  return { t, sensor: 'a', value: ((t * 7) % 10) + (t % 100 === 99 ? 60 : 0) }
})
const lines = (records: readonly unknown[]): string =>
  `${records.map((record) => JSON.stringify(record)).join('\n')}\n`
const read = (cwd: string, name: string): Judged[] =>
  readFileSync(join(cwd, name), 'utf8')
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Judged)

const parameters = { field: 'value', warmup: 150, threshold: 0.97, detector: ewma }
const time = { field: 't', unit: 'ms', disorderMs: 0 } as const

it('a pipeline in code judges as the job file does, with feedback on a second input', async () => {
  const job = `pipeline:
  source: { file: in.jsonl, time: { field: t, unit: ms, disorder: 0s } }
  stages:
    - anomaly: { field: value, warmup: 150, threshold: 0.97, detector: { ewma: 200 } }
      by: sensor
      outputs: { alerts: { file: alerts.jsonl } }
  sink: { file: out.jsonl }
`
  const cwd = folder({ 'in.jsonl': lines(rows), 'job.yaml': job, 'dismissed.jsonl': '' })
  const options = { by: 'sensor' }
  const ran = await run(cwd, ['run', 'job.yaml', '--quiet'])
  const flow = pipeline('judges')
  const from = (name: string) =>
    flow.from(fileSource, { path: join(cwd, name) }, { id: name.slice(0, 2), time })

  await flow
    .from(fileSource, { path: join(cwd, 'in.jsonl') }, { id: 'one', time })
    .stage(anomaly, parameters, options)
    .send('alerts', fileSink, { path: join(cwd, 'own-alerts.jsonl') })
    .to(fileSink, { path: join(cwd, 'own.jsonl') })
    .run()
  await flow
    .together({ in: from('in.jsonl'), feedback: from('dismissed.jsonl') })
    .stage(anomaly, { ...parameters, detector: { module: mad, parameters: {} } }, options)
    .to(fileSink, { path: join(cwd, 'both.jsonl') })
    .run()

  expect([ran.code, ran.stderr]).toEqual([0, ''])
  expect(read(cwd, 'own.jsonl')).toStrictEqual(read(cwd, 'out.jsonl'))
  expect(read(cwd, 'own-alerts.jsonl').map(({ t }) => t)).toStrictEqual([
    199, 299, 399, 499, 599, 699, 799, 899, 999,
  ])
  expect(read(cwd, 'both.jsonl')).toHaveLength(1000)
})

it('feedback of a job file comes by a second input', async () => {
  const job = `pipeline:
  sources:
    readings: { file: in.jsonl, time: { field: t, unit: ms, disorder: 0s } }
    dismissed: { file: dismissed.jsonl, time: { field: t, unit: ms, disorder: 0s } }
  stages:
    - anomaly: { field: value, warmup: 150, threshold: 0.97, detector: ewma }
      from: { in: readings, feedback: dismissed }
      by: sensor
      outputs: { alerts: { file: alerts.jsonl } }
  sink: { file: out.jsonl }
`
  const dismissed = [{ t: 2000, sensor: 'a', anomaly: { time: 123 } }]
  const cwd = folder({
    'in.jsonl': lines(rows),
    'job.yaml': job,
    'dismissed.jsonl': lines(dismissed),
  })

  const { code, stdout, stderr } = await run(cwd, ['run', 'job.yaml', '--json', '--quiet'])

  expect(code, stderr).toBe(0)
  const { stages } = JSON.parse(stdout) as { readonly stages: readonly object[] }
  expect(stages[0]).toMatchObject({ in: 1001, used: 1000, filtered: 1 })
  expect(read(cwd, 'out.jsonl')).toHaveLength(1000)
})

it('the stage drift is found by its short name, and hands records on as they came', async () => {
  const job = `pipeline:
  source: { file: in.jsonl, time: { field: t, unit: ms, disorder: 0s } }
  stages:
    - drift: { field: value, detector: page-hinkley }
      by: sensor
      outputs: { drifts: { file: drifts.jsonl } }
  sink: { file: out.jsonl }
`
  const moved = rows.map(({ t }) => ({ t, sensor: 'a', value: (t % 10) + (t < 500 ? 0 : 40) }))
  const cwd = folder({ 'in.jsonl': lines(moved), 'job.yaml': job })

  const { code, stderr } = await run(cwd, ['run', 'job.yaml', '--quiet'])

  expect([code, stderr]).toEqual([0, ''])
  expect(drift.name).toBe('drift')
  expect(readFileSync(join(cwd, 'out.jsonl'), 'utf8')).toBe(lines(moved))
  expect(read(cwd, 'drifts.jsonl')[0]).toMatchObject({ sensor: 'a', before: expect.any(Number) })
})
