import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { renderError } from '@millrace/base'
import { defineToken } from '@millrace/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findJobFile } from './find-job-file.ts'
import { loadSpec, type LoadOptions } from './load-spec.ts'

let folder = ''
const files: Readonly<Record<string, string>> = {
  'pair.mjs': `
    const anything = { '~standard': { version: 1, vendor: 'x', validate: (value) => ({ value }),
      jsonSchema: { input: () => ({ type: 'object', properties: {
        token: { type: 'string', secret: true }, with: { type: 'string' } } }) } } }
    export default { kind: 'stage', name: 'pair', summary: 'Pairs.', parameters: anything,
      inputs: ['left', 'right'], outputs: { out: 'Pairs.', alone: 'Records without one.' },
      create: () => ({ on: { left() {}, right() {} } }) }
  `,
  'double.mjs': 'export default function double(record) { return record * 2 }\n',
  'functions.mjs': `
    export const twice = { kind: 'function', name: 'twice', summary: 'Doubles.',
      arguments: ['x'], call: (x) => x * 2 }
  `,
  'table.mjs': `
    const nothing = { '~standard': { version: 1, vendor: 'x', validate: (value) => ({ value }),
      jsonSchema: { input: () => ({ type: 'object', properties: {} }) } } }
    export default { kind: 'resource', name: 'table', summary: 'A table.', parameters: nothing,
      provides: { symbol: Symbol.for('test/table'), name: 'test/table' }, create: () => ({}) }
  `,
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'load-spec-'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
})
afterAll(() => rmSync(folder, { recursive: true }))

const load = async (lines: readonly string[], options: Partial<LoadOptions> = {}) => {
  const file = join(folder, 'my-job.yaml')
  const loaded = await loadSpec({ file, text: lines.join('\n'), env: {}, ...options })
  await loaded.dispose()
  return { ...loaded, text: loaded.faults.map(renderError).join('\n').replaceAll(folder, '') }
}
const pair = (...keys: readonly string[]): readonly string[] => [
  'pipeline:',
  '  sources: { a: { file: a.jsonl }, b: { file: b.jsonl } }',
  '  stages:',
  '    - module: ./pair.mjs',
  ...keys.map((key) => `      ${key}`),
  '  sink: { file: c.jsonl }',
]

describe('a job without faults', () => {
  it('becomes a specification with all that the file says', async () => {
    const { spec, text } = await load(
      [
        'version: 1',
        'env: [LIMIT]',
        'plugins: { use: [./functions.mjs], allow: [file, filter, ./double.mjs] }',
        'pipeline:',
        '  onError: skip',
        '  errors: { atMost: 1%, of: 100 }',
        '  restart: { intensity: 5, period: 1h }',
        '  mailbox: { capacity: 10, overflow: dropOldest }',
        '  source:',
        '    file: a.jsonl',
        '    limit: 100',
        '    time: { field: at, unit: s, disorder: 1m }',
        '  stages:',
        "    - filter: twice(delay) > number(env('LIMIT'))",
        '      onError: deadLetter',
        '      timeout: 5s',
        '      batch: 16',
        '      by: { hour: "bucket(\'1h\', eventTime())" }',
        '    - ./double.mjs',
        '  sink: { file: b.jsonl, onError: fail }',
        '  deadLetter: { file: d.jsonl }',
      ],
      { env: { LIMIT: '15' } },
    )

    expect(text).toBe('')
    expect(spec).toMatchObject({
      name: 'my-job',
      onError: 'skip',
      errors: { atMost: 0.01, of: 100 },
      restart: { intensity: 5, periodMs: 3_600_000 },
      mailbox: { capacity: 10, overflow: 'dropOldest' },
      sources: [{ id: 'source', limit: 100, time: { disorderMs: 60_000 } }],
      stages: [
        { id: 'filter', onError: 'deadLetter', timeoutMs: 5000, batch: 16 },
        { id: 'double', inputs: [{ name: 'in', from: [{ id: 'filter', output: 'out' }] }] },
      ],
      sinks: [{ id: 'sink', onError: 'fail', from: [{ id: 'double', output: 'out' }] }],
      deadLetter: { id: 'deadLetter', from: [] },
    })
    const [source] = spec?.sources ?? []
    expect(source?.time?.timestamp({ at: 1000 })).toBe(1_000_000)
    const by = spec?.stages[0]?.by
    const [hour] = Array.isArray(by) ? by : []
    expect(hour?.read({}, { timestamp: 3_600_001 })).toBe(3_600_000)
  })

  it('is the same from JSON', async () => {
    const job = { pipeline: { source: { file: 'a.jsonl' }, sink: { file: 'b.jsonl' } } }

    const { spec } = await load([JSON.stringify(job, undefined, 2)])

    expect(spec?.sinks[0]?.from).toEqual([{ id: 'source', output: 'out' }])
  })

  it('reads only the fields that anyone looks at', async () => {
    const { spec } = await load([
      'pipeline:',
      '  source: { file: a.jsonl, time: { field: date } }',
      '  stages:',
      '    - filter: delay > 15',
      '    - aggregate: { aggregate: { n: mean(distance) } }',
      '      by: origin',
      '  sink: { file: b.jsonl }',
    ])

    expect(spec?.sources[0]?.fields).toEqual(['date', 'delay', 'distance', 'origin'])
  })

  it('opens resources for the stages that inject them', async () => {
    const { spec, text } = await load([
      'pipeline:',
      '  resources: { geo: ./table.mjs }',
      '  source: { file: a.jsonl }',
      '  sink: { file: b.jsonl }',
    ])

    expect(text).toBe('')
    expect(spec?.stages).toEqual([])
  })

  it('refuses two resources for one token', async () => {
    const { text } = await load([
      'pipeline:',
      '  resources: { geo: ./table.mjs, other: ./table.mjs }',
      '  source: { file: a.jsonl }',
      '  sink: { file: b.jsonl }',
    ])

    expect(text).toContain('error[CFG_INJECT_TWICE]')
  })

  it('takes values that the caller provides', async () => {
    const token = defineToken<number>('test/number')

    const { text } = await load(
      ['pipeline:', '  source: { file: a.jsonl }', '  sink: { file: b.jsonl }'],
      { provide: [[token, 5]] },
    )

    expect(text).toBe('')
  })
})

