import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { loadSpec } from '../load-spec.ts'

const anything = `{ '~standard': { version: 1, vendor: 'x', validate: (value) => ({ value }),
  jsonSchema: { input: () => ({ type: 'object', properties: { field: { type: 'string' },
    where: { type: 'string', format: 'cel' } } }) } } }`

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'expected-fields-'))
  const pair = `export default { kind: 'stage', name: 'pair', summary: 'Pairs.', parameters: ${anything},
    inputs: ['left', 'right'], create: () => ({ on: { left() {}, right() {} } }) }\n`
  const limit = `export default { kind: 'stage', name: 'limit', summary: 'Limits.', parameters: ${anything},
    expects: ({ field }) => [field], create: () => ({ process() {} }) }\n`
  const named = `export default { kind: 'stage', name: 'named', summary: 'Names.',
    parameters: ${anything.replace("format: 'cel'", "format: 'cel', ownNames: true")},
    expects: () => ['amount'], create: () => ({ process() {} }) }\n`
  writeFileSync(join(folder, 'named.mjs'), named)
  writeFileSync(join(folder, 'pair.mjs'), pair)
  writeFileSync(join(folder, 'limit.mjs'), limit)
})
afterAll(() => rmSync(folder, { recursive: true }))

async function expectsOf(...lines: readonly string[]) {
  const text = ['pipeline:', ...lines].join('\n')
  const loaded = await loadSpec({ file: join(folder, 'job.yaml'), text, env: {} })
  await loaded.dispose()
  expect(loaded.faults).toEqual([])
  const { stages = [], sinks = [] } = loaded.spec ?? {}
  return [...stages, ...sinks].map(({ expects }) => expects)
}

it('what expressions, keys and paths name should be there, but not what they ask for', async () => {
  const expects = await expectsOf(
    '  source: { file: a.jsonl }',
    '  stages:',
    '    - filter: delay > 15 && has(dest) && record != 3',
    '      by: [origin, customer.name, record]',
    "    - map: { select: [a, b.c], set: { d: 'coalesce(e, f)', g: 1 } }",
    '    - aggregate: { aggregate: { n: count(), m: { value: mean(x), where: y } } }',
    '      by: { hour: "bucket(\'1h\', at)", zone: "coalesce(zone, 0)" }',
    "    - log: 'at {hour} of {zone == null}'",
    "  sink: { file: 'out/{z}-{has(q)}.jsonl' }",
  )

  expect(expects).toEqual([
    ['delay', 'origin', 'customer.name'],
    ['a', 'b.c'],
    ['x', 'y', 'at'],
    ['hour'],
    ['z'],
  ])
})

it('a stage may say itself what its parameters name', async () => {
  const expects = await expectsOf(
    '  source: { file: a.jsonl }',
    '  stages:',
    "    - ./limit.mjs: { field: delay, where: 'origin == dest' }",
    '  sink: { file: b.jsonl }',
  )

  expect(expects).toEqual([['origin', 'dest', 'delay'], []])
})

it('each input of a stage with several has the fields of its own keys', async () => {
  const expects = await expectsOf(
    '  sources: { a: { file: a.jsonl }, b: { file: b.jsonl } }',
    '  stages:',
    '    - ./pair.mjs: { where: left.x > 3 }',
    '      from: { left: a, right: b }',
    '      by: { left: [id, day], right: [orderId, day] }',
    '  sink: { file: c.jsonl }',
  )

  expect(expects).toEqual([{ left: ['id', 'day'], right: ['orderId', 'day'] }, []])
})

it('an expression with names of its own says nothing of fields: its stage does', async () => {
  const expects = await expectsOf(
    '  source: { file: a.jsonl }',
    '  stages:',
    "    - ./named.mjs: { where: 'amount > small.amount' }",
    '  sink: { file: b.jsonl }',
  )

  expect(expects).toEqual([['amount'], []])
})
