import { describe, expect, it } from 'vitest'
import { faultsOf, job } from './faults.test-support.ts'

describe('templates', () => {
  it('are checked where they stand', async () => {
    const stages = ['- log: "{a"', '- log: "{a} }"', '- log: "x {nope(a)}"'].join('\n    ')

    expect(await faultsOf(job(stages))).toMatchInlineSnapshot(`
      "error[EXP_TEMPLATE]: A { without its } in the template \`{a\`.
        at   /jobs/job.yaml:4:13  pipeline.stages[0].log
        next Expressions stand in {braces}; write {{ and }} for the braces themselves.
      error[EXP_TEMPLATE]: A } without its { in the template \`{a} }\`.
        at   /jobs/job.yaml:5:17  pipeline.stages[1].log
        next Expressions stand in {braces}; write {{ and }} for the braces themselves.
      error[EXP_UNKNOWN_FUNCTION]: Unknown function "nope", in \`nope(a)\`.
        at   /jobs/job.yaml:6:16  pipeline.stages[2].log
        next Use one of the built-in functions or name a plugin that brings it."
    `)
  })

  it('are checked in paths that depend on the record', async () => {
    expect(await faultsOf(job('- log', { sink: "'w/{nope(f)}.jsonl'" }))).toMatchInlineSnapshot(`
      "error[EXP_UNKNOWN_FUNCTION]: Unknown function "nope", in \`nope(f)\`.
        at   /jobs/job.yaml:5:21  pipeline.sink.file
        next Use one of the built-in functions or name a plugin that brings it."
    `)
    expect(await faultsOf(job('- log'), { outputs: [{ path: 'w/{f.jsonl' }] }))
      .toMatchInlineSnapshot(`
      "error[EXP_TEMPLATE]: A { without its } in the template \`w/{f.jsonl\`.
        at   --output  w/{f.jsonl
        next Expressions stand in {braces}; write {{ and }} for the braces themselves."
    `)
  })

  it('are checked once their placeholders are filled', async () => {
    const text = job("- log: 'in ${WHERE} {delay}'", {
      sink: "'${FOLDER}/{day(eventTime())}.jsonl'",
    })

    expect(await faultsOf(text, { env: { WHERE: 'x', FOLDER: 'out' } })).toBe('')
    expect(await faultsOf(text, { env: { WHERE: '{', FOLDER: 'out' } })).toMatchInlineSnapshot(`
      "error[EXP_TEMPLATE]: A { without its } in the template \`in { {delay}\`.
        at   /jobs/job.yaml:4:16  pipeline.stages[0].log
        next Expressions stand in {braces}; write {{ and }} for the braces themselves."
    `)
  })
})

