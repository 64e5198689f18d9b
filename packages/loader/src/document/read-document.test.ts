import { renderError } from '@millrace/base'
import { describe, expect, it } from 'vitest'
import { loadSpec } from '../load-spec.ts'
import { readDocument } from './read-document.ts'

const faults = (text: string): string =>
  readDocument(text, 'job.yaml').faults.map(renderError).join('\n')
const job = (stage: string): string =>
  ['pipeline:', '  source: { file: a.jsonl }', '  stages:', `    ${stage}`, ''].join('\n')
const load = async (text: string) => {
  const loaded = await loadSpec({ file: '/jobs/job.yaml', text, env: {}, endpoints: 'optional' })
  await loaded.dispose()
  return loaded
}
const loadFaults = async (text: string): Promise<string> =>
  (await load(text)).faults.map(renderError).join('\n')
const condition = async (stage: string): Promise<unknown> =>
  (await load(job(stage))).values.find(({ path }) => path === 'stages.filter.parameters.where')
    ?.value

describe('what YAML would change in an expression', () => {
  it('refuses a negation that YAML takes for a tag', () => {
    expect(faults(job('- filter: !cancelled && delay > 3'))).toMatchInlineSnapshot(`
      "error[CFG_YAML_TAG]: YAML takes "!cancelled" for a tag and drops it; expected a quoted value.
        at   job.yaml:4:15
        next Quote the value; ready to paste: - filter: '!cancelled && delay > 3'"
    `)
  })

  it('refuses a call that YAML splits at the comma', () => {
    const stage = '- aggregate: { aggregate: { p: quantile(x, 0.95) } }'

    expect(faults(job(stage))).toMatchInlineSnapshot(`
      "error[CFG_YAML_COMMA]: YAML splits this line at a comma and leaves "quantile(x" on its own.
        at   job.yaml:4:36  pipeline.stages[0].aggregate.aggregate.p
        next Quote the value; ready to paste: - aggregate: { aggregate: { p: 'quantile(x, 0.95)' } }"
    `)
  })

  it('refuses a call that YAML splits in a list', () => {
    expect(faults('x-a: [min(a, b), c]')).toMatchInlineSnapshot(`
      "error[CFG_YAML_COMMA]: YAML splits this line at a comma and leaves "min(a" on its own.
        at   job.yaml:1:7  x-a[0]
        next Quote the value; ready to paste: x-a: ['min(a, b)', c]"
    `)
  })

  it('refuses a conditional, whose colon is a key to YAML', () => {
    const stage = '- map:\n        set:\n          x: a ? b : c'

    expect(faults(job(stage))).toMatchInlineSnapshot(`
      "error[CFG_YAML]: This is not valid YAML: nested mappings are not allowed in compact mappings; got \`x: a ? b : c\`.
        at   job.yaml:6:14
        next Quote the value; ready to paste: x: 'a ? b : c'"
    `)
  })

  it('refuses a conditional in a flow map', () => {
    expect(faults(job('- map: { set: { x: a ? b : c } }'))).toMatchInlineSnapshot(`
      "error[CFG_YAML]: This is not valid YAML: block collections are not allowed within flow collections; got \`- map: { set: { x: a ? b : c } }\`.
        at   job.yaml:4:24
        next Quote the value; ready to paste: - map: { set: { x: 'a ? b : c' } }"
    `)
  })

  it('refuses a text in quotes with more behind it', () => {
    expect(faults(job('- filter: "a" in tags'))).toMatchInlineSnapshot(`
      "error[CFG_YAML]: This is not valid YAML: unexpected scalar at node end; got \`- filter: "a" in tags\`.
        at   job.yaml:4:19
        next Quote the value; ready to paste: - filter: '"a" in tags'"
    `)
  })

  it('refuses a list with more behind it', () => {
    expect(faults(job('- filter: [1, 2].exists(x, x == a)'))).toMatchInlineSnapshot(`
      "error[CFG_YAML]: This is not valid YAML: unexpected scalar at node end; got \`- filter: [1, 2].exists(x, x == a)\`.
        at   job.yaml:4:21
        next Quote the value; ready to paste: - filter: '[1, 2].exists(x, x == a)'"
    `)
  })

  it('refuses a placeholder without quotes in a flow map', () => {
    expect(faults('pipeline:\n  sink: { file: ${OUT} }\n')).toMatchInlineSnapshot(`
      "error[CFG_YAML]: This is not valid YAML: unexpected flow-map-start at node end; got \`sink: { file: \${OUT} }\`.
        at   job.yaml:2:18
        next Quote the value; ready to paste: sink: { file: '\${OUT}' }"
    `)
  })

  it('refuses a text whose end became a comment', async () => {
    expect(await loadFaults(job('- filter: name == "x #1"'))).toMatchInlineSnapshot(`
      "error[CFG_YAML_COMMENT]: YAML takes the rest of the line for a comment and leaves \`name == "x\`.
        at   /jobs/job.yaml:4:15  pipeline.stages[0].filter
        next Quote the value; ready to paste: - filter: 'name == "x #1"'"
    `)
  })

  it('leaves a comment behind a whole expression alone', async () => {
    expect(await condition("- filter: name == 'x' # it's late")).toBe("name == 'x'")
  })

  it.each([
    ['- filter: true', 'true'],
    ['- filter: True', 'True'],
    ['- filter: 010 < 0x1F', '010 < 0x1F'],
    ['- filter: 1.50', '1.50'],
    ["- filter: a == '2001-01-01'", "a == '2001-01-01'"],
    ["- filter: '!cancelled && delay > 3'", '!cancelled && delay > 3'],
  ])('hands %s on as it is written', async (stage, expected) => {
    expect(await condition(stage)).toBe(expected)
  })
})

