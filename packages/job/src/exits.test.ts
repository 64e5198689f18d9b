import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadJob } from './load-job.ts'
import { numbers } from './open/numbers.test-support.ts'
import { pipeline } from './pipeline.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-exits-'))
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'))
  const lines = [1, 2, 3].map((n) => `{"n":${n},"at":${n}}\n`)
  writeFileSync(join(folder, 'in.jsonl'), lines.join(''))
  writeFileSync(
    join(folder, 'known.mjs'),
    `export function known({ n }, context) {
      if (n !== 2) return { n }
      context.exit('known')
    }
    known.exits = true
    export class Known {
      static exits = true
      process(record, context) { return known(record, context) }
    }
    const any = { '~standard': { version: 1, vendor: 'x', validate: (value) => ({ value }),
      jsonSchema: { input: () => ({ type: 'object' }) } } }
    export const own = { kind: 'stage', name: 'own', summary: 'Own.', parameters: any, exits: true,
      outputs: { out: 'Results.', exit: 'Its own.' }, create: () => ({ process() {} }) }
    export const silent = (record, context) => context.exit('known')\n`,
  )
})
afterAll(() => rmSync(folder, { recursive: true }))

const jobOf = (stage: string, ...lines: readonly string[]) =>
  loadJob(join(folder, 'job.yaml'), {
    text: [
      'pipeline:',
      '  source: { file: in.jsonl }',
      '  stages:',
      `    - module: ${stage}`,
      '      id: known',
      '    - map: { set: { big: n > 2 } }',
      ...lines,
      '',
    ].join('\n'),
  })

const linesOf = (name: string): readonly string[] =>
  readFileSync(join(folder, name), 'utf8').trim().split('\n').toSorted()

describe('in a job file', () => {
  it.each(['./known.mjs#known', './known.mjs#Known'])(
    '%s exits, because it says so',
    async (stage) => {
      const job = await jobOf(stage, '  sink: { file: out.jsonl }')

      const { stages, state } = await job.run()

      expect(state).toBe('completed')
      expect(linesOf('out.jsonl')).toEqual([
        '{"n":1,"big":false}',
        '{"n":2,"at":2}',
        '{"n":3,"big":true}',
      ])
      expect(stages).toMatchObject([
        { id: 'known', in: 3, used: 3, sent: { out: 2, exit: 1 } },
        { id: 'map', in: 2, used: 2 },
      ])
      expect(job.plan?.nodes.find(({ id }) => id === 'known')?.fates).toContain(
        'Records that exit go straight to the sinks behind it, and count as used.',
      )
    },
  )

  it('comes out of the results where there is no sink, and of none of another branch', async () => {
    const open = await jobOf('./known.mjs#known')
    const results: unknown[] = []
    for await (const result of open.run()) results.push(result)
    const forked = await jobOf(
      './known.mjs#known',
      '    - { filter: n > 0, id: aside, from: source }',
      '  sinks:',
      '    line: { file: line.jsonl, from: map }',
      '    other: { file: aside.jsonl, from: aside }',
    )

    await forked.run()

    expect(new Set(results)).toEqual(
      new Set([
        { n: 1, big: false },
        { n: 2, at: 2 },
        { n: 3, big: true },
      ]),
    )
    expect(linesOf('line.jsonl')).toHaveLength(3)
    expect(linesOf('aside.jsonl')).toEqual([1, 2, 3].map((n) => `{"n":${n},"at":${n}}`))
  })

  it('may have no output of that name of its own', async () => {
    await expect(jobOf('./known.mjs#own', '  sink: { file: out.jsonl }')).rejects.toThrow(
      'no output exit, for it says exits',
    )
  })

  it('fails with what to do where the module does not say so', async () => {
    const job = await jobOf('./known.mjs#silent', '  sink: { file: out.jsonl }')

    const { error } = await job.run()

    expect(error).toMatchObject({ code: 'ENG_RECORD' })
    expect(error?.message).toContain('ENG_EXIT')
  })
})

describe('in code', () => {
  it('leaves nested flows and choices for the results of the whole job', async () => {
    const inner = pipeline('inner')
      .input<number>()
      .through(
        (n, context) => {
          if (n === 2) context.exit('two')
          return n
        },
        { exits: true },
      )
      .through((n) => n * 10)
    const flow = pipeline('n')
      .input<number>()
      .choose((n) => n < 3, inner)
      .through((n) => n + 1)
    const results: number[] = []

    for await (const n of flow.job().run([1, 2, 3])) results.push(n)

    expect(new Set(results)).toEqual(new Set([11, 2, 4]))
  })

  it('an open job tells that a record was used, why it left and what came of it', async () => {
    const { flow, runtime } = numbers()
    const open = flow
      .through(
        (n, context) => {
          if (n === 2) return n
          if (n === 1) context.emit(n)
          context.exit('no two', n * 100)
          return undefined
        },
        { exits: true },
      )
      .filter(() => false)
      .job()
      .open()

    const outcomes = Promise.all([1, 2, 3].map((n) => open.execute(n)))
    await runtime.settle()

    expect(await outcomes).toEqual([
      { fate: 'used', reason: 'no two', results: [100] },
      { fate: 'filtered', reason: 'no output', results: [] },
      { fate: 'used', reason: 'no two', results: [300] },
    ])
  })
})
