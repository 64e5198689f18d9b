import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadJob } from '@millrace/job'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { folder } from './command.ts'

/** In front of the lines that a case is about: so many are always decoded in full. */
const head = Array.from({ length: 1024 }, (_, at) => `{"user":"h${at}","x":0,"at":${at}}`)

const numbers = fc.constantFrom('1', '-0', '12.50', '7e1', '1e400', '123456789012345678', '0.1')
const texts = fc.constantFrom('"a"', '"ü"', '"a\\u0062"', '"\\"x\\""', '""', '"a b"', '"\u{1f600}"')
const odd = fc.constantFrom('null', 'true', '[1, 2]', '{"x":9}')
const members = fc.tuple(
  fc.oneof(texts, odd),
  fc.oneof({ weight: 3, arbitrary: numbers }, odd, texts),
  fc.nat(200).map((at) => String(2000 + at)),
)
const lines = fc.oneof(
  {
    weight: 5,
    arbitrary: members.map(([user, x, at]) => `{"user":${user},"x":${x},"at":${at}}`),
  },
  members.map(([user, x, at]) => `{ "x" : ${x} , "at":${at},"user":${user}}`),
  members.map(([, x, at]) => `{"at":${at},"x":${x}}`),
  members.map(([user, x, at]) => `{"user":${user},"x":1,"at":${at},"x":${x}}`),
  fc.constantFrom('', '{"at":2050}', '{"at":2050,"x":3,"more":1}'),
)

interface Visit {
  readonly x?: unknown
}

function isWanted(line: string): boolean {
  const { x } = JSON.parse(line) as Visit
  return typeof x === 'number' && x > 1
}

it('a filter between two files hands on the lines as they stand there', async () => {
  const cwd = folder()
  const job = `pipeline:
  source: { file: { path: in.jsonl, maxLine: 200B } }
  stages: [ { filter: x > 1, onError: skip } ]
  errors: { atMost: 100%, of: 1000 }
  sink: { file: out.jsonl }
`
  writeFileSync(join(cwd, 'job.yaml'), job)
  await fc.assert(
    fc.asyncProperty(fc.array(lines, { maxLength: 30 }), fc.boolean(), async (list, hasReturns) => {
      const end = hasReturns ? '\r\n' : '\n'
      writeFileSync(join(cwd, 'in.jsonl'), [...head, ...list].join(end))
      const own = await loadJob('job.yaml', { cwd })

      const { error, stages } = await own.run()

      const filled = list.filter((line) => line !== '')
      const wanted = filled.filter(isWanted)
      expect(error?.message).toBeUndefined()
      expect(readFileSync(join(cwd, 'out.jsonl'), 'utf8')).toBe(
        wanted.map((line) => `${line}\n`).join(''),
      )
      expect(stages[0]).toMatchObject({ in: 1024 + filled.length, used: wanted.length })
    }),
    { numRuns: 60 },
  )
})

it('lines that go from file to file as they stand there are records for who looks at them', async () => {
  const cwd = folder()
  const list = Array.from(
    { length: 5000 },
    (_, at) => `{"user":"ü${at % 7}","x":${at % 3},"at":${at}}`,
  )
  writeFileSync(join(cwd, 'in.jsonl'), [...head, ...list].join('\n'))
  const wanted = list.filter(isWanted)
  const rows = wanted.map((line) => Object.values(JSON.parse(line) as Visit).join(','))

  for (const time of ['', ', time: { field: at, disorder: 1s, zone: UTC }']) {
    const job = `pipeline:
  source: { file: in.jsonl${time} }
  stages: [ { filter: x > 1 } ]
  sinks:
    lines: { file: out.jsonl, from: filter }
    rows: { file: out.csv, from: filter }
`
    writeFileSync(join(cwd, 'job.yaml'), job)
    const own = await loadJob('job.yaml', { cwd })

    const { error } = await own.run()

    expect(error?.message).toBeUndefined()
    expect(readFileSync(join(cwd, 'out.jsonl'), 'utf8').split('\n').slice(0, -1)).toEqual(wanted)
    expect(readFileSync(join(cwd, 'out.csv'), 'utf8').trim().split(/\r?\n/).slice(1)).toEqual(rows)
  }
})
