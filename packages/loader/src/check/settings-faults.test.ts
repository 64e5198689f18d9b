import { describe, expect, it } from 'vitest'
import { faultsOf, job } from './faults.test-support.ts'

describe('settings', () => {
  it('says of each what was expected and what came', async () => {
    const text = [
      'pipeline:',
      "  name: ''",
      '  source: { file: a.jsonl, limit: -1, onError: drop }',
      '  stages:',
      '    - filter: a',
      '      timeout: 5',
      '      batch: 0',
      '      onError: deadletter',
      '  sink: { file: x.jsonl }',
      '  errors: { atMost: 150%, off: 3 }',
      '  restart: 5',
      '  mailbox: { overflow: { a: 1 } }',
    ].join('\n')

    expect(await faultsOf(text)).toMatchInlineSnapshot(`
      "error[CFG_TYPE]: "name" must be a text; got string "".
        at   /jobs/job.yaml:2:9  pipeline.name
        next Write a text there.
      error[CFG_TYPE]: "limit" must be a whole number of at least 0; got number -1.
        at   /jobs/job.yaml:3:35  pipeline.source.limit
        next Write a whole number of at least 0 there.
      error[CFG_TYPE]: "onError" must be one of fail, skip, deadLetter; got string "drop".
        at   /jobs/job.yaml:3:48  pipeline.source.onError
        next Write one of fail, skip, deadLetter there.
      error[CFG_TYPE]: "timeout" must be a duration above 0 with a unit, such as 30s or 1h; got number 5.
        at   /jobs/job.yaml:6:16  pipeline.stages[0].timeout
        next Write a duration above 0 with a unit, such as 30s or 1h there.
      error[CFG_TYPE]: "batch" must be a whole number of at least 1; got number 0.
        at   /jobs/job.yaml:7:14  pipeline.stages[0].batch
        next Write a whole number of at least 1 there.
      error[CFG_TYPE]: "onError" must be one of fail, skip, deadLetter, park; got string "deadletter".
        at   /jobs/job.yaml:8:16  pipeline.stages[0].onError
        next Did you mean "deadLetter"?
      error[CFG_TYPE]: "errors.atMost" must be a share such as 50% or 0.5; got string "150%".
        at   /jobs/job.yaml:10:21  pipeline.errors.atMost
        next Write a share such as 50% or 0.5 there.
      error[CFG_UNKNOWN_KEY]: Unknown key "off" in "errors".
        at   /jobs/job.yaml:10:27  pipeline.errors.off
        next Did you mean "of"?
      error[CFG_TYPE]: "restart" must be a map with intensity, period, onEscalate; got number 5.
        at   /jobs/job.yaml:11:12  pipeline.restart
        next Write a map with intensity, period, onEscalate there.
      error[CFG_TYPE]: "mailbox.overflow" must be one of block, dropOldest, dropNewest, fail; got a map.
        at   /jobs/job.yaml:12:24  pipeline.mailbox.overflow
        next Write one of block, dropOldest, dropNewest, fail there."
    `)
  })

  it('takes no limit of time that is over at once', async () => {
    const text = [
      'pipeline:',
      '  source: { file: a.jsonl }',
      '  stages:',
      '    - filter: a',
      '      timeout: 0s',
      '  sink: { file: x.jsonl, timeout: 0ms }',
      '  restart: { intensity: 0, period: 0s }',
    ].join('\n')

    expect(await faultsOf(text)).toMatchInlineSnapshot(`
      "error[CFG_TYPE]: "timeout" must be a duration above 0 with a unit, such as 30s or 1h; got string "0s".
        at   /jobs/job.yaml:5:16  pipeline.stages[0].timeout
        next Write a duration above 0 with a unit, such as 30s or 1h there.
      error[CFG_TYPE]: "timeout" must be a duration above 0 with a unit, such as 30s or 1h; got string "0ms".
        at   /jobs/job.yaml:6:35  pipeline.sink.timeout
        next Write a duration above 0 with a unit, such as 30s or 1h there.
      error[CFG_TYPE]: "restart.period" must be a duration above 0 with a unit, such as 30s or 1h; got string "0s".
        at   /jobs/job.yaml:7:36  pipeline.restart.period
        next Write a duration above 0 with a unit, such as 30s or 1h there."
    `)
  })

  it('asks for the field of a time', async () => {
    const text =
      'pipeline:\n  source: { file: a.jsonl, time: { feld: x, disorder: 5 } }\n  sink: { file: x.jsonl }\n'

    expect(await faultsOf(text)).toMatchInlineSnapshot(`
      "error[CFG_MISSING]: "time" has no "field"; expected one.
        at   /jobs/job.yaml:2:34  pipeline.source.time
        next Name the field that holds the time, time: { field: date }, or write time: arrival.
      error[CFG_UNKNOWN_KEY]: Unknown key "feld" in "time".
        at   /jobs/job.yaml:2:36  pipeline.source.time.feld
        next Did you mean "field"?
      error[CFG_TYPE]: "time.disorder" must be a duration with a unit, such as 30s or 1h; got number 5.
        at   /jobs/job.yaml:2:55  pipeline.source.time.disorder
        next Write a duration with a unit, such as 30s or 1h there."
    `)
  })

  it('places faults of time formats, zones and fields', async () => {
    const source = (time: string): string =>
      `pipeline:\n  source: { file: a.jsonl, time: ${time} }\n  sink: { file: x.jsonl }\n`

    expect(await faultsOf(source('{ field: x, zone: Berlin }'))).toMatchInlineSnapshot(`
      "error[EXP_TIME_FORMAT]: Unknown time zone "Berlin".
        at   /jobs/job.yaml:2:52  pipeline.source.time.zone
        next Write a name such as Europe/Berlin or UTC."
    `)
    expect(await faultsOf(source('{ field: x, format: yyyy-QQ }'))).toMatchInlineSnapshot(`
      "error[EXP_TIME_FORMAT]: Unknown "QQ" in the time format "yyyy-QQ".
        at   /jobs/job.yaml:2:59  pipeline.source.time.format
        next Use yyyy MM M MMM dd d HH H hh h a mm m ss s SSS XXX; other letters stand in quotes, as in yyyy-MM-dd'T'HH:mm."
    `)
    expect(await faultsOf(source("{ field: 'a > b' }"))).toMatchInlineSnapshot(`
      "error[EXP_PATH]: "a > b" is not a field path: > belongs to an expression.
        at   /jobs/job.yaml:2:43  pipeline.source.time.field
        next Write names joined by dots, such as customer.name."
    `)
  })

  it('takes paths, lists and maps of expressions as keys, and nothing else', async () => {
    const aggregate = (by: string): string =>
      `- aggregate: { aggregate: { n: count() } }\n      by: ${by}`
    const all = ['delay > 3', '[a.x, b.x]', '{ h: nope(3) }', '{ h: [a] }', '{}', '[]', '[{}]']

    expect(await faultsOf(job(all.map(aggregate).join('\n    ')))).toMatchInlineSnapshot(`
      "error[CFG_TYPE]: "by" must be a field path; got string "delay > 3".
        at   /jobs/job.yaml:5:11  pipeline.stages[0].by
        next For an expression write a map: by: { name: 'delay > 3' }.
      error[CFG_TYPE]: "by" must be paths with different last names; got "x" twice.
        at   /jobs/job.yaml:7:11  pipeline.stages[1].by
        next Give each a name of its own with a map: by: { name: path, other: path }.
      error[EXP_UNKNOWN_FUNCTION]: Unknown function "nope", in \`nope(3)\`.
        at   /jobs/job.yaml:9:16  pipeline.stages[2].by.h
        next Use one of the built-in functions or name a plugin that brings it.
      error[CFG_TYPE]: Key "h" must be an expression; got a list.
        at   /jobs/job.yaml:11:16  pipeline.stages[3].by.h
        next Write an expression there.
      error[CFG_TYPE]: "by" must be a field path, a list of them, or a map of names to expressions; got an empty map.
        at   /jobs/job.yaml:13:11  pipeline.stages[4].by
        next Write a field path, a list of them, or a map of names to expressions there.
      error[CFG_TYPE]: "by" must be a field path, a list of them, or a map of names to expressions; got an empty list.
        at   /jobs/job.yaml:15:11  pipeline.stages[5].by
        next Write a field path, a list of them, or a map of names to expressions there.
      error[CFG_TYPE]: "by" must be a field path, a list of them, or a map of names to expressions; got a map.
        at   /jobs/job.yaml:17:12  pipeline.stages[6].by[0]
        next Write a field path, a list of them, or a map of names to expressions there."
    `)
  })
})
