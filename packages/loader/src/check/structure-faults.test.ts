import { renderError } from '@millrace/base'
import { describe, expect, it } from 'vitest'
import { loadSpec } from '../load-spec.ts'
import { faultsOf, job } from './faults.test-support.ts'

describe('documents', () => {
  it('refuses a file that cannot be read', async () => {
    const loaded = await loadSpec({ file: '/no/such/job.yaml', env: {} })

    expect(loaded.faults.map(renderError).join('\n')).toMatchInlineSnapshot(`
      "error[CFG_FILE]: The job file /no/such/job.yaml cannot be read: ENOENT: no such file or directory, open '/no/such/job.yaml'.
        at   /no/such/job.yaml
        next Check the path and the rights of the file."
    `)
  })

  it('asks for a pipeline', async () => {
    expect(await faultsOf('version: 1\n')).toMatchInlineSnapshot(`
      "error[CFG_MISSING]: The job file has no key "pipeline"; expected one.
        at   /jobs/job.yaml:1:1
        next Put source, stages and sink below the key pipeline:."
    `)
  })

  it('asks for a pipeline that is a map', async () => {
    expect(await faultsOf('pipeline: [a]\n')).toMatchInlineSnapshot(`
      "error[CFG_TYPE]: "pipeline" must be a map with source, stages and sink; got a list.
        at   /jobs/job.yaml:1:11  pipeline
        next Write a map with source, stages and sink there."
    `)
  })

  it('names the key that was meant', async () => {
    expect(await faultsOf('pipline:\n  name: x\n')).toMatchInlineSnapshot(`
      "error[CFG_UNKNOWN_KEY]: Unknown key "pipline" in the job file.
        at   /jobs/job.yaml:1:1  pipline
        next Did you mean "pipeline"?
      error[CFG_MISSING]: The job file has no key "pipeline"; expected one.
        at   /jobs/job.yaml:1:1
        next Put source, stages and sink below the key pipeline:."
    `)
  })

  it('lists the keys where none is near', async () => {
    expect(await faultsOf('pipeline: {}\nwhatever: 1\n', { endpoints: 'optional' }))
      .toMatchInlineSnapshot(`
        "error[CFG_UNKNOWN_KEY]: Unknown key "whatever" in the job file.
          at   /jobs/job.yaml:2:1  whatever
          next The keys are: version, pipeline, tests, env, plugins, note."
      `)
  })

  it('says of a key of the pipeline where it belongs', async () => {
    expect(await faultsOf('pipeline: {}\ncheckpoint: 10s\n', { endpoints: 'optional' }))
      .toMatchInlineSnapshot(`
        "error[CFG_UNKNOWN_KEY]: Unknown key "checkpoint" in the job file.
          at   /jobs/job.yaml:2:1  checkpoint
          next It belongs below "pipeline"."
      `)
  })

  it('takes version 1 only', async () => {
    expect(await faultsOf('version: 2\npipeline: {}\n', { endpoints: 'optional' }))
      .toMatchInlineSnapshot(`
      "error[CFG_TYPE]: "version" must be 1; got number 2.
        at   /jobs/job.yaml:1:10  version
        next Write 1 there."
    `)
  })

  it('asks for the environment that the file lists', async () => {
    expect(await faultsOf('env: [TOKEN]\npipeline: {}\n', { endpoints: 'optional' }))
      .toMatchInlineSnapshot(`
      "error[CFG_UNSET]: The environment has no TOKEN; expected a value for it.
        at   /jobs/job.yaml:1:6  env
        next Set TOKEN, or remove it from "env"."
    `)
  })

  it('takes names only under env', async () => {
    expect(await faultsOf('env: { A: 1 }\npipeline: {}\n', { endpoints: 'optional' }))
      .toMatchInlineSnapshot(`
      "error[CFG_TYPE]: "env" must be a list of names; got a map.
        at   /jobs/job.yaml:1:6  env
        next Write a list of names there."
    `)
  })

  it('refuses modules that plugins.allow does not list', async () => {
    const text = `plugins: { use: ['@millrace/nope'], allow: [file] }\n${job('- filter: a')}`

    expect(await faultsOf(text)).toMatchInlineSnapshot(`
      "error[CFG_MODULE_NOT_FOUND]: No function "@millrace/nope" is installed; tried @millrace/nope from /jobs.
        at   /jobs/job.yaml:1:17  plugins.use
        next Install it: npm install @millrace/nope
      error[CFG_PLUGIN]: Module "filter" is not among those that plugins.allow lists.
        at   /jobs/job.yaml:5:7  pipeline.stages[0].filter
        next Add it there, or use one of: file."
    `)
  })

  it('leaves x- keys and notes alone', async () => {
    expect(await faultsOf(`x-mine: 1\nnote: hello\n${job('- filter: a\n      x-y: 1')}`)).toBe('')
  })
})

