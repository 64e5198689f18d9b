import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { noExpressions, type SinkInstance, type SinkToken } from '@millrace/sdk'
import { afterAll, beforeEach, expect, it } from 'vitest'
import { batchOf } from '../crashes.test-support.ts'
import { createFileSink, fileSink, type FileSinkParameters } from '../file-sink.ts'
import { lazyDisk } from './durable.ts'
import { newMark } from './owner.ts'
import { partNumber } from './part-path.ts'

const root = mkdtempSync(join(tmpdir(), 'millrace-go-back-'))
afterAll(() => rmSync(root, { recursive: true }))
let folder = ''
let count = 0
let warnings: string[] = []
beforeEach(() => {
  warnings = []
  mkdirSync((folder = join(root, String(++count))))
})

function sinkOf(
  input: { readonly path: string; readonly mode?: string; readonly commit?: string },
  recovers = false,
): SinkInstance {
  const checked = fileSink.parameters['~standard'].validate({
    ...input,
    path: join(folder, input.path),
  })
  const { value } = checked as { readonly value: FileSinkParameters }
  const logger = { warn: (text: string) => void warnings.push(text) }
  const random = Math.random
  return createFileSink(value, {
    expressions: noExpressions,
    random,
    disk: lazyDisk,
    recovers,
    logger,
  })
}

/** Writes a record for each checkpoint and shows it; the tokens. */
async function ran(sink: SinkInstance, values: readonly unknown[]): Promise<readonly SinkToken[]> {
  const tokens: SinkToken[] = []
  for (const [index, value] of values.entries()) {
    await sink.write(batchOf(value))
    const final = index === values.length - 1
    const token = (await sink.prepare?.({ checkpoint: index + 1, final })) as SinkToken
    await sink.commit?.(token)
    tokens.push(token)
  }
  await sink.close?.()
  return tokens
}

const text = (name: string): string => readFileSync(join(folder, name), 'utf8')
const names = (): readonly string[] => readdirSync(folder).toSorted()

it('takes a file back that has its name, and leaves that one until there is a new one', async () => {
  const first = sinkOf({ path: 'out.jsonl' })
  await first.open?.()
  const [savepoint, last] = await ran(first, ['a', 'b'])
  const sink = sinkOf({ path: 'out.jsonl' }, true)
  await sink.open?.()

  await sink.recover?.(savepoint, { isBack: true, last })
  await sink.write(batchOf('c'))
  const token = (await sink.prepare?.({ checkpoint: 2, final: true })) as SinkToken
  const before = text('out.jsonl')
  await sink.commit?.(token)
  await sink.forget?.(last as SinkToken)
  await sink.close?.()

  expect(before).toBe('"a"\n"b"\n')
  expect(text('out.jsonl')).toBe('"a"\n"c"\n')
  expect(names()).toEqual(['out.jsonl'])
})

it('leaves what killed processes had begun until there is a checkpoint: another sink may have to take it up', async () => {
  const first = sinkOf({ path: 'out.jsonl' })
  await first.open?.()
  const [savepoint, last] = await ran(first, ['a', 'b'])
  const dead = spawnSync(process.execPath, ['--version']).pid.toString(36)
  const begun = `.out.jsonl.${newMark(Math.random).split('-').with(1, dead).join('-')}.partial`
  writeFileSync(join(folder, begun), '')
  const sink = sinkOf({ path: 'out.jsonl' }, true)
  await sink.open?.()

  await sink.recover?.(savepoint, { isBack: true, last })
  await sink.write(batchOf('c'))
  const before = names()
  const token = (await sink.prepare?.({ checkpoint: 2, final: true })) as SinkToken
  await sink.commit?.(token)
  await sink.forget?.(last as SinkToken)
  await sink.close?.()

  expect(before).toContain(begun)
  expect(names()).toEqual(['out.jsonl'])
})

it('takes no file that begins with anything else', async () => {
  const first = sinkOf({ path: 'out.jsonl' })
  await first.open?.()
  const [savepoint, last] = await ran(first, ['a', 'b'])
  writeFileSync(join(folder, 'out.jsonl'), '"x"\n"b"\n')
  const sink = sinkOf({ path: 'out.jsonl' }, true)
  await sink.open?.()

  await expect(sink.recover?.(savepoint, { isBack: true, last })).rejects.toMatchObject({
    code: 'FILE_NOT_BACK',
    message: `"${join(folder, 'out.jsonl')}" had 4 bytes at the savepoint, and no longer begins with them.`,
  })
  await sink.close?.()
  expect(names()).toEqual(['out.jsonl'])
})

it('removes the parts of later checkpoints and says so', async () => {
  const parameters = { path: 'out.jsonl', commit: 'rename' }
  const first = sinkOf(parameters)
  await first.open?.()
  const [savepoint, , last] = await ran(first, ['a', 'b', 'c'])
  writeFileSync(join(folder, 'my-out-000009.jsonl'), 'theirs')
  const sink = sinkOf(parameters, true)
  await sink.open?.()

  await sink.recover?.(savepoint, { isBack: true, last })
  await sink.close?.()

  expect(names()).toEqual(['my-out-000009.jsonl', 'out-000001.jsonl'])
  expect(warnings).toEqual([
    `Removed the parts of "${join(folder, 'out.jsonl')}" that came behind the savepoint: "${join(folder, 'out-000002.jsonl')}", "${join(folder, 'out-000003.jsonl')}".`,
  ])
})

it.each([
  { path: '{k}.jsonl', commit: 'rename', later: 'b-000002.jsonl' },
  { path: '{k}.jsonl', mode: 'append', later: 'b.jsonl' },
])(
  '%j: touches nothing where files of later checkpoints may be of others',
  async ({ later, ...parameters }) => {
    const first = sinkOf(parameters)
    await first.open?.()
    const [savepoint, last] = await ran(first, [{ k: 'a' }, { k: 'b' }])
    const before = names()
    const sink = sinkOf(parameters, true)
    await sink.open?.()

    await expect(sink.recover?.(savepoint, { isBack: true, last })).rejects.toMatchObject({
      code: 'FILE_LATER',
      message: `Results from behind the savepoint are in "${join(folder, later)}".`,
    })
    expect(names()).toEqual(before)
    rmSync(join(folder, later))
    await sink.recover?.(savepoint, { isBack: true, last })
    await sink.close?.()
    expect(existsSync(join(folder, later))).toBe(false)
  },
)

it.each([
  ['out.jsonl', false, 'out-000017.jsonl', 17],
  ['out.jsonl.gz', false, 'out-1000017.jsonl.gz', 1_000_017],
  ['a-000001', false, 'a-000001-000002', 2],
  ['out.jsonl', false, 'other-000017.jsonl', undefined],
  ['out.jsonl', false, 'out-17.jsonl', undefined],
  ['{k}/p.json', true, 'p-000003.json', 3],
  ['{k}/p.json', true, 'p-000003.jsonl', undefined],
  ['{k}.{k}', true, 'x-000003.y', 3],
  ['{k}.{k}', true, '.x-000003.y', undefined],
])('the part of %s (%s) in %s is %s', (path, isTemplate, name, number) => {
  expect(partNumber(path, isTemplate)(name)).toBe(number)
})
