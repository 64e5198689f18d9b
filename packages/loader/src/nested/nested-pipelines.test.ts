import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { edgesOf, faultsOf, job, loadFiles, pipeline } from './nested.test-support.ts'

describe('a pipeline as a stage', () => {
  it('is its stages, each with an id that begins with its own', async () => {
    const loaded = await loadFiles({
      'job.yaml': job(`
- filter: a > 1
- pipeline:
    stages:
      - filter: b > 1
      - map: { set: { n: a + b } }
  id: clean
- filter: n > 3`),
    })

    expect(loaded.faults).toEqual([])
    expect(edgesOf(loaded)).toEqual([
      'source -> filter',
      'filter -> clean/filter',
      'clean/filter -> clean/map',
      'clean/map -> filter-2',
      'filter-2 -> sink',
    ])
  })

  it('stands in a file, which names it, and paths in that file count from its folder', async () => {
    const loaded = await loadFiles(
      {
        'job.yaml': job('- pipeline: ./shared/clean.yaml'),
        'shared/clean.yaml': pipeline(
          '- module: ./trim.ts#trim\n- route: { routes: { good: a > 1 }, else: bad }\n  outputs: { bad: { file: bad.jsonl } }',
          'version: 1\nenv: [LEAST]\n',
        ),
        'shared/trim.ts': 'export const trim = (record: unknown) => record\n',
      },
      { env: { LEAST: '3' } },
    )

    expect(loaded.faults).toEqual([])
    expect(edgesOf(loaded)).toEqual([
      'source -> clean/trim',
      'clean/trim -> clean/route',
      'clean/route.bad -> clean/file',
      'clean/route.good -> sink',
    ])
    const bad = loaded.plan?.nodes.find(({ id }) => id === 'clean/file')
    expect(bad?.parameters[0]).toMatchObject({
      name: 'path',
      value: join(loaded.folder, 'shared/bad.jsonl'),
    })
    expect(loaded.files).toContain(join(loaded.folder, 'shared/clean.yaml'))
  })

  it('holds others, at any depth and more than once', async () => {
    const loaded = await loadFiles({
      'job.yaml': job('- pipeline: ./a.yaml\n- pipeline: ./a.yaml'),
      'a.yaml': pipeline('- pipeline: ./b.yaml\n- pipeline: { stages: [filter: x > 1] }'),
      'b.yaml': pipeline('- filter: y > 1'),
    })

    expect(loaded.faults).toEqual([])
    expect(loaded.spec?.stages.map(({ id }) => id)).toEqual([
      'a/b/filter',
      'a/pipeline/filter',
      'a-2/b/filter',
      'a-2/pipeline/filter',
    ])
  })

  it('reads what `from` says, and gives the outputs of its last stage', async () => {
    const loaded = await loadFiles({
      'job.yaml': job(
        `
- filter: a > 1
- filter: a > 2
- pipeline:
    stages:
      - filter: a > 3
      - route: { routes: { low: a > 4, high: a > 5 } }
  id: split
  from: [filter, filter-2]
  outputs: { high: { file: high.jsonl } }
- filter: a > 6
  from: split.high
- filter: a > 7
  from: [split, filter-3]`,
      ),
    })

    expect(loaded.faults).toEqual([])
    expect(edgesOf(loaded)).toEqual([
      'source -> filter',
      'filter -> filter-2',
      'filter -> split/filter',
      'filter-2 -> split/filter',
      'split/filter -> split/route',
      'split/route.high -> filter-3',
      'split/route.low -> filter-4',
      'filter-3 -> filter-4',
      'split/route.high -> file',
      'filter-4 -> sink',
    ])
  })

  it('hands `from` with names to a first stage that joins', async () => {
    const loaded = await loadFiles({
      'job.yaml': `
pipeline:
  sources:
    orders: { file: o.jsonl, time: { field: t, disorder: 0s } }
    payments: { file: p.jsonl, time: { field: t, disorder: 0s } }
  stages:
    - pipeline:
        stages:
          - join: { within: 1h }
            by: id
      from: { left: orders, right: payments }
  sink: { file: b.jsonl }
`,
    })

    expect(loaded.faults).toEqual([])
    expect(edgesOf(loaded)).toEqual([
      'orders -> pipeline/join.left',
      'payments -> pipeline/join.right',
      'pipeline/join -> sink',
    ])
  })

  it('knows names inside before those outside, and a file knows none outside', async () => {
    const stages = '- filter: a > 1\n- filter: a > 2\n  from: filter\n  id: second'
    const files = {
      'job.yaml': job(`
- filter: a > 0
- pipeline:
    stages:
      - filter: a > 1
        id: own
      - filter: a > 2
        id: both
        from: [own, filter]
  id: inline
- pipeline: ./file.yaml
- filter: a > 3
  from: [inline/own, file/filter, file]`),
      'file.yaml': pipeline(stages),
    }

    const loaded = await loadFiles(files)
    const fault = await faultsOf({
      ...files,
      'file.yaml': pipeline('- filter: a > 1\n  from: own'),
    })

    expect(loaded.faults).toEqual([])
    expect(edgesOf(loaded).filter((edge) => /filter(?:-2)?$|second$|both$/.test(edge))).toEqual([
      'source -> filter',
      'inline/own -> inline/both',
      'filter -> inline/both',
      'inline/both -> file/filter',
      'file/filter -> file/second',
      'inline/own -> filter-2',
      'file/filter -> filter-2',
      'file/second -> filter-2',
    ])
    expect(fault).toMatchInlineSnapshot(`
      "error[CFG_UNKNOWN_ID]: There is no source or stage "own".
        at   <folder>/file.yaml:4:13  pipeline.stages[0].from
        next There are: filter."
    `)
  })

  it('takes overrides by the ids of its stages', async () => {
    const loaded = await loadFiles(
      { 'job.yaml': job('- pipeline: ./clean.yaml'), 'clean.yaml': pipeline('- filter: a > 1') },
      {
        set: [{ path: 'stages.clean/filter.parameters.where', value: 'a > 5' }],
        env: { MILLRACE_STAGES__CLEAN_FILTER__TIMEOUT: '5s' },
      },
    )

    expect(loaded.faults).toEqual([])
    expect(
      loaded.values.filter(({ origin, path }) => path.startsWith('stages') && origin !== 'default'),
    ).toMatchObject([
      { path: 'stages.clean/filter.parameters.where', value: 'a > 5', origin: 'flag' },
      { path: 'stages.clean/filter.timeout', value: '5s', origin: 'environment' },
    ])
  })

  it('brings the functions and variables that it uses', async () => {
    const functions =
      "export const twice = { kind: 'function', name: 'twice', summary: 'Twice.', arguments: ['number'], result: 'number', call: (n: number) => n * 2 }"
    const loaded = await loadFiles(
      {
        'job.yaml': `env: [MOST]\n${job("- filter: a < int(env('MOST'))\n- pipeline: ./in/clean.yaml")}`,
        'in/clean.yaml': pipeline(
          "- filter: twice(a) > int(env('LEAST'))",
          'env: [MOST, LEAST]\nplugins: { use: [./functions.ts] }\n',
        ),
        'in/functions.ts': functions,
      },
      { env: { MOST: '9', LEAST: '3' } },
    )

    expect(loaded.faults).toEqual([])
  })
})