describe('what is not built yet', () => {
  it('is refused with its own sentence, wherever it stands', async () => {
    const text = [
      'tests: []',
      'actors: {}',
      'pipeline:',
      '  engine: local',
      '  source: { file: a.jsonl, limit: 100000, schema: x.json }',
      '  stages:',
      '    - filter: a',
      '      isolate: true',
      '    - filter: a',
      '      mailbox: {}',
      '  sink: { file: b.jsonl, batch: 3 }',
      '  mailbox: { timeout: 3s }',
    ].join('\n')

    expect(await faultsOf(text)).toMatchInlineSnapshot(`
      "error[CFG_NOT_BUILT]: "actors" of the job file is not built yet.
        at   /jobs/job.yaml:2:1  actors
        next Remove it; a later version will take it.
      error[CFG_NOT_BUILT]: "engine" of the pipeline is not built yet.
        at   /jobs/job.yaml:4:3  pipeline.engine
        next Remove it; a later version will take it.
      error[CFG_NOT_BUILT]: "schema" of a source is not built yet.
        at   /jobs/job.yaml:5:43  pipeline.source.schema
        next Remove it; a later version will take it.
      error[CFG_NOT_BUILT]: "isolate" of a stage is not built yet.
        at   /jobs/job.yaml:8:7  pipeline.stages[0].isolate
        next Remove it; a later version will take it.
      error[CFG_NOT_BUILT]: "mailbox" of a stage is not built yet.
        at   /jobs/job.yaml:10:7  pipeline.stages[1].mailbox
        next Remove it; a later version will take it.
      error[CFG_NOT_BUILT]: "batch" of a sink is not built yet.
        at   /jobs/job.yaml:11:26  pipeline.sink.batch
        next Remove it; a later version will take it.
      error[CFG_NOT_BUILT]: "timeout" of "mailbox" is not built yet.
        at   /jobs/job.yaml:12:14  pipeline.mailbox.timeout
        next Remove it; a later version will take it."
    `)
  })
})

