import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { folder, run } from './command.ts'

interface Letter {
  readonly record: unknown
  readonly raw: string | null
  readonly error: { readonly code: string; readonly message: string }
}

const lettersOf = (cwd: string): readonly Letter[] =>
  readFileSync(join(cwd, 'dead.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Letter)

const job = (stage: string) => `pipeline:
  source: { file: in.jsonl }
  stages: [{ ${stage} }]
  sink: { file: out.jsonl }
  deadLetter: { file: dead.jsonl }
`

it('takes lines that nest too deeply for malformed, with their start', async () => {
  const lists = '['.repeat(100_000) + ']'.repeat(100_000)
  const maps = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`
  const cwd = folder({
    'in.jsonl': `{"id":1}\n${lists}\n${maps}\n`,
    'job.yaml': job('filter: true'),
  })

  const { code } = await run(cwd, ['run', 'job.yaml'])

  expect(code).toBe(0)
  expect(readFileSync(join(cwd, 'out.jsonl'), 'utf8')).toBe('{"id":1}\n')
  expect(lettersOf(cwd).map(({ error }) => error)).toEqual([
    { code: 'FILE_DEPTH', message: 'The value nests deeper than 1,000 levels.' },
    { code: 'FILE_DEPTH', message: 'The value nests deeper than 1,000 levels.' },
  ])
  expect(lettersOf(cwd)[0]?.raw).toBe('['.repeat(65_536))
})

it('refuses what a stage nested too deeply, and writes its dead letter', async () => {
  const stage = `export default function deepen(record) {
  if (record.id !== 2) return record
  let value = record
  for (let level = 0; level < 50000; level++) value = { value }
  return value
}
`
  const cwd = folder({
    'in.jsonl': '{"id":1}\n{"id":2}\n{"id":3}\n',
    'deepen.js': stage,
    'job.yaml': job('module: ./deepen.js'),
  })

  const { code, stderr } = await run(cwd, ['run', 'job.yaml', '--quiet'])

  expect(code, stderr).toBe(0)
  expect(readFileSync(join(cwd, 'out.jsonl'), 'utf8')).toBe('{"id":1}\n{"id":3}\n')
  expect(lettersOf(cwd).map(({ error }) => error)).toEqual([
    {
      code: 'FILE_VALUE',
      message: 'The record cannot be written as JSON: it nests too deeply.',
    },
  ])
})

it('shows first results whose fields are named like members of every object', async () => {
  const records = '{"a":1}\n{"a":2,"constructor":5,"toString":"x","__proto__":1}\n'
  const cwd = folder({ 'in.jsonl': records, 'job.yaml': job('filter: true') })

  const { code, stdout, stderr } = await run(cwd, ['run', 'job.yaml'])

  expect(stderr).not.toContain('error')
  expect(code).toBe(0)
  expect(stdout).toContain('first 2 of 2')
})

it('ends well where the first results cannot be shown', async () => {
  const packed = job('filter: true').replace('out.jsonl', '{ path: out.jsonl, compression: gzip }')
  const records = Array.from({ length: 2000 }, (_, a) => `{"a":${a ** 3}}\n`).join('')
  const cwd = folder({ 'in.jsonl': records, 'job.yaml': packed })

  const { code, stdout, stderr } = await run(cwd, ['run', 'job.yaml'])

  expect(stderr).not.toContain('error')
  expect(code).toBe(0)
  expect(stdout).toContain('counts add up')
})

it('refuses a number that JSON cannot hold instead of writing null', async () => {
  const records = '{"id":1,"v":null}\n{"id":2,"deep":[{"v":-1e400}]}\n'
  const cwd = folder({ 'in.jsonl': records, 'job.yaml': job('map: { set: { w: 1 } }') })

  const { code } = await run(cwd, ['run', 'job.yaml', '--quiet'])

  expect(code).toBe(0)
  expect(readFileSync(join(cwd, 'out.jsonl'), 'utf8')).toBe('{"id":1,"v":null,"w":1}\n')
  expect(lettersOf(cwd)).toMatchObject([
    {
      record: { id: 2, deep: [{ v: '-Infinity' }], w: 1 },
      error: { code: 'FILE_VALUE', message: 'deep[0].v is -Infinity, which JSON cannot hold.' },
    },
  ])
})

it('counts nothing as written that a failed job took back', async () => {
  const rows = [...Array.from({ length: 8 }, (_, id) => `{"id":${id}}`), '5', '{"id":9}']
  const text = `pipeline:
  source: { file: in.jsonl }
  sink: { file: out.csv }
`
  const cwd = folder({ 'in.jsonl': `${rows.join('\n')}\n`, 'job.yaml': text })

  const { code, stdout } = await run(cwd, ['run', 'job.yaml', '--json', '--quiet'])

  expect(code).toBe(1)
  const summary = JSON.parse(stdout) as { readonly sinks: readonly unknown[] }
  expect(summary.sinks[0]).toMatchObject({ received: 10, written: 0, rejected: 0, held: 10 })
})