describe('what is wrong with a nested pipeline', () => {
  it('is placed in its own file, once, however often it is named', async () => {
    const files = {
      'job.yaml': job('- pipeline: ./in/clean.yaml\n- pipeline: ./in/clean.yaml'),
      'in/clean.yaml': pipeline('- filtr: a > 1\n- filter: a >\n- filter: { wher: a }'),
    }

    expect(await faultsOf(files)).toMatchInlineSnapshot(`
      "error[CFG_MODULE_NOT_FOUND]: No stage "filtr" is installed; tried @millrace/filtr, millrace-plugin-filtr from <folder>.
        at   <folder>/in/clean.yaml:3:7  pipeline.stages[0].filtr
        next Did you mean "filter"? If not, install it: npm install @millrace/filtr (or: npm install millrace-plugin-filtr)
      error[EXP_SYNTAX]: Unexpected the end, in \`a >\`.
        at   <folder>/in/clean.yaml:4:18  pipeline.stages[1].filter
        next Correct the expression; texts stand in quotes, comparisons use == and !=.
      error[CFG_UNKNOWN_PARAMETER]: filter has no parameter "wher".
        at   <folder>/in/clean.yaml:5:17  pipeline.stages[2].filter.wher
        next Did you mean "where"?"
    `)
  })

  it('may be a circle of files, which is shown', async () => {
    const files = {
      'job.yaml': job('- filter: a > 1\n- pipeline: ./in/a.yaml'),
      'in/a.yaml': pipeline('- pipeline: { stages: [pipeline: ../b.yaml] }'),
      'b.yaml': pipeline('- pipeline: in/a.yaml'),
    }
    const self = { 'job.yaml': job('- pipeline: ./job.yaml') }

    expect(await faultsOf(files)).toMatchInlineSnapshot(`
      "error[CFG_NESTED_CIRCLE]: These files contain each other in a circle: in/a.yaml -> b.yaml -> in/a.yaml.
        at   <folder>/b.yaml:3:17  pipeline.stages[0].pipeline
        next Take the stage out of one of them, or move what both need to a third file."
    `)
    expect(await faultsOf(self)).toMatchInlineSnapshot(`
      "error[CFG_NESTED_CIRCLE]: These files contain each other in a circle: job.yaml -> job.yaml.
        at   <folder>/job.yaml:4:17  pipeline.stages[0].pipeline
        next Take the stage out of one of them, or move what both need to a third file."
    `)
  })

  it('may be its file', async () => {
    const files = {
      'job.yaml': job(
        '- pipeline: ./none.yaml\n- pipeline: ./empty.yaml\n- pipeline: ./list.yaml\n- pipeline: ./no.yaml',
      ),
      'empty.yaml': '',
      'list.yaml': 'pipeline: [filter]\n',
      'no.yaml': 'note: nothing\n',
    }

    expect(await faultsOf(files)).toMatchInlineSnapshot(`
      "error[CFG_EMPTY]: The job file is empty; expected a map with the key "pipeline".
        at   <folder>/empty.yaml:1:1
        next Begin with pipeline:, source:, stages: and sink:.
      error[CFG_MISSING]: The file ./no.yaml has no key "pipeline"; expected one.
        at   <folder>/no.yaml:1:1
        next Put stages below the key pipeline:.
      error[CFG_TYPE]: "pipeline" must be a map with stages; got a list.
        at   <folder>/list.yaml:1:11  pipeline
        next Write a map with stages there.
      error[CFG_NESTED_FILE]: The pipeline ./none.yaml cannot be read: ENOENT: no such file or directory, open '<folder>/none.yaml'.
        at   <folder>/job.yaml:4:17  pipeline.stages[0].pipeline
        next A path counts from the file that names it; stages can also stand here: pipeline: { stages: [...] }."
    `)
  })

  it('may be its file, of which who stands below knows nothing', async () => {
    const stages = '- pipeline: ./none.yaml\n- choose: { when: a > 1, then: [filter: b > 1] }'

    expect(await faultsOf({ 'job.yaml': job(stages) })).toMatchInlineSnapshot(`
      "error[CFG_NESTED_FILE]: The pipeline ./none.yaml cannot be read: ENOENT: no such file or directory, open '<folder>/none.yaml'.
        at   <folder>/job.yaml:4:17  pipeline.stages[0].pipeline
        next A path counts from the file that names it; stages can also stand here: pipeline: { stages: [...] }."
    `)
  })

  it('may be what belongs to the whole job', async () => {
    const files = {
      'job.yaml': job('- pipeline: ./clean.yaml'),
      'clean.yaml':
        'plugins: { allow: [filter] }\nactors: {}\npipeline:\n  name: clean\n  source: { file: x }\n  onError: skip\n  stages: [filter: a > 1]\n',
    }

    expect(await faultsOf(files)).toMatchInlineSnapshot(`
      "error[CFG_UNKNOWN_KEY]: Unknown key "allow" in "plugins" of a pipeline that is a stage.
        at   <folder>/clean.yaml:1:12  plugins.allow
        next The keys are: use.
      error[CFG_UNKNOWN_KEY]: Unknown key "actors" in the pipeline ./clean.yaml.
        at   <folder>/clean.yaml:2:1  actors
        next The keys are: version, pipeline, tests, env, plugins, note.
      error[CFG_UNKNOWN_KEY]: Unknown key "source" in a pipeline that is a stage.
        at   <folder>/clean.yaml:5:3  pipeline.source
        next The keys are: name, note, stages.
      error[CFG_UNKNOWN_KEY]: Unknown key "onError" in a pipeline that is a stage.
        at   <folder>/clean.yaml:6:3  pipeline.onError
        next The keys are: name, note, stages."
    `)
  })

  it('may be its form', async () => {
    const files = {
      'job.yaml': job(`
- pipeline: { stages: [] }
- pipeline: { stages: [filter: a > 1], name: x }
  onEror: skip
  by: a
- pipeline:
- pipeline: { stages: [{ filter: a > 1, from: source }] }
  from: source
- pipeline: { stages: [{ choose: { when: a, then: [filter: b] } }] }
  outputs: { x: { file: x.jsonl } }`),
    }

    expect(await faultsOf(files)).toMatchInlineSnapshot(`
      "error[CFG_TYPE]: "stages" must be a list of stages; got an empty list.
        at   <folder>/job.yaml:4:27  pipeline.stages[0].pipeline.stages
        next Write a list of stages there.
      error[CFG_UNKNOWN_KEY]: Unknown key "name" in a pipeline that is a stage.
        at   <folder>/job.yaml:5:44  pipeline.stages[1].pipeline.name
        next The keys are: note, stages.
      error[CFG_UNKNOWN_KEY]: Unknown key "onEror" in "pipeline" as a stage.
        at   <folder>/job.yaml:6:7  pipeline.stages[1].onEror
        next The keys are: id, note, from, outputs.
      error[CFG_UNKNOWN_KEY]: Unknown key "by" in "pipeline" as a stage.
        at   <folder>/job.yaml:7:7  pipeline.stages[1].by
        next The keys are: id, note, from, outputs.
      error[CFG_TYPE]: "pipeline" must be the path of a file or a map with stages; got nothing.
        at   <folder>/job.yaml:8:16  pipeline.stages[2].pipeline
        next Write the path of a file or a map with stages there.
      error[CFG_NESTED]: The first of these stages says itself what it reads, and so does what it stands in.
        at   <folder>/job.yaml:9:45  pipeline.stages[3].pipeline.stages[0].from
        next Remove one of the two \`from\`.
      error[CFG_NESTED]: Its outputs are those of its last stage, and its last stage is a choice.
        at   <folder>/job.yaml:12:7  pipeline.stages[4].outputs
        next Name them at the stages inside that have them."
    `)
  })
})