describe('what fails for every record', () => {
  it('is a fault', async () => {
    const conditions = ['5', '"1 + 1"', '1 < "a"', '5 / 0 > 1']
    const stages = conditions.map((text) => `- filter: ${text}`).join('\n    ')

    expect(await faultsOf(job(stages))).toMatchInlineSnapshot(`
      "error[EXP_CONDITION]: A condition is true, false or null; got number 5, in \`5\`.
        at   /jobs/job.yaml:4:15  pipeline.stages[0].filter
        next Compare the value with something, for example delay > 0 or name != null.
      error[EXP_CONDITION]: A condition is true, false or null; got number 2, in \`1 + 1\`.
        at   /jobs/job.yaml:5:16  pipeline.stages[1].filter
        next Compare the value with something, for example delay > 0 or name != null.
      error[EXP_TYPE]: "<" orders two numbers or two texts; got number 1 and string "a", in \`1 < "a"\`.
        at   /jobs/job.yaml:6:15  pipeline.stages[2].filter
        next Convert with number(), string() or bool(), or correct the types at the source.
      error[EXP_NOT_FINITE]: 5 / 0 gives Infinity, which is not a finite number, in \`5 / 0 > 1\`.
        at   /jobs/job.yaml:7:15  pipeline.stages[3].filter
        next Guard the operation, for example count == 0 ? null : total / count."
    `)
  })

  it('is a fault in a route, an aggregate and a key too', async () => {
    const stages = [
      '- aggregate: { aggregate: { n: { value: count(), where: size(a) } } }',
      '  by: { k: 1 - "x" }',
      '- route: { routes: { high: lower(a) } }',
      '  outputs: { high: { file: c.jsonl } }',
    ].join('\n    ')

    expect(await faultsOf(job(stages))).toMatchInlineSnapshot(`
      "error[EXP_CONDITION]: A condition is true, false or null; got number, in \`size(a)\`.
        at   /jobs/job.yaml:4:61  pipeline.stages[0].aggregate.aggregate.n.where
        next Compare the value with something, for example delay > 0 or name != null.
      error[EXP_TYPE]: "-" takes two numbers; got number 1 and string "x", in \`1 - "x"\`.
        at   /jobs/job.yaml:5:16  pipeline.stages[0].by.k
        next Convert with number(), string() or bool(), or correct the types at the source.
      error[EXP_CONDITION]: A condition is true, false or null; got string, in \`lower(a)\`.
        at   /jobs/job.yaml:6:32  pipeline.stages[1].route.routes.high
        next Compare the value with something, for example delay > 0 or name != null."
    `)
  })

  it('is no condition at all: null and ~', async () => {
    expect(await faultsOf(job('- filter: null'))).toMatchInlineSnapshot(`
      "error[CFG_TYPE]: Parameter "where" must be an expression; got nothing.
        at   /jobs/job.yaml:4:15  pipeline.stages[0].filter
        next Write an expression there."
    `)
    expect(await faultsOf(job('- filter: ~'))).toMatchInlineSnapshot(`
      "error[CFG_TYPE]: Parameter "where" must be an expression; got nothing.
        at   /jobs/job.yaml:4:15  pipeline.stages[0].filter
        next Write an expression there."
    `)
    expect(await faultsOf(job('- map: { set: { a: null, b: ~ } }'))).toBe('')
  })

  it("is key('name') without such a key", async () => {
    expect(await faultsOf(job("- filter: key('zz') == 1"))).toMatchInlineSnapshot(`
      "error[EXP_UNKNOWN_KEY]: key('zz') is always null: the stage has no keys, in \`key('zz') == 1\`.
        at   /jobs/job.yaml:4:19  pipeline.stages[0].filter
        next Give the stage keys, such as by: zz, or read the field itself."
    `)
    expect(await faultsOf(job("- filter: key('orign') == 'SFO'\n      by: origin")))
      .toMatchInlineSnapshot(`
      "error[EXP_UNKNOWN_KEY]: key('orign') is always null: the keys of the stage are origin, in \`key('orign') == 'SFO'\`.
        at   /jobs/job.yaml:4:19  pipeline.stages[0].filter
        next Did you mean key('origin')?"
    `)
    expect(await faultsOf(job("- filter: key('origin') == 'SFO'\n      by: origin"))).toBe('')
  })

  it("is key('name') in the path of a sink, which has no keys", async () => {
    const stage = '- aggregate: { aggregate: { n: count() } }\n      by: origin'

    expect(await faultsOf(job(stage, { sink: `"out/{n}-{key('orign')}.jsonl"` })))
      .toMatchInlineSnapshot(`
      "error[EXP_UNKNOWN_KEY]: key('orign') is always null: a sink has no keys, in \`key('orign')\`.
        at   /jobs/job.yaml:6:31  pipeline.sink.file
        next Read the field itself, origin: what a stage emits carries its keys as fields."
    `)
    expect(await faultsOf(job('- log', { sink: `"out/{key('day')}.jsonl"` })))
      .toMatchInlineSnapshot(`
      "error[EXP_UNKNOWN_KEY]: key('day') is always null: a sink has no keys, in \`key('day')\`.
        at   /jobs/job.yaml:5:27  pipeline.sink.file
        next Read the field itself, day: what a stage emits carries its keys as fields."
    `)
    expect(await faultsOf(job(stage, { sink: "'out/{origin}.jsonl'" }))).toBe('')
  })
})

describe('keys', () => {
  it('are expressions as others are', async () => {
    const stages = ['~', 'null', '&foo a + 1', "key('a')"].map(
      (text) => `- log:\n      by:\n        k: ${text}`,
    )
    const broken = "- log:\n      by:\n        k: a == 'x # y'"

    expect(await faultsOf(job(stages.join('\n    ')))).toMatchInlineSnapshot(`
      "error[CFG_TYPE]: Key "k" must be an expression; got nothing.
        at   /jobs/job.yaml:6:12  pipeline.stages[0].by.k
        next Write an expression there.
      error[CFG_TYPE]: Key "k" must be an expression; got nothing.
        at   /jobs/job.yaml:9:12  pipeline.stages[1].by.k
        next Write an expression there.
      error[CFG_YAML_ANCHOR]: YAML takes "&foo" for an anchor and drops it from the expression; no alias *foo uses it.
        at   /jobs/job.yaml:12:17  pipeline.stages[2].by.k
        next Quote the value; ready to paste: k: '&foo a + 1'
      error[EXP_UNKNOWN_KEY]: key('a') is always null: the stage has no keys, in \`key('a')\`.
        at   /jobs/job.yaml:15:16  pipeline.stages[3].by.k
        next Give the stage keys, such as by: a, or read the field itself."
    `)
    expect(await faultsOf(job(broken))).toMatchInlineSnapshot(`
      "error[CFG_YAML_COMMENT]: YAML takes the rest of the line for a comment and leaves \`a == 'x\`.
        at   /jobs/job.yaml:6:12  pipeline.stages[0].by.k
        next Quote the value; ready to paste: k: "a == 'x # y'""
    `)
  })
})

