import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { folder, run } from './command.ts'

const LINES = 20_000

const job = `pipeline:
  name: garbage
  source: { file: { path: in.jsonl, maxLine: 100kB } }
  stages:
    - map: { set: { double: value * 2 } }
  sink: { file: out.jsonl }
  deadLetter: { file: dead.jsonl }
`

/** Every hundredth line is broken, each in its own way. */
function garbage(line: number): { bytes: Buffer; code: string } | undefined {
  if (line % 100 !== 0) return undefined
  const kinds = [
    { bytes: Buffer.from('{"id":1,"value":'), code: 'FILE_JSON' },
    { bytes: Buffer.from(`{"id":1,"value":"${'x'.repeat(150_000)}"}`), code: 'FILE_LINE_TOO_LONG' },
    { bytes: Buffer.from(`{"id":${line},"value":"text"}`), code: 'EXP_TYPE' },
    { bytes: Buffer.from('{"id":1,\0"value":2}'), code: 'FILE_JSON' },
    { bytes: Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]), code: 'FILE_UTF8' },
  ]
  return kinds[(line / 100) % kinds.length]
}

it('accounts for every line of a file with one percent garbage', async () => {
  const parts: Buffer[] = []
  const expected = new Map<number, string>()
  for (let line = 1; line <= LINES; line++) {
    const broken = garbage(line)
    if (broken !== undefined) expected.set(line, broken.code)
    parts.push(broken?.bytes ?? Buffer.from(`{"id":${line},"value":${line}}`), Buffer.from('\n'))
  }
  const cwd = folder({ 'job.yaml': job })
  writeFileSync(join(cwd, 'in.jsonl'), Buffer.concat(parts))

  const ended = await run(cwd, ['run', 'job.yaml', '--json', '--quiet'])

  expect(ended.code, ended.stderr).toBe(0)
  const read = (name: string): Record<string, never>[] =>
    readFileSync(join(cwd, name), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, never>)
  const dead = new Map(
    read('dead.jsonl').map((letter) => {
      const { position, error } = letter as unknown as {
        position: { line: number }
        error: { code: string }
      }
      return [position.line, error.code]
    }),
  )
  const sortedByLine = [...dead].toSorted((a, b) => a[0] - b[0])
  expect(sortedByLine).toEqual([...expected])
  expect(read('out.jsonl')).toHaveLength(LINES - expected.size)
  const summary = JSON.parse(ended.stdout) as {
    sources: { read: number; sent: number; malformed: number }[]
    deadLetters: number
  }
  expect(summary.sources[0]).toMatchObject({ read: LINES, sent: LINES - 160, malformed: 160 })
  expect(summary.deadLetters).toBe(expected.size)
})
