import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { renderError } from '@millrace/base'
import { describe, expect, it } from 'vitest'
import { faultsOf, job, load } from './faults.test-support.ts'

describe('parameters', () => {
  it('names the parameter that was meant', async () => {
    expect(await faultsOf(job('- filter: { wher: a }'))).toMatchInlineSnapshot(`
      "error[CFG_UNKNOWN_PARAMETER]: filter has no parameter "wher".
        at   /jobs/job.yaml:4:17  pipeline.stages[0].filter.wher
        next Did you mean "where"?"
    `)
  })

  it('names the inner parameter that was meant, and lists them where none is near', async () => {
    const stage = '- aggregate: { aggregate: { n: { value: count(), wher: a, zzzzzz: 1 } } }'

    expect(await faultsOf(job(stage))).toMatchInlineSnapshot(`
      "error[CFG_UNKNOWN_PARAMETER]: "aggregate.n" of aggregate has no parameter "wher".
        at   /jobs/job.yaml:4:54  pipeline.stages[0].aggregate.aggregate.n.wher
        next Did you mean "where"?
      error[CFG_UNKNOWN_PARAMETER]: "aggregate.n" of aggregate has no parameter "zzzzzz".
        at   /jobs/job.yaml:4:63  pipeline.stages[0].aggregate.aggregate.n.zzzzzz
        next The parameters are: value, where, exact."
    `)
  })

  it('does not hide other faults of a stage behind a name that it does not know', async () => {
    const stage =
      '- window: { tumblin: 1h, foo: 1, latenes: 3s, aggregate: { windowEnd: count(), n: cont() } }'

    expect(await faultsOf(job(stage))).toMatchInlineSnapshot(`
      "error[CFG_NO_TIME]: "window" works by event time, and source "source" does not say what the time of its records is.
        at   /jobs/job.yaml:2:13  pipeline.source.file
        next Add time: { field: date, disorder: 10s } to the source, or time: arrival for the clock when a record comes.
      error[CFG_UNKNOWN_PARAMETER]: window has no parameter "tumblin".
        at   /jobs/job.yaml:4:17  pipeline.stages[0].window.tumblin
        next Did you mean "tumbling"?
      error[CFG_UNKNOWN_PARAMETER]: window has no parameter "foo".
        at   /jobs/job.yaml:4:30  pipeline.stages[0].window.foo
        next The parameters are: tumbling, sliding, session, cumulate, count, global, emitter, aggregate, lateness, emit, offset, zone, empty, relaxed, maxWait.
      error[CFG_UNKNOWN_PARAMETER]: window has no parameter "latenes".
        at   /jobs/job.yaml:4:38  pipeline.stages[0].window.latenes
        next Did you mean "lateness"?
      error[CFG_PARAMETER]: Parameter "aggregate.windowEnd" is refused: "windowEnd" is also a field of every result; the result has both.
        at   /jobs/job.yaml:4:75  pipeline.stages[0].window.aggregate.windowEnd
        next Give the value another name.
      error[CFG_PARAMETER]: Parameter "aggregate.n" is refused: Unknown aggregate function "cont".
        at   /jobs/job.yaml:4:87  pipeline.stages[0].window.aggregate.n
        next Did you mean "count"? Known are: count, sum, min, max, mean, stddev, quantile, distinct, first, last, topK, list."
    `)
  })

  it('takes a name that is nearly right for the right one, unless that stands there too', async () => {
    const stage = '- window: { tumblin: 5, tumbling: 1h, aggregate: { n: count() } }'

    expect(await faultsOf(job(stage))).toMatchInlineSnapshot(`
      "error[CFG_NO_TIME]: "window" works by event time, and source "source" does not say what the time of its records is.
        at   /jobs/job.yaml:2:13  pipeline.source.file
        next Add time: { field: date, disorder: 10s } to the source, or time: arrival for the clock when a record comes.
      error[CFG_UNKNOWN_PARAMETER]: window has no parameter "tumblin".
        at   /jobs/job.yaml:4:17  pipeline.stages[0].window.tumblin
        next Did you mean "tumbling"?"
    `)
  })

  it('says that a stage key belongs one level up', async () => {
    const stage = '- aggregate: { by: x, aggregate: { n: count() } }'

    expect(await faultsOf(job(stage))).toMatchInlineSnapshot(`
      "error[CFG_KEY_INSIDE]: "by" is a key of the stage, not a parameter.
        at   /jobs/job.yaml:4:20  pipeline.stages[0].aggregate.by
        next Move \`by\` one level up, beside the module."
    `)
  })

  it('says what is missing', async () => {
    expect(await faultsOf(job('- filter\n    - map'))).toMatchInlineSnapshot(`
      "error[CFG_PARAMETER]: Parameter "where" is missing; expected a text.
        at   /jobs/job.yaml:4:7  pipeline.stages[0]
        next Add it.
      error[CFG_PARAMETER]: The parameters of map are refused: map has nothing to do.
        at   /jobs/job.yaml:5:7  pipeline.stages[1]
        next Give at least one of set, select, drop, rename."
    `)
  })

  it('refuses a scalar where the module has no main parameter', async () => {
    expect(await faultsOf(job('- aggregate: count()'))).toMatchInlineSnapshot(`
      "error[CFG_TYPE]: Parameter "aggregate" must be a map; got string "count()".
        at   /jobs/job.yaml:4:18  pipeline.stages[0].aggregate
        next Write a map there."
    `)
  })

  it('says which type was expected and what came', async () => {
    expect(
      await faultsOf(
        job('- filter: { where: [a] }\n    - map: 5\n    - filter: { where: a, reason: 5 }'),
      ),
    ).toMatchInlineSnapshot(`
      "error[CFG_TYPE]: Parameter "where" must be an expression; got a list.
        at   /jobs/job.yaml:4:24  pipeline.stages[0].filter.where
        next Write an expression there.
      error[CFG_TYPE]: Parameter "set" must be a map; got number 5.
        at   /jobs/job.yaml:5:12  pipeline.stages[1].map
        next Write a map there.
      error[CFG_TYPE]: Parameter "reason" must be a text; got number 5.
        at   /jobs/job.yaml:6:35  pipeline.stages[2].filter.reason
        next Write a text there."
    `)
  })

  it('names the choice that was meant', async () => {
    expect(await faultsOf(job('- filter: { where: a, otherwise: rejct }'))).toMatchInlineSnapshot(`
      "error[CFG_TYPE]: Parameter "otherwise" must be one of filter, reject; got string "rejct".
        at   /jobs/job.yaml:4:38  pipeline.stages[0].filter.otherwise
        next Did you mean "reject"?"
    `)
  })

  it('says the bounds of numbers and texts', async () => {
    const stage = '- window: { count: 0, emit: { every: -1 }, aggregate: { n: count() } }'
    const others = "- top-n: { n: 200000, of: a }\n    - union: ''\n    - window: { count: .inf }"

    expect(await faultsOf(job(`${stage}\n    ${others}`))).toMatchInlineSnapshot(`
      "error[CFG_TYPE]: Parameter "count" must be a whole number above 0; got number 0.
        at   /jobs/job.yaml:4:24  pipeline.stages[0].window.count
        next Write a whole number above 0 there.
      error[CFG_TYPE]: Parameter "emit.every" must be a duration with a unit, such as 30s or 1h, or a whole number above 0; got number -1.
        at   /jobs/job.yaml:4:42  pipeline.stages[0].window.emit.every
        next Write a duration with a unit, such as 30s or 1h, or a whole number above 0 there.
      error[CFG_TYPE]: Parameter "n" must be a whole number above 0 and at most 100000; got number 200000.
        at   /jobs/job.yaml:5:19  pipeline.stages[1].top-n.n
        next Write a whole number above 0 and at most 100000 there.
      error[CFG_INPUTS]: The inputs of "union" must be two or more, named by "from"; got no "from".
        at   /jobs/job.yaml:6:7  pipeline.stages[2].union
        next Write from: { order: orders, payment: payments }, with names of your choice.
      error[CFG_TYPE]: Parameter "as" must be a text that is not empty; got string "".
        at   /jobs/job.yaml:6:14  pipeline.stages[2].union
        next Write a text that is not empty there.
      error[CFG_TYPE]: Parameter "count" must be a whole number; got number null.
        at   /jobs/job.yaml:7:24  pipeline.stages[3].window.count
        next Write a whole number there."
    `)
  })

  it('asks for units', async () => {
    const stage = '- aggregate: { aggregate: { n: count() }, emit: { every: 10 parsecs } }'
    const text = job(stage).replace('a.jsonl', '{ path: a.jsonl, maxLine: big }')

    expect(await faultsOf(text)).toMatchInlineSnapshot(`
      "error[CFG_TYPE]: Parameter "maxLine" must be a size with a unit, such as 64kB or 1MiB; got string "big".
        at   /jobs/job.yaml:2:45  pipeline.source.file.maxLine
        next Write a size with a unit, such as 64kB or 1MiB there.
      error[CFG_TYPE]: Parameter "emit.every" must be a duration with a unit, such as 30s or 1h; got string "10 parsecs".
        at   /jobs/job.yaml:4:62  pipeline.stages[0].aggregate.emit.every
        next Write a duration with a unit, such as 30s or 1h there."
    `)
  })

  it('asks the definition for what a schema cannot say', async () => {
    expect(await faultsOf(job('- aggregate: { aggregate: { n: cuont() } }')))
      .toMatchInlineSnapshot(`
      "error[CFG_PARAMETER]: Parameter "aggregate.n" is refused: Unknown aggregate function "cuont".
        at   /jobs/job.yaml:4:36  pipeline.stages[0].aggregate.aggregate.n
        next Did you mean "count"? Known are: count, sum, min, max, mean, stddev, quantile, distinct, first, last, topK, list."
    `)
  })

  it('passes on what the validator of a plugin says', async () => {
    const text = 'pipeline:\n  source: { file: a }\n  sink: { file: b.jsonl }\n'

    expect(await faultsOf(text)).toMatchInlineSnapshot(`
      "error[CFG_PARAMETER]: Parameter "format" must be given: the extension of "/jobs/a" does not say it.
        at   /jobs/job.yaml:2:19  pipeline.source.file
        next Run "millrace plugins" to see the parameters."
    `)
  })
})