describe('what YAML allows and a job file does not', () => {
  it('refuses a key that stands twice', () => {
    expect(faults('pipeline:\n  name: a\n  name: b\n')).toMatchInlineSnapshot(`
      "error[CFG_YAML_DUPLICATE]: Key "name" stands twice in this map; expected once, as on line 2.
        at   job.yaml:3:3  pipeline.name
        next Remove one of the two."
    `)
  })

  it('refuses tags that nobody resolves', () => {
    expect(faults('pipeline:\n  name: !secret x\n')).toMatchInlineSnapshot(`
      "error[CFG_YAML_TAG]: YAML takes "!secret" for a tag and drops it; expected a quoted value.
        at   job.yaml:2:9
        next Quote the value; ready to paste: name: '!secret x'"
    `)
  })

  it('refuses tags of YAML that make no plain value', () => {
    expect(faults('pipeline:\n  name: !!binary aGVsbG8=\n')).toMatchInlineSnapshot(`
      "error[CFG_YAML_TAG]: YAML takes "!!binary" for a tag and drops it; expected a quoted value.
        at   job.yaml:2:18  pipeline.name
        next Quote the value; ready to paste: name: '!!binary aGVsbG8='"
    `)
  })

  it('takes the tags of plain values', () => {
    expect(faults('pipeline:\n  name: !!str 5\n')).toBe('')
  })

  it('refuses aliases that multiply', () => {
    const lines = ['x-a: &a [1,1,1,1,1,1,1,1,1,1]']
    for (const [from, to] of ['ab', 'bc', 'cd', 'de', 'ef']) {
      lines.push(`x-${to}: &${to} [${Array.from({ length: 10 }, () => `*${from}`).join()}]`)
    }

    expect(faults(lines.join('\n'))).toMatchInlineSnapshot(`
      "error[CFG_YAML_ALIAS]: Alias "*c" and those before it stand for more than 10000 values.
        at   job.yaml:4:31  x-d[7]
        next Write the value out where it is needed, or quote it where no alias is meant."
    `)
  })

  it('refuses an alias inside its own anchor', () => {
    expect(faults('x-a: &a [*a]\n')).toMatchInlineSnapshot(`
      "error[CFG_YAML_ALIAS]: Alias "*a" stands inside itself.
        at   job.yaml:1:9  x-a[0]
        next Write the value out where it is needed, or quote it where no alias is meant."
    `)
  })

  it('refuses an alias without an anchor', async () => {
    expect(await loadFaults(job('- filter: *delay'))).toMatchInlineSnapshot(`
      "error[CFG_YAML_ALIAS]: Alias "*delay" names no anchor above it.
        at   /jobs/job.yaml:4:15  pipeline.stages[0].filter
        next Write the value out where it is needed, or quote it where no alias is meant."
    `)
  })

  it('takes anchors for shared settings', async () => {
    const text =
      'x-keys: &keys [a, b]\npipeline:\n  stages:\n    - aggregate: { aggregate: { n: count() } }\n      by: *keys\n'

    expect((await load(text)).plan?.nodes[0]?.by).toEqual(['a', 'b'])
  })

  it('refuses the key __proto__', () => {
    expect(faults('__proto__: { a: 1 }\n')).toMatchInlineSnapshot(`
      "error[CFG_YAML_KEY]: A key must be a plain text; "__proto__" is refused.
        at   job.yaml:1:1  __proto__
        next Choose another name, or quote the whole value where no map is meant."
    `)
  })

  it('refuses keys that are no texts', () => {
    expect(faults('? [a, b]\n: c\n')).toMatchInlineSnapshot(`
      "error[CFG_YAML_KEY]: A key must be a plain text; got something else.
        at   job.yaml:1:3
        next Choose another name, or quote the whole value where no map is meant."
    `)
  })

  it('refuses tabs before a line', () => {
    expect(faults('pipeline:\n\tname: x\n')).toMatchInlineSnapshot(`
      "error[CFG_YAML_TAB]: A tab indents this line; YAML expects spaces.
        at   job.yaml:2:1
        next Use spaces; ready to paste: name: x"
    `)
  })

  it('takes tabs in JSON', () => {
    expect(faults('{\n\t"pipeline": {\n\t\t"name": "x"\n\t}\n}\n')).toBe('')
  })

  it('refuses a second document', () => {
    expect(faults('pipeline: {}\n---\nx: 1\n')).toMatchInlineSnapshot(`
      "error[CFG_YAML_DOCUMENTS]: A second document begins here; a job file holds one.
        at   job.yaml:2:1
        next Remove the line "---" or move what follows it to a file of its own."
    `)
  })

  it.each(['', '\n', '# nothing here\n', '---\n', 'null'])('refuses the empty file %j', (text) => {
    expect(faults(text)).toBe(
      [
        'error[CFG_EMPTY]: The job file is empty; expected a map with the key "pipeline".',
        '  at   job.yaml:1:1',
        '  next Begin with pipeline:, source:, stages: and sink:.',
      ].join('\n'),
    )
  })

  it('refuses a list at the top', () => {
    expect(faults('- filter: a\n')).toMatchInlineSnapshot(`
      "error[CFG_TYPE]: A job file must be a map with the key "pipeline"; got a list.
        at   job.yaml:1:1
        next Write a map with the key "pipeline" there."
    `)
  })

  it('refuses a text at the top', () => {
    expect(faults('hello\n')).toMatchInlineSnapshot(`
      "error[CFG_TYPE]: A job file must be a map with the key "pipeline"; got string "hello".
        at   job.yaml:1:1
        next Write a map with the key "pipeline" there."
    `)
  })

  it('refuses a document that is nested too deeply', () => {
    const nested = `x-a: ${'['.repeat(101)}${']'.repeat(101)}`

    expect(faults(nested).replace(/(?:\[0\]){2,}/, '[0]…')).toMatchInlineSnapshot(`
      "error[CFG_YAML_DEPTH]: The document is nested more than 100 levels deep.
        at   job.yaml:1:106  x-a[0]…
        next Write it flatter."
    `)
  })

  it('survives a document that is nested beyond all measure', () => {
    expect(faults(`x-a: ${'['.repeat(20_000)}`)).toContain('error[CFG_YAML')
  })
})

