import { join } from 'node:path'
import { renderError } from '@millrace/base'
import { describe, expect, it } from 'vitest'
import { loadSpec, type LoadOptions } from './load-spec.ts'
import { folderWith } from './modules/folder.test-support.ts'

/** The faults of `job.yaml`, or of the first file, in a folder with these files. */
async function faultsOf(
  files: Readonly<Record<string, string | Buffer>>,
  options: Partial<LoadOptions> = {},
): Promise<string> {
  const folder = folderWith(files)
  const file = join(folder, Object.keys(files)[0] ?? '')
  const loaded = await loadSpec({ file, env: {}, cwd: folder, ...options })
  await loaded.dispose()
  return loaded.faults.map(renderError).join('\n').replaceAll(folder, '<folder>')
}
const job = (...stages: readonly string[]): string =>
  [
    'pipeline:',
    '  source: { file: a.jsonl }',
    '  stages:',
    ...stages.map((stage) => `    ${stage}`),
    '  sink: { file: b.jsonl }',
  ].join('\n')

describe('faults of a module', () => {
  it('are placed in the file of the module, and say where the job names it', async () => {
    const files = {
      'job.yaml': job(
        '- module: ./actors/enum.ts',
        '- module: ./actors/cjs.js',
        '- module: ./actors/imports.ts',
      ),
      'actors/enum.ts': 'enum A { one }\n',
      'actors/cjs.js': 'module.exports=1\n',
      'actors/imports.ts': "import x from 'nopkg'\nexport default (r: unknown) => x(r)\n",
    }

    expect(await faultsOf(files)).toMatchInlineSnapshot(`
      "error[CFG_MODULE_TYPESCRIPT]: actors/enum.ts:1 uses an enum, which Node cannot run without a compiler.
        at   <folder>/actors/enum.ts:1  pipeline.stages[0].module of job.yaml:4:15
        next Write a constant object: const Color = { red: 'red' } as const, and type Color = keyof typeof Color.
      error[CFG_MODULE_THROWS]: actors/cjs.js:1 threw while it was imported: module is not defined in ES module scope.
        at   <folder>/actors/cjs.js:1:1  pipeline.stages[1].module of job.yaml:5:15
        next Files of a job are ES modules: write import and export, or name the file .cjs.
      error[CFG_MODULE_IMPORT]: actors/imports.ts:1 imports "nopkg", which is not installed.
        at   <folder>/actors/imports.ts:1:15  pipeline.stages[2].module of job.yaml:6:15
        next Install it: npm install nopkg"
    `)
  })
})

describe('a name that is no module', () => {
  it('is a file of records or of code', async () => {
    const files = {
      'job.yaml': [
        'pipeline:',
        '  source: d.jsonl',
        '  stages:',
        '    - module: actors/fn.ts',
        '  sink: ./out/b.csv',
      ].join('\n'),
      'actors/fn.ts': 'export default (r: unknown) => r\n',
    }

    expect(await faultsOf(files)).toMatchInlineSnapshot(`
      "error[CFG_MODULE_NOT_FOUND]: No source "d.jsonl" is installed; tried d.jsonl from <folder>.
        at   <folder>/job.yaml:2:11  pipeline.source
        next Write source: { file: d.jsonl } to read that file.
      error[CFG_MODULE_NOT_FOUND]: No stage "actors/fn.ts" is installed; tried actors from <folder>.
        at   <folder>/job.yaml:4:15  pipeline.stages[0].module
        next A file of the job is named by its path: ./actors/fn.ts
      error[CFG_MODULE_FILE]: There is no file ./out/b.csv (looked for <folder>/out/b.csv).
        at   <folder>/job.yaml:5:9  pipeline.sink
        next Write sink: { file: ./out/b.csv } to write that file."
    `)
  })

  it('given by a flag is a fault of the flag', async () => {
    const set = [{ path: 'stages.log.module', value: 'nope-such' }]

    expect(await faultsOf({ 'job.yaml': job('- log') }, { set })).toMatchInlineSnapshot(`
      "error[CFG_MODULE_NOT_FOUND]: No stage "nope-such" is installed; tried @millrace/nope-such, millrace-plugin-nope-such from <folder>.
        at   --set  stages.log.module
        next Install it: npm install @millrace/nope-such (or: npm install millrace-plugin-nope-such)"
    `)
  })

  it('has its parameters checked as those of the module that a flag names', async () => {
    const files = { 'job.yaml': job('- log: { message: x }') }
    const set = [{ path: 'stages.log.module', value: 'filter' }]

    expect(await faultsOf(files, { set })).toMatchInlineSnapshot(`
      "error[CFG_PARAMETER]: Parameter "where" is missing; expected a text.
        at   <folder>/job.yaml:4:12  pipeline.stages[0].log, its module by --set stages.log.module
        next Add it.
      error[CFG_UNKNOWN_PARAMETER]: filter has no parameter "message".
        at   <folder>/job.yaml:4:14  pipeline.stages[0].log.message, its module by --set stages.log.module
        next The parameters are: where, reason, otherwise."
    `)
  })

  it('is no id either; the letters it has are proposed', async () => {
    const text = job('- module: log\n      id: ünï', '- module: log\n      id: 日本')

    expect(await faultsOf({ 'job.yaml': text })).toMatchInlineSnapshot(`
      "error[CFG_ID]: An id must begin with a letter and hold letters, digits and dashes; got "ünï".
        at   <folder>/job.yaml:5:11  pipeline.stages[0].id
        next Write uni.
      error[CFG_ID]: An id must begin with a letter and hold letters, digits and dashes; got "日本".
        at   <folder>/job.yaml:7:11  pipeline.stages[1].id
        next Choose a name such as late-flights."
    `)
  })
})