describe('expressions', () => {
  it('places a fault at the letter', async () => {
    expect(await faultsOf(job('- filter: delay > nope(3)'))).toMatchInlineSnapshot(`
      "error[EXP_UNKNOWN_FUNCTION]: Unknown function "nope", in \`delay > nope(3)\`.
        at   /jobs/job.yaml:4:23  pipeline.stages[0].filter
        next Use one of the built-in functions or name a plugin that brings it."
    `)
    expect(await faultsOf(job("- filter: 'delay > nope(3)'"))).toMatchInlineSnapshot(`
      "error[EXP_UNKNOWN_FUNCTION]: Unknown function "nope", in \`delay > nope(3)\`.
        at   /jobs/job.yaml:4:24  pipeline.stages[0].filter
        next Use one of the built-in functions or name a plugin that brings it."
    `)
    expect(await faultsOf(job('- filter: |\n        a &&\n          nope(3)')))
      .toMatchInlineSnapshot(`
      "error[EXP_UNKNOWN_FUNCTION]: Unknown function "nope", in \`a &&
        nope(3)
      \`.
        at   /jobs/job.yaml:6:11  pipeline.stages[0].filter
        next Use one of the built-in functions or name a plugin that brings it."
    `)
  })

  it('names the field that a reserved word hides', async () => {
    expect(await faultsOf(job("- filter: type == 'x'"))).toMatchInlineSnapshot(`
      "error[EXP_RESERVED_NAME]: "type" is a word of the expression language and not a field, in \`type == 'x'\`.
        at   /jobs/job.yaml:4:15  pipeline.stages[0].filter
        next To read the field write record.type."
    `)
  })

  it('warns of a placeholder, which is not filled there', async () => {
    const { warnings } = await load(job("- filter: a == '${NAME}'"))

    expect(warnings.map(renderError).join('\n')).toMatchInlineSnapshot(`
      "error[CFG_EXPRESSION_PLACEHOLDER]: \${NAME} is not filled inside an expression; it stays as it is.
        at   /jobs/job.yaml:4:15  pipeline.stages[0].filter
        next Write env('NAME') there, and list NAME under the document key "env"."
    `)
  })

  it('knows env of listed names only', async () => {
    const text = job("- filter: a == env('TOKEN') || a == env('TOKNE')")

    expect(await faultsOf(`env: [TOKEN]\n${text}`, { env: { TOKEN: 'x' } })).toMatchInlineSnapshot(`
      "error[EXP_UNKNOWN_ENV]: env('TOKNE') is not listed under the document key "env", in \`a == env('TOKEN') || a == env('TOKNE')\`.
        at   /jobs/job.yaml:5:45  pipeline.stages[0].filter
        next Did you mean env('TOKEN')? If not, add TOKNE to "env" of the job file."
    `)
  })
})

