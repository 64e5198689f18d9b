import { renderError } from '@millrace/base'
import { describe, expect, it } from 'vitest'
import { load as loadText } from '../check/faults.test-support.ts'
import type { LoadOptions } from '../load-spec.ts'

const load = async (lines: readonly string[], options: Partial<LoadOptions> = {}) => {
  const text = ['pipeline:', ...lines.map((line) => `  ${line}`), ''].join('\n')
  const loaded = await loadText(text, options)
  const edges = loaded.plan?.edges.map(({ from, output, to }) => `${from}.${output} -> ${to}`)
  return { ...loaded, edges, text: loaded.faults.map(renderError).join('\n') }
}
const source = 'source: { file: a.jsonl }'
const sink = 'sink: { file: z.jsonl }'

describe('what reads what', () => {
  it('joins stages in the order of the file', async () => {
    const { edges } = await load([source, 'stages:', '  - filter: a', '  - filter: b', sink])

    expect(edges).toEqual([
      'source.out -> filter',
      'filter.out -> filter-2',
      'filter-2.out -> sink',
    ])
  })

  it('joins source and sink where there is no stage', async () => {
    expect((await load([source, sink])).edges).toEqual(['source.out -> sink'])
  })

  it('sends every reader of an output each record', async () => {
    const { edges } = await load([
      source,
      'stages:',
      '  - filter: a',
      '  - filter: b',
      '    from: source',
      'sinks:',
      '  x: { file: x.jsonl, from: filter }',
      '  y: { file: y.jsonl, from: [filter-2, filter] }',
    ])

    expect(edges).toEqual([
      'source.out -> filter',
      'source.out -> filter-2',
      'filter.out -> x',
      'filter-2.out -> y',
      'filter.out -> y',
    ])
  })

  it('routes outputs to a sink in place, to one by id and to a branch that ends in a sink', async () => {
    const { edges, text } = await load([
      source,
      'stages:',
      '  - route:',
      '      routes: { slow: delay > 60, early: delay < 0, odd: delay == 7 }',
      '      else: rest',
      '    outputs:',
      '      slow: { file: slow.jsonl }',
      '      early: [{ filter: a }, { file: early.jsonl }]',
      '      odd: [{ filter: b }, main]',
      '      rest: main',
      'sinks: { main: { file: main.jsonl } }',
    ])

    expect(text).toBe('')
    expect(edges?.toSorted()).toEqual([
      'filter-2.out -> main',
      'filter.out -> file-2',
      'route.early -> filter',
      'route.odd -> filter-2',
      'route.rest -> main',
      'route.slow -> file',
      'source.out -> route',
    ])
  })

  it('puts stages behind what they read', async () => {
    const { spec } = await load([
      source,
      'stages:',
      '  - filter: a',
      '    id: second',
      '    from: first',
      '  - filter: b',
      '    id: first',
      '    from: source',
      'sinks: { x: { file: x.jsonl, from: second } }',
    ])

    expect(spec?.stages.map(({ id }) => id)).toEqual(['first', 'second'])
  })

  it('reads the source that the caller brings', async () => {
    const stages = ['stages:', '  - filter: a', '    from: source']

    const { spec } = await load(stages, { endpoints: 'optional' })

    expect(spec?.sources).toEqual([])
    expect(spec?.stages[0]?.inputs).toEqual([
      { name: 'in', from: [{ id: 'source', output: 'out' }] },
    ])
  })
})

