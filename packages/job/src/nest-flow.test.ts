import { renderError } from '@millrace/base'
import { fileSink } from '@millrace/file'
import { defineStage } from '@millrace/sdk'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Flow } from './flow.ts'
import { pipeline } from './pipeline.ts'

const numbers = (name = 'n'): Flow<number, number> => pipeline(name).input<number>()

async function resultsOf<In, Out>(flow: Flow<In, Out>, input: readonly In[]): Promise<Out[]> {
  const results: Out[] = []
  for await (const result of flow.job().run(input)) results.push(result)
  return results
}

const idsOf = ({ draft }: Pick<Flow<never, never>, 'draft'>): readonly string[] =>
  draft.stages.map(({ id }) => id)

const thrownBy = (run: () => unknown): string => {
  try {
    run()
    return 'nothing'
  } catch (error) {
    return renderError(error)
  }
}

describe('a flow as a stage of another', () => {
  it('is its stages, in the place where it stands', async () => {
    const clean = numbers('clean')
      .filter((value) => value > 0)
      .through((value) => value + 1)
    const flow = numbers()
      .through((value) => value - 2)
      .through(clean)
      .through(clean)
      .through((value) => String(value))

    expect(await resultsOf(flow, [1, 2, 3, 4])).toEqual(['3', '4'])
    expect(idsOf(flow)).toEqual([
      'function',
      'clean/filter',
      'clean/function',
      'clean-2/filter',
      'clean-2/function',
      'function-2',
    ])
  })

  it('can hold others, and nothing', async () => {
    const inner = numbers('inner').through((value) => value * 10)
    const outer = numbers('outer').through(inner).through(numbers('nothing'), { id: 'none' })

    expect(await resultsOf(numbers().through(outer), [1, 2])).toEqual([10, 20])
    expect(idsOf(numbers().through(outer))).toEqual(['outer/inner/function'])
  })

  it('has instances of its own in each job', async () => {
    let made = 0
    const counter = numbers('counter').stage(
      defineStage({
        name: 'count',
        summary: 'Counts.',
        parameters: z.object({}),
        create: () => {
          made++
          let count = 0
          return { process: () => ++count }
        },
      }),
      {},
    )
    const flow = numbers().through(counter.as<number>())

    expect(await resultsOf(flow, [5, 5])).toEqual([1, 2])
    expect(await resultsOf(flow, [5])).toEqual([1])
    expect(made).toBe(2)
  })

  it('sends outputs of its own, and is refused with what belongs to a job', () => {
    const nested = numbers('nested').through((value) => value)
    const lost = nested.deadLetters(fileSink, { path: 'x.jsonl' })

    expect(thrownBy(() => numbers().through(lost))).toMatchInlineSnapshot(`
      "error[JOB_NESTED]: "nested" cannot be a stage of another flow: it has a dead letter sink.
        next Begin it with pipeline(name).input<In>(), and give the rest to the flow around it."
    `)
    const strict = pipeline('strict', { onError: 'skip' }).input<number>()
    expect(thrownBy(() => numbers().through(strict))).toMatchInlineSnapshot(`
      "error[JOB_NESTED]: "strict" cannot be a stage of another flow: it has options of its own: onError.
        next Begin it with pipeline(name).input<In>(), and give the rest to the flow around it."
    `)
    expect(thrownBy(() => numbers().through(nested, { id: 'a' }).through(nested, { id: 'a' })))
      .toMatchInlineSnapshot(`
      "error[JOB_ID_TAKEN]: The id "a" is taken: a source, sink or stage of the job has it.
        next Give the stage another id, or none: then it is made from the name of its module."
    `)
    const timed = pipeline('timed').input<number>({ time: 'arrival' })
    expect(thrownBy(() => numbers().through(timed))).toMatchInlineSnapshot(`
      "error[JOB_NO_TIME]: "timed" works by event time, and "what run() gets" does not say what the time of its records is.
        next Give it one: .from(source, parameters, { time: { field: 'at', disorderMs: 10_000 } }), .input({ time }), or time: 'arrival'."
    `)
  })
})

describe('a choice between two flows', () => {
  const large = numbers('large').through((value) => `large ${value}`)
  const small = numbers('small')
    .filter((value) => value !== 2)
    .through((value) => `small ${value}`)

  it('takes one of them for each record, and goes on behind both', async () => {
    const flow = numbers()
      .choose((value) => value > 2, large, small)
      .through((text) => `${text}!`)

    const results = await resultsOf(flow, [1, 2, 3, 4])

    expect(results.toSorted()).toEqual(['large 3!', 'large 4!', 'small 1!'])
    expect(idsOf(flow)).toEqual([
      'choose/when',
      'choose/then/function',
      'choose/else/filter',
      'choose/else/function',
      'function',
    ])
  })

  it('leaves no order that workers behind it could keep, also of another flow', () => {
    const chosen = numbers().choose((value) => value > 2, large, small)
    const work = pipeline('work')
      .input<string>()
      .through((text) => text, { parallel: { workers: 2 } })

    expect(thrownBy(() => chosen.through(work))).toMatchInlineSnapshot(`
      "error[JOB_PARALLEL]: Stage "work/function" cannot be parallel: its results cannot come in the order of its records, as it reads several outputs, whose records come in no order.
        next Write, for example, { by: 'user', parallel: 4 }, or { parallel: { workers: 4, mode: 'unordered' } }."
    `)
    expect(thrownBy(() => numbers().through(String).through(work))).toBe('nothing')
  })

  it('lets the rest go on as it is, and can end a flow', async () => {
    const flow = numbers().choose((value) => value > 2, large, { id: 'size' })

    const results = await resultsOf(flow, [1, 2, 3])

    expect(new Set(results)).toEqual(new Set([1, 2, 'large 3']))
    expect(thrownBy(() => flow.send('late', fileSink, { path: 'x.jsonl' }))).toMatchInlineSnapshot(`
      "error[JOB_OUTPUT]: "size/then/function" has no output "late".
        next Its outputs: out."
    `)
  })
})