describe('anchors', () => {
  it('are refused where YAML would drop one from an expression', async () => {
    expect(await faultsOf(job('- filter: &foo x > 3'))).toMatchInlineSnapshot(`
      "error[CFG_YAML_ANCHOR]: YAML takes "&foo" for an anchor and drops it from the expression; no alias *foo uses it.
        at   /jobs/job.yaml:4:20  pipeline.stages[0].filter
        next Quote the value; ready to paste: - filter: '&foo x > 3'"
    `)
  })

  it('are taken where an alias uses them', async () => {
    expect(await faultsOf(job('- filter: &foo x > 3\n    - filter: *foo'))).toBe('')
  })
})

describe('names listed under env', () => {
  it('give one fault where they are not set', async () => {
    const text = job("- filter: x > number(env('LIMIT'))", { more: 'env: [LIMIT]\n' })

    expect(await faultsOf(text)).toMatchInlineSnapshot(`
      "error[CFG_UNSET]: The environment has no LIMIT; expected a value for it.
        at   /jobs/job.yaml:6:6  env
        next Set LIMIT, or remove it from "env"."
    `)
  })
})

describe('fields of a map', () => {
  it('are not set as a whole and in part', async () => {
    const stages = '- map: { set: { a: 1, a.b: 2 } }\n    - map: { select: { c.d: x, c: y } }'

    expect(await faultsOf(job(stages))).toMatchInlineSnapshot(`
      "error[CFG_PARAMETER]: Parameter "set.a.b" is refused: "a.b" lies inside "a", which is made here too.
        at   /jobs/job.yaml:4:32  pipeline.stages[0].map.set.a.b
        next Keep one of them: "a" as a whole, or only its parts.
      error[CFG_PARAMETER]: Parameter "select.c.d" is refused: "c.d" lies inside "c", which is made here too.
        at   /jobs/job.yaml:5:29  pipeline.stages[1].map.select.c.d
        next Keep one of them: "c" as a whole, or only its parts."
    `)
  })
})

describe('what is expected', () => {
  it('is listed where a parameter takes words or a map', async () => {
    const stages = [
      '- aggregate: { aggregate: { n: count() }, emit: never }',
      '- aggregate: { aggregate: { n: count() }, emit: { every: 10 } }',
    ].join('\n    ')
    const text = job(stages).replace('a.jsonl }', 'a.csv, types: bogus }')

    expect(
      await faultsOf(
        text.replace('{ file: a.csv,', '{ file: { path: a.csv,').replace('bogus }', 'bogus } }'),
      ),
    ).toMatchInlineSnapshot(`
      "error[CFG_TYPE]: Parameter "types" must be one of infer, strings, or a map; got string "bogus".
        at   /jobs/job.yaml:2:41  pipeline.source.file.types
        next Write one of infer, strings, or a map there.
      error[CFG_TYPE]: Parameter "emit" must be one of end, update, or a map with every; got string "never".
        at   /jobs/job.yaml:4:53  pipeline.stages[0].aggregate.emit
        next Write one of end, update, or a map with every there.
      error[CFG_TYPE]: Parameter "emit.every" must be a duration with a unit, such as 30s or 1h; got number 10.
        at   /jobs/job.yaml:5:62  pipeline.stages[1].aggregate.emit.every
        next Write a duration with a unit, such as 30s or 1h there."
    `)
  })

  it('is a value, where the file of a placeholder gives none', async () => {
    expect(await faultsOf(job('- log', { sink: '"${file:/dev/null}"' }))).toMatchInlineSnapshot(`
      "error[CFG_EMPTY_VALUE]: \${file:/dev/null} is empty; parameter "path" needs a value.
        at   /jobs/job.yaml:5:17  pipeline.sink.file
        next Write the value into that file."
    `)
  })

  it('is a value, where a placeholder gives none', async () => {
    expect(await faultsOf(job('- log', { sink: '"${OUT}"' }), { env: { OUT: '' } }))
      .toMatchInlineSnapshot(`
      "error[CFG_EMPTY_VALUE]: \${OUT} is empty; parameter "path" needs a value.
        at   /jobs/job.yaml:5:17  pipeline.sink.file
        next Set OUT, or give a default: \${OUT:-value}."
    `)
  })
})
