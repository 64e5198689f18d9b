import { renderError } from '@millrace/base'
import { describe, expect, it } from 'vitest'
import { faultsOf, load } from './faults.test-support.ts'

const job = (source: string, stage: string): string =>
  `pipeline:\n  ${source}\n  stages:\n    - ${stage}\n      outputs: { late: { file: l.jsonl } }\n  sink: { file: b.jsonl }\n`
const window = 'window: { tumbling: 1m, aggregate: { n: count() } }'
const from = (time: string): string => `source: { file: a.jsonl, ${time} }`
const isValid = async (time: string, stage = window): Promise<boolean> =>
  (await load(job(from(time), stage))).faults.length === 0

describe('what works by event time', () => {
  it('needs sources that say what their time is, and how far out of order', async () => {
    expect(await isValid('time: { field: at, disorder: 0s }')).toBe(true)
    expect(await isValid('time: arrival')).toBe(true)
    expect(await faultsOf(job(from('limit: 1'), window))).toMatchInlineSnapshot(`
      "error[CFG_NO_TIME]: "window" works by event time, and source "source" does not say what the time of its records is.
        at   /jobs/job.yaml:2:13  pipeline.source.file
        next Add time: { field: date, disorder: 10s } to the source, or time: arrival for the clock when a record comes."
    `)
    expect(await faultsOf(job(from('time: { field: at }'), window))).toMatchInlineSnapshot(`
      "error[CFG_NO_DISORDER]: "window" works by event time, and source "source" does not say how far its records may be out of order.
        at   /jobs/job.yaml:2:34  pipeline.source.time
        next Add disorder to its time, such as disorder: 10s; 0s where they come in order."
    `)
  })

  it('does not, where its parameters make it work without', async () => {
    expect(await isValid('limit: 1', 'window: { count: 3, aggregate: { n: count() } }')).toBe(true)
    expect(
      await isValid('limit: 1', 'window: { count: 3, maxWait: 1m, aggregate: { n: count() } }'),
    ).toBe(false)
  })

  it('asks every source that leads to it, once', async () => {
    const text = [
      'pipeline:',
      '  sources:',
      '    a: { file: a.jsonl }',
      '    b: { file: b.jsonl, time: { field: at } }',
      '    c: { file: c.jsonl }',
      '  stages:',
      '    - filter: x',
      '      from: [a, b]',
      '    - window: { session: 1m, aggregate: { n: count() } }',
      '      id: one',
      '      outputs: { late: { file: l.jsonl } }',
      '    - window: { session: 1m, aggregate: { n: count() } }',
      '      outputs: { late: { file: m.jsonl } }',
      '  sinks: { out: { file: o.jsonl, from: window }, rest: { file: r.jsonl, from: c } }',
    ].join('\n')

    const { faults } = await load(text)

    expect(faults.map(({ code, message }) => [code, message.split(' ')[0]])).toEqual([
      ['CFG_NO_TIME', '"one"'],
      ['CFG_NO_DISORDER', '"one"'],
    ])
  })
})

it('a source that is to wait for others is told when there are none', async () => {
  const time = 'time: { field: at, disorder: 0s, align: 10m }'
  const alone = await load(job(from(time), window))
  const other = '    b: { file: b.jsonl, time: { field: at, disorder: 0s } }'
  const both = await load(
    `pipeline:\n  sources:\n    a: { file: a.jsonl, ${time} }\n${other}\n  sink: { file: c.jsonl, from: [a, b] }\n`,
  )

  expect(alone.faults).toEqual([])
  expect(alone.warnings.map(renderError)).toMatchInlineSnapshot(`
    [
      "error[CFG_ALIGN_ALONE]: Source "source" is the only one: \`align\` has it wait for nobody.
      at   /jobs/job.yaml:2:61  pipeline.source.time.align
      next Remove align from its time, or add the other source.",
    ]
  `)
  expect([both.faults, both.warnings]).toEqual([[], []])
})