describe('faults of wiring', () => {
  it('finds the ids and outputs that were meant', async () => {
    const { text } = await load([
      source,
      'stages:',
      '  - filter: a',
      '    from: sorce',
      '  - filter: b',
      '    from: filter.outt',
      '  - filter: c',
      '    from: {}',
      '  - filter: d',
      '    from: []',
      sink,
    ])

    expect(text).toMatchInlineSnapshot(`
      "error[CFG_UNKNOWN_ID]: There is no source or stage "sorce".
        at   /jobs/job.yaml:5:13  pipeline.stages[0].from
        next Did you mean "source"?
      error[CFG_UNKNOWN_OUTPUT]: "filter" has no output "outt".
        at   /jobs/job.yaml:7:13  pipeline.stages[1].from
        next Did you mean "out"?
      error[CFG_INPUTS]: The inputs of "filter-3" must be in; got none.
        at   /jobs/job.yaml:9:13  pipeline.stages[2].from
        next Name the inputs: in.
      error[CFG_TYPE]: "from" must be an id, id.output, or a list of them; got an empty list.
        at   /jobs/job.yaml:11:13  pipeline.stages[3].from
        next Write an id, id.output, or a list of them there."
    `)
  })

  it('finds the outputs and sinks that were meant under outputs', async () => {
    const { text } = await load([
      source,
      'stages:',
      '  - route: { routes: { slow: delay > 3 }, else: rest }',
      '    outputs: { slo: { file: x.jsonl }, slow: snk, rest: [] }',
      '  - filter: a',
      '    outputs: 5',
      sink,
    ])

    expect(text).toMatchInlineSnapshot(`
      "error[CFG_UNKNOWN_OUTPUT]: "route" has no output "slo".
        at   /jobs/job.yaml:5:18  pipeline.stages[0].outputs.slo
        next Did you mean "slow"?
      error[CFG_UNKNOWN_ID]: There is no sink "snk".
        at   /jobs/job.yaml:5:48  pipeline.stages[0].outputs.slow
        next Did you mean "sink"?
      error[CFG_MISSING]: Output "rest" has no reader; expected one.
        at   /jobs/job.yaml:5:59  pipeline.stages[0].outputs.rest
        next End the list with a sink.
      error[CFG_TYPE]: "outputs" must be a map from output names to sinks; got number 5.
        at   /jobs/job.yaml:7:16  pipeline.stages[1].outputs
        next Write a map from output names to sinks there."
    `)
  })

  it('asks which source and which stage is meant where there are several', async () => {
    const { text } = await load([
      'sources: { a: { file: a.jsonl }, b: { file: b.jsonl } }',
      'stages:',
      '  - filter: x',
      'sinks: { c: { file: c.jsonl }, d: { file: d.jsonl } }',
    ])

    expect(text).toMatchInlineSnapshot(`
      "error[CFG_FROM]: "filter" must say which source it reads.
        at   /jobs/job.yaml:4:7  pipeline.stages[0].filter
        next Write from: with one of a, b.
      error[CFG_FROM]: "c" must say what it reads, because there are several sinks.
        at   /jobs/job.yaml:5:17  pipeline.sinks.c.file
        next Write from: with one of a, b, filter.
      error[CFG_FROM]: "d" must say what it reads, because there are several sinks.
        at   /jobs/job.yaml:5:39  pipeline.sinks.d.file
        next Write from: with one of a, b, filter."
    `)
  })

  it('refuses a circle', async () => {
    const { text } = await load([
      source,
      'stages:',
      '  - filter: a',
      '    id: one',
      '    from: [source, two]',
      '  - filter: b',
      '    id: two',
      sink,
    ])

    expect(text).toMatchInlineSnapshot(`
      "error[CFG_CYCLE]: These stages read each other in a circle: one -> two -> one.
        at   /jobs/job.yaml:6:7  pipeline.stages[0].from
        next Change one \`from\` so that records flow one way."
    `)
  })

  it('warns of late records that nobody reads and no dead letters take; what is optional needs no reader', async () => {
    const lines = [
      'source: { file: a.jsonl, time: { field: t, disorder: 1s } }',
      'stages:',
      '  - dedupe: { within: 1h, of: id }',
      '  - top-n: { n: 3, of: score, window: { tumbling: 1h } }',
      sink,
    ]

    const without = await load(lines)
    const taken = await load([...lines, 'deadLetter: { file: dead.jsonl }'])

    expect([without.text, taken.text, taken.warnings]).toEqual(['', '', []])
    expect(without.warnings.map(({ message }) => message)).toEqual([
      'Nobody reads output "late" of "dedupe".',
      'Nobody reads output "late" of "top-n".',
    ])
  })

  it('refuses main outputs and routes that nobody reads', async () => {
    const { text } = await load([
      'sources: { a: { file: a.jsonl }, b: { file: b.jsonl } }',
      'stages:',
      '  - route: { routes: { slow: delay > 3, other: a }, else: rest }',
      '    from: a',
      '    outputs: { slow: sink }',
      sink,
    ])

    expect(text).toMatchInlineSnapshot(`
      "error[CFG_UNREAD_OUTPUT]: Nobody reads output "out" of "b".
        at   /jobs/job.yaml:2:41  pipeline.sources.b.file
        next Add a stage or a sink behind it.
      error[CFG_UNREAD_OUTPUT]: Nobody reads output "other" of "route".
        at   /jobs/job.yaml:4:7  pipeline.stages[0].route
        next Route it with outputs: { other: … }, or remove it.
      error[CFG_UNREAD_OUTPUT]: Nobody reads output "rest" of "route".
        at   /jobs/job.yaml:4:7  pipeline.stages[0].route
        next Route it with outputs: { rest: … }, or remove it."
    `)
  })

  it('refuses to read into the dead letters', async () => {
    const { text } = await load([
      source,
      sink,
      'deadLetter: { file: d.jsonl, from: source, onError: skip }',
    ])

    expect(text).toMatchInlineSnapshot(`
      "error[CFG_UNKNOWN_KEY]: Unknown key "from" in the dead letter sink.
        at   /jobs/job.yaml:4:32  pipeline.deadLetter.from
        next The keys are: module, parameters, id, note, timeout, restart.
      error[CFG_UNKNOWN_KEY]: Unknown key "onError" in the dead letter sink.
        at   /jobs/job.yaml:4:46  pipeline.deadLetter.onError
        next The keys are: module, parameters, id, note, timeout, restart."
    `)
  })

  it('asks for a source and a sink', async () => {
    const { text } = await load(['stages:', '  - filter: a'])

    expect(text).toMatchInlineSnapshot(`
      "error[CFG_MISSING]: The pipeline has no source; expected one.
        at   /jobs/job.yaml:2:3  pipeline
        next Add source: { file: flights.jsonl }, or give --input.
      error[CFG_MISSING]: The pipeline has no sink; expected one.
        at   /jobs/job.yaml:2:3  pipeline
        next Add sink: { file: results.jsonl }, or give --output."
    `)
  })
})