describe('placeholders', () => {
  it('says what is unset, malformed or cannot be read', async () => {
    const text = [
      'pipeline:',
      '  name: ${NAME:-x}',
      "  source: { file: '${IN}' }",
      "  sink: { file: '${X Y}.jsonl' }",
      "  deadLetter: { file: '${file:/no/such/file}' }",
    ].join('\n')

    expect(await faultsOf(text)).toMatchInlineSnapshot(`
      "error[CFG_UNSET]: The environment has no IN; expected a value for it.
        at   /jobs/job.yaml:3:19  pipeline.source.file
        next Set it, or give a default: \${IN:-value}. A literal \${ is written $\${.
      error[CFG_PLACEHOLDER]: A placeholder must be \${NAME}, \${NAME:-default} or \${file:/path}; got \${X Y}.
        at   /jobs/job.yaml:4:17  pipeline.sink.file
        next A literal \${ is written $\${.
      error[CFG_SECRET_FILE]: \${file:/no/such/file} cannot be read: ENOENT: no such file or directory, open '/no/such/file'.
        at   /jobs/job.yaml:5:23  pipeline.deadLetter.file
        next Check the path and the rights of the file."
    `)
  })

  it('gives a whole placeholder the type of its target', async () => {
    const text =
      'pipeline:\n  source: { generate: { count: "${N}" }, limit: "${L}" }\n  sink: { file: b.jsonl }\n'

    const { values, faults } = await load(text, { env: { N: '12', L: '5' } })

    expect(faults).toEqual([])
    expect(values).toContainEqual(
      expect.objectContaining({ path: 'source.parameters.count', value: 12 }),
    )
    expect(values).toContainEqual(expect.objectContaining({ path: 'source.limit', value: 5 }))
  })

  it('does not type a placeholder that is a part of a text', async () => {
    const text =
      'pipeline:\n  source: { generate: { count: "${N}0" } }\n  sink: { file: b.jsonl }\n'

    expect(await faultsOf(text, { env: { N: '1' } })).toMatchInlineSnapshot(`
      "error[CFG_TYPE]: Parameter "count" must be a whole number; got string "\${N}0".
        at   /jobs/job.yaml:2:32  pipeline.source.generate.count
        next Write a whole number there."
    `)
  })
})