describe('entries', () => {
  it('names the stage key that was meant', async () => {
    expect(await faultsOf(job('- filter: a\n      bye: x'))).toMatchInlineSnapshot(`
      "error[CFG_UNKNOWN_KEY]: Unknown key "bye" in a stage.
        at   /jobs/job.yaml:5:7  pipeline.stages[0].bye
        next Did you mean "by"?"
    `)
  })

  it('refuses other keys beside the long form', async () => {
    expect(await faultsOf(job('- module: filter\n      where: a'))).toMatchInlineSnapshot(`
      "error[CFG_PARAMETER]: Parameter "where" is missing; expected a text.
        at   /jobs/job.yaml:4:15  pipeline.stages[0].module
        next Add it.
      error[CFG_UNKNOWN_KEY]: Unknown key "where" in a stage.
        at   /jobs/job.yaml:5:7  pipeline.stages[0].where
        next The keys are: module, parameters, id, note, from, by, outputs, batch, timeout, onError, restart, parallel, spill."
    `)
  })

  it('refuses two modules in one stage', async () => {
    expect(await faultsOf(job('- filter: a\n      map: { drop: [x] }'))).toMatchInlineSnapshot(`
      "error[CFG_MODULE_KEY]: A stage must name exactly one module; got "filter" and "map".
        at   /jobs/job.yaml:5:7  pipeline.stages[0].map
        next Make each its own stage, or move parameters below the module."
    `)
  })

  it('refuses parameters beside the short form', async () => {
    expect(await faultsOf(job('- filter: a\n      parameters: { where: b }')))
      .toMatchInlineSnapshot(`
      "error[CFG_MODULE_KEY]: A stage must name exactly one module; got "filter" with "parameters" beside it.
        at   /jobs/job.yaml:5:7  pipeline.stages[0].parameters
        next Write module: filter beside parameters, or the parameters below filter."
    `)
  })

  it('refuses a stage without a module', async () => {
    expect(await faultsOf(job('- id: lonely\n    - {}'))).toMatchInlineSnapshot(`
      "error[CFG_MODULE_KEY]: A stage must name exactly one module; got none.
        at   /jobs/job.yaml:4:7  pipeline.stages[0]
        next Write the module first, such as filter: delay > 15.
      error[CFG_MODULE_KEY]: A stage must name exactly one module; got an empty map.
        at   /jobs/job.yaml:5:7  pipeline.stages[1]
        next Write the module first, such as filter: delay > 15."
    `)
  })

  it('refuses what is no stage at all', async () => {
    expect(await faultsOf(job('- 5\n    - [filter]\n    - module: [x]\n    - filter: [a]')))
      .toMatchInlineSnapshot(`
      "error[CFG_TYPE]: A stage must be a module name or a map with one; got number 5.
        at   /jobs/job.yaml:4:7  pipeline.stages[0]
        next Write a module name or a map with one there.
      error[CFG_TYPE]: A stage must be a module name or a map with one; got a list.
        at   /jobs/job.yaml:5:7  pipeline.stages[1]
        next Write a module name or a map with one there.
      error[CFG_TYPE]: "module" must be the name of a module; got a list.
        at   /jobs/job.yaml:6:15  pipeline.stages[2].module
        next Write the name of a module there.
      error[CFG_TYPE]: "filter" must be a map of parameters or a scalar; got a list.
        at   /jobs/job.yaml:7:15  pipeline.stages[3].filter
        next Write a map of parameters or a scalar there."
    `)
  })

  it('refuses parameters that are no map', async () => {
    expect(await faultsOf(job('- module: filter\n      parameters: 5'))).toMatchInlineSnapshot(`
      "error[CFG_TYPE]: "parameters" must be a map of parameters; got number 5.
        at   /jobs/job.yaml:5:19  pipeline.stages[0].parameters
        next Write a map of parameters there."
    `)
  })

  it('refuses lists that are none', async () => {
    const text = 'pipeline: { sources: [a], stages: x, sinks: 5, resources: y }'

    expect(await faultsOf(text)).toMatchInlineSnapshot(`
      "error[CFG_TYPE]: "sources" must be a map of ids; got a list.
        at   /jobs/job.yaml:1:22  pipeline.sources
        next Write a map of ids there.
      error[CFG_TYPE]: "stages" must be a list of stages; got string "x".
        at   /jobs/job.yaml:1:35  pipeline.stages
        next Write a list of stages there.
      error[CFG_TYPE]: "sinks" must be a map of ids; got number 5.
        at   /jobs/job.yaml:1:45  pipeline.sinks
        next Write a map of ids there.
      error[CFG_TYPE]: "resources" must be a map of ids; got string "y".
        at   /jobs/job.yaml:1:59  pipeline.resources
        next Write a map of ids there."
    `)
  })

  it('refuses source and sources together', async () => {
    const text =
      'pipeline:\n  source: { file: a.jsonl }\n  sources: { b: { file: b.jsonl } }\n  sink: { file: c.jsonl, from: [source, b] }\n'

    expect(await faultsOf(text)).toMatchInlineSnapshot(`
      "error[CFG_BOTH]: A pipeline has "source" or "sources"; got both.
        at   /jobs/job.yaml:3:3  pipeline.sources
        next Move what stands under source into sources, under an id of its own."
    `)
  })

  it('refuses ids that cannot be one and ids that stand twice', async () => {
    const stages = [
      '- filter: a',
      '  id: 1x',
      '- filter: b',
      '  id: my id',
      '- filter: c',
      '  id: f',
    ]
    const more = ['- filter: d', '  id: f', '- filter: e', '  id: [g]']

    expect(await faultsOf(job([...stages, ...more].join('\n    ')))).toMatchInlineSnapshot(`
      "error[CFG_ID]: An id must begin with a letter and hold letters, digits and dashes; got "1x".
        at   /jobs/job.yaml:5:11  pipeline.stages[0].id
        next Write x.
      error[CFG_ID]: An id must begin with a letter and hold letters, digits and dashes; got "my id".
        at   /jobs/job.yaml:7:11  pipeline.stages[1].id
        next Write my-id.
      error[CFG_ID_TAKEN]: Id "f" stands twice; it is taken on line 8.
        at   /jobs/job.yaml:11:11  pipeline.stages[3].id
        next Give one of the two another id.
      error[CFG_TYPE]: "id" must be a name; got a list.
        at   /jobs/job.yaml:13:11  pipeline.stages[4].id
        next Write a name there."
    `)
  })

  it('finds the module that was meant', async () => {
    expect(await faultsOf(job('- fliter: a'))).toMatchInlineSnapshot(`
      "error[CFG_MODULE_NOT_FOUND]: No stage "fliter" is installed; tried @millrace/fliter, millrace-plugin-fliter from /jobs.
        at   /jobs/job.yaml:4:7  pipeline.stages[0].fliter
        next Did you mean "filter"? If not, install it: npm install @millrace/fliter (or: npm install millrace-plugin-fliter)"
    `)
  })
})
