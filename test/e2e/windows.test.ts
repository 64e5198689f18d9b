import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { folder, run } from './command.ts'

const lines = (records: readonly unknown[]): string =>
  records.map((record) => `${JSON.stringify(record)}\n`).join('')

const read = (path: string): unknown =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown)

const minute = 60_000

describe('windows in a job', () => {
  it('behind each other lose nothing to lateness: the watermark of results trails by it', async () => {
    const records = Array.from({ length: 600 }, (_, index) => ({ t: index * 5000 }))
    const cwd = folder({
      'in.jsonl': lines(records),
      'job.yaml': `
pipeline:
  source: { file: in.jsonl, time: { field: t, disorder: 0s } }
  stages:
    - window: { tumbling: 1m, lateness: 7m, aggregate: { n: count() } }
    - window: { tumbling: 10m, aggregate: { minutes: count(), records: sum(n) } }
  sink: { file: out.jsonl }
  deadLetter: { file: dead.jsonl }
`,
    })

    const { code, stderr } = await run(cwd, ['run', 'job.yaml'])

    expect(code, stderr).toBe(0)
    expect(read(join(cwd, 'out.jsonl'))).toStrictEqual(
      [0, 1, 2, 3, 4].map((index) => ({
        windowStart: index * 10 * minute,
        windowEnd: (index + 1) * 10 * minute,
        minutes: 10,
        records: 120,
      })),
    )
  })

  it('without a reader of late send those records, as they came, to the dead letters', async () => {
    const cwd = folder({
      'in.jsonl': lines([
        { t: 0, k: 1 },
        { t: 2 * minute, k: 2 },
        { t: 3000, k: 3 },
      ]),
      'job.yaml': `
pipeline:
  source: { file: in.jsonl, time: { field: t, disorder: 0s } }
  stages:
    - window: { tumbling: 1m, aggregate: { n: count() } }
  sink: { file: out.jsonl }
  deadLetter: { file: dead.jsonl }
`,
    })

    await run(cwd, ['run', 'job.yaml'])

    expect(read(join(cwd, 'dead.jsonl'))).toMatchObject([
      {
        record: { t: 3000, k: 3 },
        error: {
          code: 'LATE',
          message: 'The record came behind the watermark, 1m after it would have been taken.',
        },
      },
    ])
  })

  it('give the same for a shuffled file, within the disorder', async () => {
    const records = Array.from({ length: 300 }, (_, index) => ({ t: index * 1000, k: index % 3 }))
    const shuffled = records.map((_, index) => records[index - (index % 10) + ((index * 7) % 10)])
    const job = (file: string): string => `
pipeline:
  source: { file: ${file}.jsonl, time: { field: t, disorder: 10s } }
  stages:
    - window: { sliding: { size: 1m, every: 15s }, aggregate: { n: count(), sum: sum(t) } }
      by: k
  sink: { file: ${file}-out.jsonl }
`
    const cwd = folder({
      'a.jsonl': lines(records),
      'b.jsonl': lines(shuffled),
      'a.yaml': job('a'),
      'b.yaml': job('b'),
    })

    await run(cwd, ['run', 'a.yaml'])
    await run(cwd, ['run', 'b.yaml'])

    const sorted = (file: string): readonly string[] =>
      readFileSync(join(cwd, file), 'utf8').split('\n').toSorted()
    expect(sorted('b-out.jsonl')).toStrictEqual(sorted('a-out.jsonl'))
    expect(sorted('a-out.jsonl').length).toBe(1 + 3 * 23)
  })

  it('that give updates are refused by validate where another window would count them', async () => {
    const cwd = folder({
      'job.yaml': `
pipeline:
  source: { file: in.jsonl, time: { field: t, disorder: 0s } }
  stages:
    - window: { tumbling: 1m, emit: update, aggregate: { n: count() } }
    - window: { tumbling: 10m, aggregate: { minutes: count() } }
  sink: { file: out.jsonl }
`,
    })

    const { code, stderr } = await run(cwd, ['validate', 'job.yaml'])

    expect(code).toBe(2)
    expect(stderr).toContain(
      '"window-2" takes each record for one of its own, but "window" gives results that replace earlier ones.',
    )
  })

  it('say in explain what they keep and when they let go of it', async () => {
    const cwd = folder({
      'in.jsonl': '',
      'job.yaml': `
pipeline:
  source: { file: in.jsonl, time: { field: t, disorder: 0s } }
  stages:
    - window: { tumbling: 1m, lateness: 30s, aggregate: { n: count() } }
  sink: { file: out.jsonl }
`,
    })

    const { stdout } = await run(cwd, ['explain', 'job.yaml'])

    expect(stdout).toContain(
      'It keeps the values of each key and window of 1m, and lets go of a window when the watermark has passed its end by 30s.',
    )
  })
})

describe('windows of an emitter of the job', () => {
  // The one that the page shows.
  const page = readFileSync('plugins/window/README.md', 'utf8')
  const emitter = /```ts\n([\s\S]*?)```/.exec(page)?.[1] ?? ''
  const job = (named: string): string => `
pipeline:
  source: { file: in.jsonl, time: { field: t, disorder: 0s } }
  stages:
    - window: { emitter: ${named}, aggregate: { evens: list(x) } }
  sink: { file: out.jsonl }
`
  const records = [8, 3, 6, 2, 1, 4, 10].map((x, t) => ({ t, x }))

  it('are named by path, with parameters in each form', async () => {
    for (const [named, evens] of [
      ['{ ./sorted.ts: 2 }', [[6, 8], [2, 4], [10]]],
      [
        '{ ./sorted.ts: { size: 3 } }',
        [
          [2, 6, 8],
          [4, 10],
        ],
      ],
    ] as const) {
      const cwd = folder({
        'in.jsonl': lines(records),
        'sorted.ts': emitter,
        'job.yaml': job(named),
      })

      const { code, stderr } = await run(cwd, ['run', 'job.yaml'])

      expect(code, stderr).toBe(0)
      expect(read(join(cwd, 'out.jsonl'))).toMatchObject(evens.map((one) => ({ evens: one })))
    }
  })
})