describe('files', () => {
  it('refuses a file that is read and written', async () => {
    expect(await faultsOf(job('- filter: a', { more: '  deadLetter: { file: a.jsonl }\n' })))
      .toMatchInlineSnapshot(`
      "error[CFG_FILE_SHARED]: /jobs/a.jsonl is both read and written in the same job.
        at   /jobs/job.yaml:6:23  pipeline.deadLetter.file
        next Write to another path."
    `)
  })

  it('refuses a file that is read by a pattern and written', async () => {
    const text = job('- filter: a').replace('a.jsonl', "'*.jsonl'")

    expect(await faultsOf(text)).toMatchInlineSnapshot(`
      "error[CFG_FILE_SHARED]: /jobs/b.jsonl is both read and written in the same job.
        at   /jobs/job.yaml:5:17  pipeline.sink.file
        next Write to another path."
    `)
  })

  it('refuses a file that is written twice', async () => {
    expect(await faultsOf(job('- filter: a', { more: '  deadLetter: { file: ./b.jsonl }\n' })))
      .toMatchInlineSnapshot(`
      "error[CFG_FILE_SHARED]: /jobs/b.jsonl is written twice in the same job.
        at   /jobs/job.yaml:6:23  pipeline.deadLetter.file
        next Write to another path."
    `)
  })

  it('takes paths of the file from its folder and those of flags from the shell', async () => {
    const set = [{ path: 'sink.parameters.path', value: 'out.jsonl' }]

    const { values } = await load(job('- filter: a'), { set })

    expect(values.filter(({ path }) => path.endsWith('.path')).map(({ value }) => value)).toEqual([
      '/jobs/a.jsonl',
      '/sh/out.jsonl',
    ])
  })
})

describe('what is never shown', () => {
  it('stays out of messages', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'secret-'))
    writeFileSync(join(folder, 'password'), 'hunter2')
    const placeholder = `"\${file:${join(folder, 'password')}}"`
    const source = `{ generate: { count: ${placeholder} }, limit: ${placeholder} }`

    const text = await faultsOf(`pipeline:\n  source: ${source}\n  sink: { file: b.jsonl }\n`)

    rmSync(folder, { recursive: true })
    expect(text).toContain('must be a whole number; got a secret value')
    expect(text).not.toContain('hunter2')
  })

  it('marks passwords in URLs and what came from files', async () => {
    const text =
      'pipeline:\n  name: http://user:pw@host/\n  source: { file: a.jsonl }\n  sink: { file: b.jsonl }\n'

    const { values } = await load(text)

    expect(values.find(({ path }) => path === 'name')?.secret).toBe(true)
  })
})
