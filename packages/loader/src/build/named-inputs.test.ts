import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { renderError } from '@millrace/base'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { loadSpec } from '../load-spec.ts'

let folder = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'named-inputs-'))
  writeFileSync(
    join(folder, 'meet.mjs'),
    `
    const nothing = { '~standard': { version: 1, vendor: 'x', validate: (value) => ({ value }),
      jsonSchema: { input: () => ({ type: 'object', properties: {} }) } } }
    export default { kind: 'stage', name: 'meet', summary: 'Meets.', parameters: nothing, inputs: 'named',
      check: (_, { inputs, keys }) =>
        inputs.includes('bad') ? [{ path: [], message: [...inputs, ...keys].join(), hint: 'None.' }] : [],
      shape: (_, { inputs }) => ({ out: inputs }), create: () => ({ process() {} }) }
  `,
  )
  writeFileSync(
    join(folder, 'judge.mjs'),
    `
    const nothing = { '~standard': { version: 1, vendor: 'x', validate: (value) => ({ value }),
      jsonSchema: { input: () => ({ type: 'object', properties: {} }) } } }
    export default { kind: 'stage', name: 'judge', summary: 'Judges.', parameters: nothing,
      inputs: ['in', 'feedback'], optionalInputs: ['feedback'], create: () => ({ process() {} }) }
  `,
  )
})
afterAll(() => rmSync(folder, { recursive: true }))

async function loadStage(module: string, sinks: string, keys: readonly string[]) {
  const lines = [
    'pipeline:',
    '  sources: { a: { file: a.jsonl }, b: { file: b.jsonl } }',
    '  stages:',
    `    - module: ${module}`,
    ...keys.map((key) => `      ${key}`),
    `  ${sinks}`,
  ]
  const file = join(folder, 'job.yaml')
  const loaded = await loadSpec({ file, text: lines.join('\n'), env: {} })
  await loaded.dispose()
  return { ...loaded, text: loaded.faults.map(renderError).join('\n').replaceAll(folder, '') }
}

const load = (...keys: readonly string[]) =>
  loadStage('./meet.mjs', 'sink: { file: d.jsonl }', keys)

const judge = (...keys: readonly string[]) =>
  loadStage(
    './judge.mjs',
    'sinks: { d: { file: d.jsonl, from: judge }, e: { file: e.jsonl, from: b } }',
    keys,
  )

it('inputs are called what the map under from calls them, in its order, and each has its key', async () => {
  const { spec, plan } = await load(
    'from: { payment: b, order: [a, b] }',
    'by: { order: id, payment: orderId }',
  )

  expect(spec?.stages[0]?.inputs).toEqual([
    { name: 'payment', from: [{ id: 'b', output: 'out' }] },
    {
      name: 'order',
      from: [
        { id: 'a', output: 'out' },
        { id: 'b', output: 'out' },
      ],
    },
  ])
  expect(spec?.stages[0]?.by).toMatchObject({
    payment: [{ name: 'orderId', description: 'orderId' }],
    order: [{ name: 'orderId', description: 'id' }],
  })
  const node = plan?.nodes.find(({ id }) => id === 'meet')
  expect(node?.shape?.(undefined)).toEqual({ out: ['payment', 'order'] })
})

it('a list of two is left and right', async () => {
  const { spec } = await load('from: [a, b]', 'by: id')

  expect(spec?.stages[0]?.inputs).toEqual([
    { name: 'left', from: [{ id: 'a', output: 'out' }] },
    { name: 'right', from: [{ id: 'b', output: 'out' }] },
  ])
})

it('the definition hears of the names and judges them', async () => {
  expect((await load('from: { good: a, bad: b }', 'by: id')).text).toMatchInlineSnapshot(`
    "error[CFG_PARAMETER]: The parameters of ./meet.mjs are refused: good,bad,id.
      at   /job.yaml:4:15  pipeline.stages[0].module
      next None."
  `)
})

it('says what is wrong with them, and no more than that', async () => {
  const faults = [
    await load('by: { order: id, payment: orderId }'),
    await load('from: a'),
    await load('from: [a, b, a]'),
    await load('from: { order: a }', 'by: { order: id }'),
    await load('from: { order: a, 2nd: b }'),
    await load('from: { order: a, payment: d }'),
    await load('from: { order: a, payment: b }', 'by: { order: id, pament: orderId }'),
  ]

  expect(faults.map(({ text }) => text).join('\n')).toMatchInlineSnapshot(`
    "error[CFG_INPUTS]: The inputs of "meet" must be two or more, named by "from"; got no "from".
      at   /job.yaml:4:15  pipeline.stages[0].module
      next Write from: { order: orders, payment: payments }, with names of your choice.
    error[CFG_INPUTS]: The inputs of "meet" must be two or more, named by "from"; got string "a".
      at   /job.yaml:5:13  pipeline.stages[0].from
      next Write from: { order: orders, payment: payments }, with names of your choice.
    error[CFG_INPUTS]: The inputs of "meet" must be two or more, named by "from"; got a list of 3.
      at   /job.yaml:5:13  pipeline.stages[0].from
      next Write from: { order: orders, payment: payments }, with names of your choice.
    error[CFG_INPUTS]: The inputs of "meet" must be two or more, named by "from"; got order.
      at   /job.yaml:5:13  pipeline.stages[0].from
      next Write from: { order: orders, payment: payments }, with names of your choice.
    error[CFG_ID]: An id must begin with a letter and hold letters, digits and dashes; got "2nd".
      at   /job.yaml:5:25  pipeline.stages[0].from.2nd
      next Write nd.
    error[CFG_UNKNOWN_ID]: There is no source or stage "d".
      at   /job.yaml:5:34  pipeline.stages[0].from.payment
      next Did you mean "a"?
    error[CFG_INPUTS]: The inputs of "by" must be order, payment; got order, pament.
      at   /job.yaml:6:11  pipeline.stages[0].by
      next Name the inputs: order, payment."
  `)
})

const namesOf = ({ spec }: Awaited<ReturnType<typeof judge>>): readonly string[] | undefined =>
  spec?.stages[0]?.inputs.map(({ name }) => name)

it('an optional input is there where the job wires it, and else the stage has one input', async () => {
  const alone = await judge('from: a', 'by: { sensor: id }')
  const named = await judge('from: { in: a }')
  const both = await judge('from: { feedback: b, in: a }', 'by: { in: id, feedback: sensor }')

  expect([alone.text, named.text, both.text]).toStrictEqual(['', '', ''])
  expect([alone, named, both].map(namesOf)).toStrictEqual([['in'], ['in'], ['in', 'feedback']])
})

it('other names, and leaving out one that is needed, are refused', async () => {
  const found = [await judge('from: { in: a, feedbak: b }'), await judge('from: { feedback: b }')]

  expect(found.map(({ text }) => text.split('\n')[0])).toStrictEqual([
    'error[CFG_INPUTS]: The inputs of "judge" must be in, and perhaps feedback; got in, feedbak.',
    'error[CFG_INPUTS]: The inputs of "judge" must be in, and perhaps feedback; got feedback.',
  ])
})
