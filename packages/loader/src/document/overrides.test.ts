import { renderError } from '@millrace/base'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { load as loadText } from '../check/faults.test-support.ts'
import type { LoadOptions } from '../load-spec.ts'

const text = [
  'pipeline:',
  '  source: { file: a.jsonl }',
  '  stages:',
  '    - module: filter',
  '      id: late-flights',
  '      parameters: { where: delay > 15 }',
  '    - aggregate: { aggregate: { n: count() } }',
  '  sink: { file: b.jsonl }',
].join('\n')

const load = (options: Partial<LoadOptions>, job = text) => loadText(job, options)
const shown = async (path: string, options: Partial<LoadOptions>, job = text): Promise<string> => {
  const { values, faults } = await load(options, job)
  if (faults.length > 0) return faults.map(renderError).join('\n')
  const found = values.find((value) => value.path === path)
  return found === undefined ? 'none' : `${JSON.stringify(found.value)} by ${found.origin}`
}
const set = (path: string, value: string) => ({ set: [{ path, value }] })

describe('overrides', () => {
  it('reach parameters, stage keys and settings of the pipeline', async () => {
    const where = 'stages.late-flights.parameters.where'

    expect(await shown(where, set(where, 'delay > 60'))).toBe('"delay > 60" by flag')
    expect(await shown(where, set(`pipeline.${where}`, 'a'))).toBe('"a" by flag')
    expect(await shown('source.limit', set('source.limit', '5'))).toBe('5 by flag')
    expect(await shown('source.time.field', set('source.time.field', 'x'))).toBe('"x" by flag')
    expect(await shown('errors.atMost', set('errors.atMost', '10%'))).toBe('"10%" by flag')
    expect(await shown('name', set('name', 'other'))).toBe('"other" by flag')
  })

  it('add keys to open maps and give maps as YAML', async () => {
    const path = 'stages.aggregate.parameters.aggregate'

    expect(await shown(`${path}.m`, set(`${path}.m`, 'mean(x)'))).toBe('"mean(x)" by flag')
    expect(await shown(`${path}.k`, set(path, '{ k: max(x) }'))).toBe('"max(x)" by flag')
  })

  it('find sources, stages and sinks by id, in the short form and in the long one', async () => {
    const job = [
      'pipeline:',
      '  sources:',
      '    north: { file: n.jsonl }',
      '    south-west: { module: file, parameters: { path: s.jsonl } }',
      '  stages:',
      '    - filter: delay > 15',
      '      from: [north, south-west]',
      '    - filter: delay > 20',
      '    - { module: filter, id: long, parameters: { where: delay > 30 } }',
      '    - { filter: delay > 40, id: short }',
      '  sinks:',
      '    one: { file: 1.jsonl, from: long }',
      '    two: { module: file, from: short, parameters: { path: 2.jsonl } }',
    ].join('\n')
    const given: readonly (readonly [string, string])[] = [
      ['sources.north.parameters.path', '/x.jsonl'],
      ['sources.south-west.parameters.path', '/x.jsonl'],
      ['stages.filter.parameters.where', 'a'],
      ['stages.filter-2.parameters.where', 'a'],
      ['stages.long.parameters.where', 'a'],
      ['stages.short.parameters.where', 'a'],
      ['sinks.one.parameters.path', '/x.jsonl'],
      ['sinks.two.parameters.path', '/x.jsonl'],
    ]

    for (const [path, value] of given) {
      const name = `MILLRACE_${path.replaceAll('.', '__').replaceAll('-', '_').toUpperCase()}`

      expect(await shown(path, set(path, value), job)).toBe(`"${value}" by flag`)
      expect(await shown(path, { env: { [name]: value } }, job)).toBe(`"${value}" by environment`)
    }
  })

  it('reach items of lists by their index, and refuse one that is not there', async () => {
    const job = [
      'pipeline:',
      '  source: { file: { path: a.csv, columns: [id, delay] } }',
      '  stages:',
      '    - { filter: a, id: x, from: source, by: [origin, carrier] }',
      '    - { route: { routes: { far: b } }, outputs: { far: sink } }',
      '  sink: { file: b.jsonl }',
    ].join('\n')
    const column = 'source.parameters.columns'

    expect(await shown(`${column}[1]`, set(`${column}.1`, 'wait'), job)).toBe('"wait" by flag')
    expect(await shown(`${column}[0]`, set(`${column}.1`, 'wait'), job)).toBe('"id" by file')
    const env = { MILLRACE_SOURCE__PARAMETERS__COLUMNS__0: 'key' }
    expect(await shown(`${column}[0]`, { env }, job)).toBe('"key" by environment')
    const { plan } = await load(set('stages.x.by.1', 'day'), job)
    expect(plan?.nodes.find(({ id }) => id === 'x')?.by).toEqual(['origin', 'day'])
    const faults = [
      await shown('', set(`${column}.2`, 'more'), job),
      await shown('', set(`${column}.first`, 'more'), job),
      await shown('', set('stages.x.by.2', 'more'), job),
      await shown('', set('stages.route.outputs.far', 'more'), job),
    ]
    expect(faults.join('\n')).toMatchInlineSnapshot(`
      "error[CFG_OVERRIDE]: Override --set source.parameters.columns.2 has no target: "2" is unknown.
        at   --set  source.parameters.columns.2
        next Known there: 0, 1.
      error[CFG_OVERRIDE]: Override --set source.parameters.columns.first has no target: "first" is unknown.
        at   --set  source.parameters.columns.first
        next Known there: 0, 1.
      error[CFG_OVERRIDE]: Override --set stages.x.by.2 has no target: "2" is unknown.
        at   --set  stages.x.by.2
        next Known there: 0, 1.
      error[CFG_OVERRIDE]: Override --set stages.route.outputs.far has no target: "outputs" is unknown.
        at   --set  stages.route.outputs.far
        next Known there: parameters, module, note, from, by, batch, timeout, onError, restart, parallel, spill."
    `)
  })

  it('turn the short form into a map first', async () => {
    const job = 'pipeline:\n  source: { file: a.csv }\n  sink: { file: b.jsonl }\n'
    const options = set('source.parameters.delimiter', ';')

    expect(await shown('source.parameters.delimiter', options, job)).toBe('";" by flag')
    expect(await shown('source.parameters.path', options, job)).toBe('"/jobs/a.csv" by file')
  })

  it('give a key in its short form, whichever form the file has', async () => {
    const workers = async (path: string, value: string, job = text): Promise<unknown> =>
      (await load(set(path, value), job)).spec?.stages[0]?.parallel?.workers
    const long = text.replace('id:', 'parallel: { workers: 4 }\n      id:')
    const path = 'stages.late-flights.parallel'

    expect(await workers(path, '2')).toBe(2)
    expect(await workers(path, '2', long)).toBe(2)
    expect(await workers(`${path}.workers`, '2', long.replace('{ workers: 4 }', '4'))).toBe(2)
  })

  it('change the module of a stage', async () => {
    const { plan } = await load({ set: [{ path: 'stages.aggregate.module', value: 'filter' }] })

    expect(plan).toBeUndefined()
  })

  it('match names of the environment without case, dashes and underscores', async () => {
    const where = 'stages.late-flights.parameters.where'

    for (const id of ['LATE_FLIGHTS', 'LATEFLIGHTS', 'late-flights', 'LateFlights']) {
      const env = { [`MILLRACE_STAGES__${id}__PARAMETERS__WHERE`]: 'a' }

      expect(await shown(where, { env })).toBe('"a" by environment')
    }
    expect(await shown('errors.atMost', { env: { MILLRACE_ERRORS__AT_MOST: '1%' } })).toBe(
      '"1%" by environment',
    )
  })

  it('leave variables of the environment alone that are no paths', async () => {
    const { faults } = await load({ env: { MILLRACE_HOME: '/x', MILLRACE_LOG_LEVEL: 'debug' } })

    expect(faults).toEqual([])
  })

  it('are not filled with the environment themselves', async () => {
    expect(await shown('name', { ...set('name', '${A}'), env: { A: 'x' } })).toBe('"${A}" by flag')
  })

  it('without a target are faults with the nearest name', async () => {
    const { faults } = await load({
      env: { MILLRACE_STAGES__LATE__PARAMETERS__WHERE: 'x' },
      set: [
        { path: 'stages.late-flight.parameters.where', value: 'b' },
        { path: 'stages.late-flights.parametrs.where', value: 'b' },
        { path: 'stages.late-flights.parameters.whre', value: 'b' },
        { path: 'stages.late-flights.parameters', value: 'b' },
        { path: 'stage.x', value: '3' },
        { path: 'errors.most', value: '3' },
        { path: 'sinks.sink2.note', value: '3' },
        { path: 'deadLetter.parameters.path', value: 'x.jsonl' },
      ],
    })

    expect(faults.map(renderError).join('\n')).toMatchInlineSnapshot(`
      "error[CFG_OVERRIDE]: Override MILLRACE_STAGES__LATE__PARAMETERS__WHERE has no target: "LATE" is unknown.
        at   environment  MILLRACE_STAGES__LATE__PARAMETERS__WHERE
        next Known there: late-flights, aggregate.
      error[CFG_OVERRIDE]: Override --set stages.late-flight.parameters.where has no target: "late-flight" is unknown.
        at   --set  stages.late-flight.parameters.where
        next Did you mean "late-flights"?
      error[CFG_OVERRIDE]: Override --set stages.late-flights.parametrs.where has no target: "parametrs" is unknown.
        at   --set  stages.late-flights.parametrs.where
        next Did you mean "parameters"?
      error[CFG_OVERRIDE]: Override --set stage.x has no target: "stage" is unknown.
        at   --set  stage.x
        next Did you mean "stages"?
      error[CFG_OVERRIDE]: Override --set errors.most has no target: "most" is unknown.
        at   --set  errors.most
        next Did you mean "atMost"?
      error[CFG_OVERRIDE]: Override --set sinks.sink2.note has no target: "sink2" is unknown.
        at   --set  sinks.sink2.note
        next Did you mean "sink"?
      error[CFG_OVERRIDE]: Override --set deadLetter.parameters.path has no target: the job has no deadLetter.
        at   --set  deadLetter.parameters.path
        next Name its module: deadLetter.file=rejected.jsonl adds one.
      error[CFG_OVERRIDE]: Override --set stages.late-flights.parameters.whre has no target: "whre" is unknown.
        at   --set  stages.late-flights.parameters.whre
        next Did you mean "where"?
      error[CFG_OVERRIDE]: Override --set stages.late-flights.parameters has no target: its path ends too early.
        at   --set  stages.late-flights.parameters
        next Known there: where, reason, otherwise."
    `)
  })

  it('say where parameters stand, and how to add the sink that a job has not', async () => {
    const faults = [
      await shown('', set('sink.path', 'x.jsonl')),
      await shown('', set('stages.aggregate.wher', 'a')),
      await shown('', { env: { MILLRACE_SOURCE__PATH: 'x.jsonl' } }),
      await shown('', set('deadLetter.path', 'x.jsonl')),
      await shown('', { env: { MILLRACE_DEADLETTER__PATH: 'x.jsonl' } }),
      await shown('', set('deadLetter.fiel', 'x.jsonl')),
    ]

    expect(faults.join('\n')).toMatchInlineSnapshot(`
      "error[CFG_OVERRIDE]: Override --set sink.path has no target: "path" is unknown.
        at   --set  sink.path
        next A parameter of its module is written sink.parameters.path.
      error[CFG_OVERRIDE]: Override --set stages.aggregate.wher has no target: "wher" is unknown.
        at   --set  stages.aggregate.wher
        next A parameter of its module is written stages.aggregate.parameters.wher.
      error[CFG_OVERRIDE]: Override MILLRACE_SOURCE__PATH has no target: "PATH" is unknown.
        at   environment  MILLRACE_SOURCE__PATH
        next A parameter of its module is written MILLRACE_SOURCE__PARAMETERS__PATH.
      error[CFG_OVERRIDE]: Override --set deadLetter.path has no target: the job has no deadLetter, and no sink "path" is installed.
        at   --set  deadLetter.path
        next Name its module: deadLetter.file=rejected.jsonl adds one.
      error[CFG_OVERRIDE]: Override MILLRACE_DEADLETTER__PATH has no target: the job has no deadLetter, and no sink "path" is installed.
        at   environment  MILLRACE_DEADLETTER__PATH
        next Name its module: deadLetter.file=rejected.jsonl adds one.
      error[CFG_MODULE_NOT_FOUND]: No sink "fiel" is installed; tried @millrace/fiel, millrace-plugin-fiel from /jobs.
        at   --set  deadLetter.fiel
        next Did you mean "file"? If not, install it: npm install @millrace/fiel (or: npm install millrace-plugin-fiel)"
    `)
  })

  it('refuse to name a key __proto__', async () => {
    const path = 'stages.aggregate.parameters.aggregate'
    const faults = [
      await shown('', set(`${path}.__proto__`, 'count()')),
      await shown('', set(path, '{ "__proto__": count() }')),
    ]

    expect(faults.join('\n')).toMatchInlineSnapshot(`
      "error[CFG_YAML_KEY]: A key must be a plain text; "__proto__" is refused.
        at   --set  stages.aggregate.parameters.aggregate.__proto__
        next Choose another name, or quote the whole value where no map is meant.
      error[CFG_YAML_KEY]: A key must be a plain text; "__proto__" is refused.
        at   --set  stages.aggregate.parameters.aggregate.__proto__
        next Choose another name, or quote the whole value where no map is meant."
    `)
  })

  it('win over the environment, which wins over the file, which wins over the default', async () => {
    // The oracle is a list of layers: the last one that is there decides.
    const layer = fc.option(fc.constantFrom('1%', '2%', '30%'), { nil: undefined })
    const property = fc.asyncProperty(layer, layer, layer, async (file, environment, flag) => {
      const job = file === undefined ? text : `${text}\n  errors: { atMost: ${file} }`
      const options = {
        env: environment === undefined ? {} : { MILLRACE_ERRORS__ATMOST: environment },
        set: flag === undefined ? [] : [{ path: 'errors.atMost', value: flag }],
      }
      const layers = [
        ['50%', 'default'],
        [file, 'file'],
        [environment, 'environment'],
        [flag, 'flag'],
      ]
      const [value, origin] = layers.findLast(([given]) => given !== undefined) ?? []

      expect(await shown('errors.atMost', options, job)).toBe(`"${value}" by ${origin}`)
    })

    await fc.assert(property, { numRuns: 100 })
  })
})