describe('a file that is not what it says', () => {
  it('is refused at its first byte that is no UTF-8', async () => {
    const text = Buffer.concat([
      Buffer.from('# a\n# é '),
      Buffer.from([0xe9, 0x0a]),
      Buffer.from(job('- log')),
    ])

    expect(await faultsOf({ 'job.yaml': text })).toMatchInlineSnapshot(`
      "error[CFG_ENCODING]: The job file must be UTF-8; got byte 0xE9 here.
        at   <folder>/job.yaml:2:5
        next Save it as UTF-8 in the editor."
    `)
  })

  it('is read without its byte order mark', async () => {
    expect(await faultsOf({ 'job.yaml': `\uFEFF${job('- log')}` })).toBe('')
  })

  it('is parsed as JSON where its name says so', async () => {
    const json =
      '{ "pipeline": { "source": { "file": "a.jsonl" }, "sink": { "file": "b.jsonl" } } }'
    const at = async (text: string): Promise<string> => faultsOf({ 'job.json': text })

    expect(await at(json)).toBe('')
    expect(await at(json.replace('} } }', '},\n} }'))).toMatchInlineSnapshot(`
      "error[CFG_JSON]: This is not valid JSON: expected double-quoted property name.
        at   <folder>/job.json:2:1
        next Remove the comma before it."
    `)
    expect(await at('{ "pipeline": [1,] }')).toMatchInlineSnapshot(`
      "error[CFG_JSON]: This is not valid JSON: unexpected token ']'.
        at   <folder>/job.json:1:18
        next Remove the comma before it."
    `)
    expect(await at('{ "x": x }')).toMatchInlineSnapshot(`
      "error[CFG_JSON]: This is not valid JSON: unexpected token 'x'.
        at   <folder>/job.json:1:8
        next Mend it there, or name the file .yaml, which takes comments and bare words."
    `)
    expect(await at('{ "pipeline": {')).toMatchInlineSnapshot(`
      "error[CFG_JSON]: This is not valid JSON: expected property name or '}'.
        at   <folder>/job.json:1:16
        next Mend it there, or name the file .yaml, which takes comments and bare words."
    `)
  })

  it('is refused where it is nested without end', async () => {
    expect(await faultsOf({ 'job.yaml': '['.repeat(100_000) })).toMatchInlineSnapshot(`
      "error[CFG_YAML_DEPTH]: The document is nested more than 100 levels deep.
        at   <folder>/job.yaml:1:762
        next Write it flatter."
    `)
  })
})

describe('a line to paste', () => {
  it('is offered only where it means the same', async () => {
    const text = job('- map: { set: { y: max(a, 1), z: [1,2] } }').replace(
      '{ file: b.jsonl }',
      '{ file: { path: o/{nope(}.jsonl, format: jsonl } }',
    )

    expect(await faultsOf({ 'job.yaml': text })).toMatchInlineSnapshot(`
      "error[CFG_YAML]: This is not valid YAML: unexpected flow-map-start at node end; got \`sink: { file: { path: o/{nope(}.jsonl, format: jsonl } }\`.
        at   <folder>/job.yaml:5:27
        next Compare the indentation with the lines around it, and quote texts with signs."
    `)
  })
})

describe('what is left out', () => {
  it('is all said at once', async () => {
    const text = 'pipeline:\n  source: { file: a.jsonl }\n  stages: {}\n  sinks: {}\n'

    expect(await faultsOf({ 'job.yaml': text })).toMatchInlineSnapshot(`
      "error[CFG_TYPE]: "stages" must be a list of stages; got a map.
        at   <folder>/job.yaml:3:11  pipeline.stages
        next Write a list of stages there.
      error[CFG_TYPE]: "sinks" must be a map of ids; got an empty map.
        at   <folder>/job.yaml:4:10  pipeline.sinks
        next Write a map of ids there."
    `)
  })

  it('can be added by a flag or a variable, with its module', async () => {
    const set = [{ path: 'deadLetter.file', value: 'dead.jsonl' }]
    const env = { MILLRACE_DEADLETTER__FILE__PATH: 'dead.jsonl' }
    const files = { 'job.yaml': job('- log') }

    expect(await faultsOf(files, { set })).toBe('')
    expect(await faultsOf(files, { env })).toBe('')
    expect(await faultsOf(files, { set: [{ path: 'deadLetter.path', value: 'x' }] }))
      .toMatchInlineSnapshot(`
      "error[CFG_OVERRIDE]: Override --set deadLetter.path has no target: the job has no deadLetter, and no sink "path" is installed.
        at   --set  deadLetter.path
        next Name its module: deadLetter.file=rejected.jsonl adds one."
    `)
    expect(await faultsOf(files, { set: [{ path: 'deadLetter.parameters.path', value: 'x' }] }))
      .toMatchInlineSnapshot(`
      "error[CFG_OVERRIDE]: Override --set deadLetter.parameters.path has no target: the job has no deadLetter.
        at   --set  deadLetter.parameters.path
        next Name its module: deadLetter.file=rejected.jsonl adds one."
    `)
  })
})
