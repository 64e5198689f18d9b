import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { loadSpec } from '../load-spec.ts'

async function load(...lines: readonly string[]) {
  const text = ['pipeline:', ...lines].join('\n')
  const loaded = await loadSpec({ file: 'job.yaml', text, env: {}, endpoints: 'optional' })
  await loaded.dispose()
  expect(loaded.faults).toEqual([])
  const { sources = [], sinks = [] } = loaded.spec ?? {}
  const [source] = sources
  return { source, sinks: sinks.filter(({ raw }) => raw === true).map(({ id }) => id) }
}

const filtered = [
  '  source: { file: a.jsonl, time: { field: at, disorder: 1s } }',
  '  stages: [{ filter: delay > 15 }]',
]

it('reads the fields that stages look at where a sink writes lines as they came', async () => {
  const { sinks, source } = await load(...filtered, '  sink: { file: b.jsonl }')

  expect(source).toMatchObject({
    fields: ['at', 'delay'],
    prefilterReads: ['at', 'delay'],
    raw: true,
  })
  expect(sinks).toEqual(['sink'])
})

it.each([
  ['another format', '  sink: { file: b.csv }'],
  ['a path that depends on the record', "  sink: { file: 'out/{delay}.jsonl' }"],
  ['a sink that parks', '  sink: { file: b.jsonl, onError: park }'],
  [
    'a job that parks',
    '  onError: { retry: { times: 1 }, then: park }',
    '  sink: { file: b.jsonl }',
  ],
  ['results for whoever runs it'],
])('reads all fields where records reach %s', async (_what, ...lines) => {
  const { sinks, source } = await load(...filtered, ...lines)

  expect(source).toMatchObject({ fields: undefined, raw: false })
  expect(sinks).toEqual([])
})

it.each([
  ['sort', '{ sort: 10 }'],
  ['dedupe', '{ dedupe: { within: 1s, of: delay } }'],
  ['log', '{ log: "{delay}" }'],
])('reads all fields where records pass through %s, which remembers', async (_name, stage) => {
  const [source = ''] = filtered
  const job = await load(source, `  stages: [${stage}]`, '  sink: { file: b.jsonl }')

  expect(job.source).toMatchObject({ fields: undefined, raw: false })
  expect(job.sinks).toEqual([])
})

it('reads all fields, and hands lines on as they are, where dead letters show whole records', async () => {
  const { sinks, source } = await load(
    ...filtered,
    '  sink: { file: b.jsonl }',
    '  deadLetter: { file: d.jsonl }',
  )

  expect(source).toMatchObject({ fields: undefined, raw: true })
  expect(sinks).toEqual(['sink'])
})

it('a sink writes records where one of its inputs makes them anew', async () => {
  const { sinks, source } = await load(
    '  source: { file: a.jsonl }',
    '  stages:',
    '    - { filter: x > 1, id: large }',
    '    - { map: { set: { y: 1 } }, id: made, from: source }',
    '  sinks:',
    '    whole: { file: b.jsonl, from: large }',
    '    mixed: { file: c.jsonl, from: [large, made] }',
  )

  expect(source).toMatchObject({ fields: undefined, prefilterReads: undefined, raw: true })
  expect(sinks).toEqual(['whole'])
})

it('lines go through whatever hands records on untouched, in one thread', async () => {
  const stages = (parallel: string) =>
    load(
      '  source: { file: a.jsonl }',
      '  stages:',
      '    - module: route',
      '      id: kinds',
      '      parameters: { routes: { low: x < 3, high: x >= 3 } }',
      `    - { filter: y > 1, id: large, from: kinds.high${parallel} }`,
      '  sinks:',
      '    low: { file: b.jsonl, from: kinds.low }',
      '    high: { file: c.jsonl, from: large }',
    )

  expect((await stages('')).sinks).toEqual(['low', 'high'])
  expect((await stages('')).source?.fields).toEqual(['x', 'y'])
  expect((await stages(', parallel: { workers: 2, runs: async }')).sinks).toEqual(['low'])
})

it.each([
  ['the fields that are looked at', 'nothing waits', '{ filter: x > 1 }', ['at', 'x']],
  ['all fields', 'a stage that parks shows them', '{ filter: x > 1, onError: park }', undefined],
  ['all fields', 'sort keeps them, for the next run may look at others', '{ sort: 10 }', undefined],
])('reads %s where %s', async (_what, _why, stage, fields) => {
  const { source } = await load(
    '  source: { file: a.jsonl, time: { field: at, disorder: 1s } }',
    `  stages: [${stage}, { map: { select: [x] } }]`,
    '  sink: { file: b.csv }',
  )

  expect(source?.fields).toEqual(fields)
})

it('reads all fields where a stage lets records exit, for the sinks see them as they came', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'needed-fields-'))
  const stage = (more: string): string => `export default { kind: 'stage', name: 'x', summary: 'X.',
    parameters: { '~standard': { version: 1, vendor: 'x', validate: (value) => ({ value }),
      jsonSchema: { input: () => ({ type: 'object' }) } } },
    keeps: 'nothing', passes: 'same', reads: () => ['x'], ${more} create: () => ({ process() {} }) }\n`
  writeFileSync(join(folder, 'goes.mjs'), stage(''))
  writeFileSync(join(folder, 'exits.mjs'), stage('exits: true,'))
  const through = (name: string) =>
    load(
      '  source: { file: a.jsonl }',
      `  stages: [{ module: '${join(folder, name)}', id: first }, { filter: y > 1 }]`,
      '  sink: { file: b.jsonl }',
    )

  const goes = await through('goes.mjs')
  const exits = await through('exits.mjs')
  rmSync(folder, { recursive: true })

  expect(goes).toMatchObject({ source: { fields: ['x', 'y'], raw: true }, sinks: ['sink'] })
  expect(exits).toMatchObject({ source: { fields: undefined, raw: false }, sinks: [] })
})

it('reads what is needed behind stages that hand on copies with more fields', async () => {
  const judged = [
    '  source: { file: a.jsonl, time: { field: at, disorder: 1s } }',
    '  stages:',
    '    - anomaly: delay',
    '      by: origin',
  ]
  const sum = '    - aggregate: { aggregate: { most: max(anomaly.score), worst: max(distance) } }'

  const all = await load(...judged, '  sink: { file: b.jsonl }')
  const some = await load(...judged, sum, '  sink: { file: b.jsonl }')

  expect(all.source?.fields).toBeUndefined()
  expect(some.source?.fields).toStrictEqual([
    'anomaly',
    'anomaly.score',
    'at',
    'delay',
    'distance',
    'origin',
  ])
})