describe('stages with several inputs', () => {
  it('get what the map under from says, and keys per input', async () => {
    const { spec, warnings } = await load(
      pair('from: { left: a, right: b }', 'by: { left: id, right: [orderId] }'),
    )

    expect(spec?.stages[0]?.inputs).toEqual([
      { name: 'left', from: [{ id: 'a', output: 'out' }] },
      { name: 'right', from: [{ id: 'b', output: 'out' }] },
    ])
    expect(spec?.stages[0]?.by).toMatchObject({
      left: [{ name: 'id', description: 'id' }],
      right: [{ name: 'id', description: 'orderId' }],
    })
    expect(warnings.map(renderError).join('\n').replaceAll(folder, '')).toMatchInlineSnapshot(`
      "error[CFG_UNREAD_OUTPUT]: Nobody reads output "alone" of "pair".
        at   /my-job.yaml:4:15  pipeline.stages[0].module
        next Route it with outputs: { alone: … }, or remove it."
    `)
  })

  it('refuse warnings where the caller is strict', async () => {
    const { faults, warnings } = await load(pair('from: { left: a, right: b }'), { strict: true })

    expect(faults.map(({ code }) => code)).toEqual(['CFG_UNREAD_OUTPUT'])
    expect(warnings).toEqual([])
  })

  it('refuse a scalar where the definition names no main parameter', async () => {
    const lines = pair('from: { left: a, right: b }').map((line) =>
      line.replace('module: ./pair.mjs', './pair.mjs: 5'),
    )

    expect((await load(lines)).text).toMatchInlineSnapshot(`
      "error[CFG_MAIN]: ./pair.mjs has no main parameter; expected a map of parameters, got number 5.
        at   /my-job.yaml:4:19  pipeline.stages[0]../pair.mjs
        next Name the parameter: token, with."
    `)
  })

  it('refuse other names and other forms', async () => {
    expect((await load(pair())).text).toMatchInlineSnapshot(`
      "error[CFG_INPUTS]: The inputs of "pair" must be left, right; got no "from".
        at   /my-job.yaml:4:15  pipeline.stages[0].module
        next Name the inputs: left, right.
      error[CFG_FROM]: "pair" must say which source it reads.
        at   /my-job.yaml:4:15  pipeline.stages[0].module
        next Write from: with one of a, b."
    `)
    expect((await load(pair('from: [a, b]'))).text).toMatchInlineSnapshot(`
      "error[CFG_INPUTS]: The inputs of "pair" must be left, right; got a list.
        at   /my-job.yaml:5:13  pipeline.stages[0].from
        next Name the inputs: left, right."
    `)
    expect((await load(pair('from: { left: a, rigth: b }', 'by: { left: a }'))).text)
      .toMatchInlineSnapshot(`
      "error[CFG_INPUTS]: The inputs of "pair" must be left, right; got left, rigth.
        at   /my-job.yaml:5:13  pipeline.stages[0].from
        next Name the inputs: left, right.
      error[CFG_INPUTS]: The inputs of "by" must be left, right; got left.
        at   /my-job.yaml:6:11  pipeline.stages[0].by
        next Name the inputs: left, right."
    `)
    expect((await load(pair('from: { left: a, right: b }', 'by: { left: a, right: [b, c] }'))).text)
      .toMatchInlineSnapshot(`
      "error[CFG_TYPE]: "by" must be a list of 1 paths for each input; got 2 for "right".
        at   /my-job.yaml:6:22  pipeline.stages[0].by.right
        next Write a list of 1 paths for each input there."
    `)
  })
})

describe('what is never shown', () => {
  it('hides secret parameters in the plan and marks the values', async () => {
    const { plan, values } = await load(
      pair('from: { left: a, right: b }', "parameters: { token: s3cret, with: 'http://u:p@h/' }"),
    )

    expect(plan?.nodes.find(({ id }) => id === 'pair')?.parameters).toEqual([
      { name: 'token', value: '(hidden)', isDefault: false },
      { name: 'with', value: '(hidden)', isDefault: false },
    ])
    expect(values.filter(({ secret }) => secret).map(({ path }) => path)).toEqual([
      'stages.pair.parameters.token',
      'stages.pair.parameters.with',
    ])
  })
})

describe('the job file of a folder', () => {
  it('is the first of the list that exists', () => {
    const here = mkdtempSync(join(tmpdir(), 'find-'))
    mkdirSync(join(here, 'configs'))

    const none = findJobFile(here)
    writeFileSync(join(here, 'configs/default.yaml'), '')
    const some = findJobFile(here)
    writeFileSync(join(here, 'millrace.yml'), '')
    const better = findJobFile(here)

    rmSync(here, { recursive: true })
    expect(none).toEqual({
      tried: [
        'millrace.yaml',
        'millrace.yml',
        'millrace.json',
        'configs/default.yaml',
        'configs/default_config.yml',
      ],
    })
    expect(some.file).toBe(join(here, 'configs/default.yaml'))
    expect(better).toEqual({
      file: join(here, 'millrace.yml'),
      tried: ['millrace.yaml', 'millrace.yml'],
    })
  })
})
