import { describe, expect, it } from 'vitest'
import { edgesOf, faultsOf, job, loadFiles, pipeline } from './nested.test-support.ts'

describe('a choice', () => {
  it('sends each record to one of two lists, and whoever follows reads both', async () => {
    const loaded = await loadFiles({
      'job.yaml': job(`
- choose:
    when: amount > 100
    then:
      - filter: a > 1
      - filter: a > 2
    else:
      - filter: a > 3
- filter: a > 4`),
    })

    expect(loaded.faults).toEqual([])
    expect(edgesOf(loaded)).toEqual([
      'source -> choose/when',
      'choose/when.then -> choose/then/filter',
      'choose/then/filter -> choose/then/filter-2',
      'choose/when.else -> choose/else/filter',
      'choose/then/filter-2 -> filter',
      'choose/else/filter -> filter',
      'filter -> sink',
    ])
    expect(loaded.plan?.notes).toContain(
      '"filter" merges several outputs; their order against each other can differ.',
    )
  })

  it('hands on untouched what has no list, and can end a job', async () => {
    const text = job('- choose: { when: a > 1, then: [filter: b > 1] }\n  id: only')

    const loaded = await loadFiles({ 'job.yaml': text })
    const open = await loadFiles(
      { 'job.yaml': text.replace(/ {2}s(?:ource|ink):.*\n/g, '') },
      { endpoints: 'optional' },
    )

    expect(loaded.faults).toEqual([])
    expect(edgesOf(loaded)).toEqual([
      'source -> only/when',
      'only/when.then -> only/then/filter',
      'only/then/filter -> sink',
      'only/when.else -> sink',
    ])
    expect(open.faults).toEqual([])
    expect(open.spec?.main).toEqual([
      { id: 'only/then/filter', output: 'out' },
      { id: 'only/when', output: 'else' },
    ])
  })

  it('can stand in another one, in a nested pipeline and in front of a named reader', async () => {
    const loaded = await loadFiles({
      'job.yaml': job(`
- filter: a > 0
- pipeline:
    stages:
      - choose:
          when: a > 1
          then:
            - choose: { when: a > 2, then: [], else: [filter: a > 3] }
            - pipeline: ./small.yaml
        from: filter
  id: sizes
- filter: a > 5
  from: sizes/choose
- filter: a > 6
  from: [sizes, filter-2]`),
      'small.yaml': pipeline('- filter: a > 4'),
    })

    expect(loaded.faults).toEqual([])
    expect(edgesOf(loaded)).toEqual([
      'source -> filter',
      'filter -> sizes/choose/when',
      'sizes/choose/when.then -> sizes/choose/then/choose/when',
      'sizes/choose/then/choose/when.else -> sizes/choose/then/choose/else/filter',
      'sizes/choose/then/choose/when.then -> sizes/choose/then/small/filter',
      'sizes/choose/then/choose/else/filter -> sizes/choose/then/small/filter',
      'sizes/choose/then/small/filter -> filter-2',
      'sizes/choose/when.else -> filter-2',
      'sizes/choose/then/small/filter -> filter-3',
      'sizes/choose/when.else -> filter-3',
      'filter-2 -> filter-3',
      'filter-3 -> sink',
    ])
  })

  it('leaves no order that workers behind it could keep', async () => {
    const files = {
      'job.yaml': job(
        '- choose: { when: a, then: [filter: b] }\n- filter: c\n  parallel: { workers: 2, runs: async }',
      ),
    }

    expect(await faultsOf(files)).toMatchInlineSnapshot(`
      "error[CFG_PARALLEL_ORDER]: "filter" cannot give its results in the order of its records: it reads several outputs, whose records come in no order.
        at   <folder>/job.yaml:6:7  pipeline.stages[1].parallel
        next Write mode: unordered in its parallel, or remove parallel."
    `)
  })

  it('has its faults where they are written', async () => {
    const files = {
      'job.yaml': job(`
- choose: { then: [filter: a], esle: [] }
- choose: { when: a >, then: [filter: a] }
- choose: { when: a }
- choose: a > 1
- choose: { when: a, then: [filter: a], else: log }
  outputs: {}
- filter: a
  from: choose-2.then`),
    }

    expect(await faultsOf(files)).toMatchInlineSnapshot(`
      "error[CFG_MISSING]: "choose" has no when; expected one.
        at   <folder>/job.yaml:4:7  pipeline.stages[0].choose
        next Add the condition, such as when: amount > 100.
      error[CFG_UNKNOWN_KEY]: Unknown key "esle" in "choose".
        at   <folder>/job.yaml:4:36  pipeline.stages[0].choose.esle
        next Did you mean "else"?
      error[EXP_SYNTAX]: Unexpected the end, in \`a >\`.
        at   <folder>/job.yaml:5:26  pipeline.stages[1].choose.when
        next Correct the expression; texts stand in quotes, comparisons use == and !=.
      error[CFG_TYPE]: "then" must be a list of stages; got nothing.
        at   <folder>/job.yaml:6:7  pipeline.stages[2].choose
        next Write a list of stages there.
      error[CFG_TYPE]: "choose" must be a map with when, then and else; got string "a > 1".
        at   <folder>/job.yaml:7:15  pipeline.stages[3].choose
        next Write a map with when, then and else there.
      error[CFG_TYPE]: "else" must be a list of stages; got string "log".
        at   <folder>/job.yaml:8:51  pipeline.stages[4].choose.else
        next Write a list of stages there.
      error[CFG_UNKNOWN_KEY]: Unknown key "outputs" in "choose".
        at   <folder>/job.yaml:9:7  pipeline.stages[4].outputs
        next The keys are: id, note, from.
      error[CFG_NESTED]: "choose-2" is a choice: it has no outputs of its own.
        at   <folder>/job.yaml:11:13  pipeline.stages[5].from
        next Its stages have: from: choose-2/when.then, or an id below choose-2/then."
    `)
  })
})