describe('the malformed sample', () => {
  it('gives the lines of what is wrong', () => {
    const sample = [
      '#stream processing',
      'pipeline:',
      '  stages:',
      '    - module: src.stream.actors.filter # path to file in src directory ',
      '      id: first_filter # name given internally for pipeline reference. ',
      '      parameters: #parameters to pass to class init, all are optional.',
      '',
      '    #another simple stage',
      '     -  module:  src.stream.actors .  aggregate   # path to file ',
      '       id: my_aggregate',
      '        # all the parameters can be defined here',
      '       ',
    ].join('\n')

    expect(faults(sample)).toMatchInlineSnapshot(`
      "error[CFG_YAML]: This is not valid YAML: all sequence items must start at the same column; got \`-  module:  src.stream.actors .  aggregate   # path to file\`.
        at   job.yaml:9:6
        next Compare the indentation with the lines around it, and quote texts with signs.
      error[CFG_YAML]: This is not valid YAML: sequence item without - indicator; got \`id: my_aggregate\`.
        at   job.yaml:10:1
        next Compare the indentation with the lines around it, and quote texts with signs."
    `)
  })

  it('goes on to what it means once the indentation is right', async () => {
    const sample = [
      'pipeline:',
      '  stages:',
      '    - module: src.stream.actors.filter',
      '      id: first_filter',
      '      parameters:',
      '    - module: src.stream.actors .  aggregate',
      '      id: my_aggregate',
    ].join('\n')

    expect(await loadFaults(sample)).toMatchInlineSnapshot(`
      "error[CFG_MODULE_NOT_FOUND]: No stage "src.stream.actors.filter" is installed; tried src.stream.actors.filter from /jobs.
        at   /jobs/job.yaml:3:15  pipeline.stages[0].module
        next Install it: npm install src.stream.actors.filter
      error[CFG_ID]: An id must begin with a letter and hold letters, digits and dashes; got "first_filter".
        at   /jobs/job.yaml:4:11  pipeline.stages[0].id
        next Write first-filter.
      error[CFG_MODULE_SPECIFIER]: Module "src.stream.actors .  aggregate" must be a short name, a package name or a path that starts with "./".
        at   /jobs/job.yaml:6:15  pipeline.stages[1].module
        next Write it like filter, @acme/plugin or ./actors/mine.ts, with #Export where needed.
      error[CFG_ID]: An id must begin with a letter and hold letters, digits and dashes; got "my_aggregate".
        at   /jobs/job.yaml:7:11  pipeline.stages[1].id
        next Write my-aggregate."
    `)
  })
})