describe('files by flag', () => {
  it('stand in for what the file leaves out', async () => {
    const options = { inputs: [{ path: 'in.jsonl' }], outputs: [{ path: 'out.jsonl' }] }

    const { edges, values } = await load(['stages:', '  - filter: a'], { ...options, cwd: '/sh' })

    expect(edges).toEqual(['source.out -> filter', 'filter.out -> sink'])
    expect(values.filter(({ origin }) => origin === 'flag').map(({ value }) => value)).toEqual([
      '/sh/in.jsonl',
      '/sh/out.jsonl',
    ])
  })

  it('change the path of a file and keep the rest', async () => {
    const { values } = await load(
      ['source: { file: { path: a.csv, delimiter: ";" }, limit: 5 }', sink],
      { inputs: [{ path: 'b.csv' }], outputs: [{ id: 'sink', path: 'y.jsonl' }] },
    )

    const shown = values.filter(({ origin }) => origin !== 'default')
    expect(shown.map(({ path, value }) => `${path}=${String(value)}`)).toEqual([
      'source.parameters.path=/sh/b.csv',
      'source.parameters.delimiter=;',
      'source.limit=5',
      'sink.parameters.path=/sh/y.jsonl',
    ])
  })

  it('take the place of a source that is no file', async () => {
    const { plan } = await load(['source: { generate: 5 }', sink], { inputs: [{ path: 'b.csv' }] })

    expect(plan?.nodes[0]).toMatchObject({ id: 'source', module: 'file' })
  })

  it('need an id that no stage has', async () => {
    const { text } = await load(['stages: [{ filter: a, id: source }]', sink], {
      inputs: [{ path: 'in.jsonl' }],
    })

    expect(text).toMatchInlineSnapshot(`
      "error[CFG_MISSING]: The pipeline has no source; expected one.
        at   /jobs/job.yaml:2:3  pipeline
        next Add source: { file: flights.jsonl }, or give --input.
      error[CFG_ENDPOINT]: --input needs the id "source", which a stage has.
        at   --input  in.jsonl
        next Give the stage another id."
    `)
  })

  it('need an id where there are several, and one that exists, once', async () => {
    const { text } = await load(
      [
        'sources: { a: { file: a.jsonl }, b: { file: b.jsonl } }',
        'sink: { file: z.jsonl, from: [a, b] }',
      ],
      {
        inputs: [
          { path: 'in.jsonl' },
          { id: 'c', path: 'x' },
          { id: 'a', path: 'y.jsonl' },
          { id: 'a', path: 'y.jsonl' },
        ],
      },
    )

    expect(text).toMatchInlineSnapshot(`
      "error[CFG_ENDPOINT]: --input must say which source it means: there are a, b.
        at   --input  in.jsonl
        next Write --input a=in.jsonl.
      error[CFG_ENDPOINT]: --input names no source "c".
        at   --input  x
        next There are: a, b.
      error[CFG_ENDPOINT]: --input is given twice for "a".
        at   --input  y.jsonl
        next Give it once."
    `)
  })
})
