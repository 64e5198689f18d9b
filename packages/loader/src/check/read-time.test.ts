import { describe, expect, it } from 'vitest'
import lagging from './lagging-watermarks.test-support.ts'
import { faultsOf } from './faults.test-support.ts'
import { loadSpec } from '../load-spec.ts'

const job = (time: string): string =>
  `pipeline:\n  source:\n    file: a.jsonl\n    time: ${time}\n  stages: [{ filter: a }]\n  sink: { file: b.jsonl }\n`
const load = (time: string) =>
  loadSpec({ file: `${import.meta.dirname}/job.yaml`, text: job(time), env: {} })

describe('the time of a source', () => {
  it('has bounds, a silence after which it steps aside, and a distance it may run ahead', async () => {
    const { faults, spec, plan } = await load(
      '{ field: at, idle: 1m, align: 10m, notBefore: 2000-01-01, notAfter: 2100-01-01T12:00:00Z, ahead: 1h }',
    )

    expect(faults).toEqual([])
    expect(spec?.sources[0]?.time).toMatchObject({
      idleMs: 60_000,
      alignMs: 600_000,
      notBefore: Date.UTC(2000, 0, 1),
      notAfter: Date.UTC(2100, 0, 1, 12),
      aheadMs: 3_600_000,
    })
    expect(plan?.nodes[0]?.fates.slice(0, 4)).toEqual([
      'The time of a record is field "at"; it may be 0ms out of order.',
      'A time before 2000-01-01T00:00:00.000Z, or after 2100-01-01T12:00:00.000Z, or more than 1h ahead of the clock, is not valid.',
      'A partition silent for 1m holds event time back no more; when all are, it goes on with the clock.',
      'It waits when it is more than 10m ahead of the slowest source.',
    ])
  })

  it('may be its arrival', async () => {
    const { spec, plan } = await load('arrival')

    expect(spec?.sources[0]?.time?.arrival).toBe(true)
    expect(plan?.nodes[0]?.fates[0]).toBe(
      'The time of a record is its arrival, and event time follows the clock.',
    )
    expect(plan?.notes).toContain(
      'Where the time of a record is its arrival, a second run gives other times.',
    )
  })

  it('takes a strategy of the job, with parameters', async () => {
    const { faults, spec } = await load(
      "{ field: at, watermarks: { './lagging-watermarks.test-support.ts': { lag: 5 } } }",
    )

    expect(faults).toEqual([])
    expect(spec?.sources[0]?.time?.watermarks?.().after(12, {})).toBe(
      lagging.create({ parameters: { lag: 5 } }).after(12, {}),
    )
    expect(spec?.sources[0]?.fields).toBeUndefined()
  })

  it('says all that is wrong with it', async () => {
    const time = (text: string) => faultsOf(job(text), { file: `${import.meta.dirname}/job.yaml` })
    const faults = [
      await time('{ field: at, idle: 0s, notBefore: soon, ahead: 5 }'),
      await time(
        "{ field: at, disorder: 1s, watermarks: { './lagging-watermarks.test-support.ts': { lag: x } } }",
      ),
      await time('{ field: at, watermarks: ./nowhere.ts }'),
      await time('departure'),
      await time('{ field: at, notAfter: 1999 }'),
      await time('{ field: at, notBefore: 2020-01-01, notAfter: 2019-01-01 }'),
    ]

    const folder = import.meta.dirname
    expect(faults.join('\n').replaceAll(folder, '/jobs')).toMatchInlineSnapshot(`
      "error[CFG_TYPE]: "time.idle" must be a duration above 0 with a unit, such as 30s or 1h; got string "0s".
        at   /jobs/job.yaml:4:30  pipeline.source.time.idle
        next Write a duration above 0 with a unit, such as 30s or 1h there.
      error[CFG_TYPE]: "time.notBefore" must be a date or a time, such as 2000-01-01 or 2000-01-01T12:00:00Z; got string "soon".
        at   /jobs/job.yaml:4:45  pipeline.source.time.notBefore
        next Write a date or a time, such as 2000-01-01 or 2000-01-01T12:00:00Z there.
      error[CFG_TYPE]: "time.ahead" must be a duration with a unit, such as 30s or 1h; got number 5.
        at   /jobs/job.yaml:4:58  pipeline.source.time.ahead
        next Write a duration with a unit, such as 30s or 1h there.
      error[CFG_BESIDE]: "disorder" says nothing beside "watermarks".
        at   /jobs/job.yaml:4:38  pipeline.source.time.watermarks
        next Leave out disorder: the strategy says how far the watermark trails.
      error[CFG_TYPE]: Parameter "lag" must be a number; got string "x".
        at   /jobs/job.yaml:4:99  pipeline.source.time.watermarks../lagging-watermarks.test-support.ts.lag
        next Write a number there.
      error[CFG_MODULE_FILE]: There is no file ./nowhere.ts (looked for /jobs/nowhere.ts).
        at   /jobs/job.yaml:4:36  pipeline.source.time.watermarks
        next Paths of modules are relative to the folder of the job file.
      error[CFG_TYPE]: "time" must be arrival, or a map with field and more; got string "departure".
        at   /jobs/job.yaml:4:11  pipeline.source.time
        next Write time: { field: date, disorder: 10s }, or time: arrival.
      error[CFG_TYPE]: "time.notAfter" must be a date or a time, such as 2000-01-01 or 2000-01-01T12:00:00Z; got number 1999.
        at   /jobs/job.yaml:4:34  pipeline.source.time.notAfter
        next Write a date or a time, such as 2000-01-01 or 2000-01-01T12:00:00Z there.
      error[CFG_TYPE]: "time.notAfter" must be a time at or after notBefore; got string "2019-01-01".
        at   /jobs/job.yaml:4:57  pipeline.source.time.notAfter
        next Write a time at or after notBefore there."
    `)
  })
})
