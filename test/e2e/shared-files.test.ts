import { existsSync, linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileSink, fileSource } from '@millrace/file'
import { pipeline } from '@millrace/job'
import { expect, it } from 'vitest'
import { folder, run } from './command.ts'

const jsonl = (...records: readonly unknown[]) =>
  records.map((record) => `${JSON.stringify(record)}\n`).join('')

const text = (...path: readonly string[]) => readFileSync(join(...path), 'utf8')

interface Counts {
  readonly sinks: readonly {
    readonly id: string
    readonly written: number
    readonly rejected: number
  }[]
  readonly firstDeadLetters: readonly { readonly code: string; readonly message: string }[]
}

async function summaryOf(cwd: string): Promise<Counts> {
  const { stdout } = await run(cwd, ['run', 'job.yaml', '--json', '--quiet'])
  return JSON.parse(stdout) as Counts
}

it('refuses a record that leads to the file that the job reads', async () => {
  const source = jsonl({ id: 1, f: 'src' }, { id: 2, f: 'other' })
  const job = `pipeline:
  source: { file: src.jsonl }
  sink: { file: '{f}.jsonl' }
  deadLetter: { file: bad/dead.jsonl }
`
  const cwd = folder({ 'src.jsonl': source, 'job.yaml': job })

  const { firstDeadLetters, sinks } = await summaryOf(cwd)

  expect(text(cwd, 'src.jsonl')).toBe(source)
  expect(text(cwd, 'other.jsonl')).toBe(jsonl({ id: 2, f: 'other' }))
  expect(sinks[0]).toMatchObject({ written: 1, rejected: 1 })
  expect(firstDeadLetters[0]).toMatchObject({
    code: 'FILE_PATH',
    message: `The record leads to "${join(cwd, 'src.jsonl')}", which "source" reads.`,
  })
})

it('refuses a record that leads to the file of the dead letters', async () => {
  const job = `pipeline:
  source: { file: q.jsonl }
  stages: [{ map: { set: { b: a * 2 } } }]
  sink: { file: 'w/{f}.jsonl' }
  deadLetter: { file: w/dead.jsonl }
`
  const cwd = folder({
    'q.jsonl': jsonl({ f: 'dead', a: 1 }, { f: 'x', a: 't' }),
    'job.yaml': job,
  })

  const { sinks } = await summaryOf(cwd)

  expect(sinks).toMatchObject([
    { id: 'sink', written: 0, rejected: 1 },
    { id: 'deadLetter', written: 2 },
  ])
  expect(text(cwd, 'w/dead.jsonl').split('\n')).toHaveLength(3)
})

it('refuses a record that leads to a file of another sink, or by another name to one of its own', async () => {
  const job = `pipeline:
  source: { file: q.jsonl }
  sinks:
    one: { file: 'w/{f}.jsonl', from: source }
    two: { file: 'w/{g}.jsonl', from: source }
  deadLetter: { file: dead.jsonl }
`
  const cwd = folder({
    'q.jsonl': jsonl({ f: 'a', g: 'b' }, { f: 'b', g: 'a' }, { f: 'c', g: 'd' }),
    'job.yaml': job,
  })
  mkdirSync(join(cwd, 'w'))
  writeFileSync(join(cwd, 'w/a.jsonl'), '')
  symlinkSync('a.jsonl', join(cwd, 'w/c.jsonl'))

  const { sinks } = await summaryOf(cwd)

  expect(sinks[0]).toMatchObject({ id: 'one', written: 1, rejected: 2 })
  expect(sinks[1]).toMatchObject({ id: 'two', written: 2, rejected: 1 })
})

it('refuses a record that leads to a file that the sink of another plugin writes', async () => {
  const plugin = `import { appendFileSync } from 'node:fs'
import { FilesInUse, filesInUse } from '@millrace/file'
import { defineSink } from '@millrace/sdk'
import { z } from 'zod'
export default defineSink({
  name: 'own',
  summary: 'Writes files of its own.',
  parameters: z.strictObject({}),
  guarantee: 'none',
  create({ id, shared }) {
    const files = shared?.(filesInUse, () => new FilesInUse()) ?? new FilesInUse()
    return {
      write(batch) {
        const rejected = []
        for (let index = 0; index < batch.length; index++) {
          const { g } = batch.value(index)
          const path = \`\${import.meta.dirname}/w/\${g}.jsonl\`
          const other = files.hold({ id, use: 'writes', path })
          if (other === undefined) appendFileSync(path, 'own\\n')
          else rejected.push({ index, code: 'OWN', message: other.id + ' ' + other.use, retry: false })
        }
        return { rejected }
      },
    }
  },
})
`
  const job = `pipeline:
  source: { file: q.jsonl }
  sinks:
    one: { file: 'w/{f}.jsonl', from: source }
    two: { module: ./own.js, from: source }
  deadLetter: { file: dead.jsonl }
`
  const records = jsonl({ f: 'a', g: 'b' }, { f: 'b', g: 'a' }, { f: 'c', g: 'd' })
  const cwd = folder({ 'q.jsonl': records, 'own.js': plugin, 'job.yaml': job })
  mkdirSync(join(cwd, 'w'))

  const { sinks } = await summaryOf(cwd)

  expect(sinks.map(({ written, rejected }) => written + rejected)).toEqual([
    3,
    3,
    expect.anything(),
  ])
  expect(text(cwd, 'w/c.jsonl')).toBe(jsonl({ f: 'c', g: 'd' }))
  expect(text(cwd, 'w/d.jsonl')).toBe('own\n')
  // Whoever comes first has the file: none holds lines of both.
  for (const name of ['a', 'b']) {
    const lines = new Set(text(cwd, `w/${name}.jsonl`).trimEnd().split('\n'))
    expect(lines.size).toBe(1)
  }
})

it('loses nothing where the names of two sinks differ only in case', async () => {
  const job = `pipeline:
  source: { file: in.jsonl }
  sinks:
    one: { file: Out.jsonl, from: source }
    two: { file: out.jsonl, from: source }
`
  const records = jsonl({ id: 1 }, { id: 2 })
  const cwd = folder({ 'in.jsonl': records, 'job.yaml': job })

  const { code, stderr } = await run(cwd, ['run', 'job.yaml', '--quiet'])

  const isBlind = existsSync(join(cwd, 'IN.JSONL'))
  const isRefused = code === 1 && stderr.includes('FILE_SHARED')
  const areWhole = ['Out.jsonl', 'out.jsonl'].every(
    (name) => existsSync(join(cwd, name)) && text(cwd, name) === records,
  )
  expect([isRefused, areWhole], stderr).toEqual([isBlind, !isBlind])
})

it('refuses a record that leads to a name that the pattern of a source matches', async () => {
  const job = `pipeline:
  sources: { all: { file: 'in/*.jsonl' } }
  sink: { file: '{f}.jsonl' }
  deadLetter: { file: dead.json }
`
  const cwd = folder({ 'job.yaml': job })
  mkdirSync(join(cwd, 'in'))
  writeFileSync(join(cwd, 'in/1.jsonl'), jsonl({ f: 'in/new' }, { f: 'new' }))

  const { sinks } = await summaryOf(cwd)

  expect(sinks[0]).toMatchObject({ written: 1, rejected: 1 })
  expect(() => text(cwd, 'in/new.jsonl')).toThrow('ENOENT')
})

it.each([
  ['a link to the file', (cwd: string) => symlinkSync('in.jsonl', join(cwd, 'out.jsonl'))],
  [
    'a second name of the file',
    (cwd: string) => linkSync(join(cwd, 'in.jsonl'), join(cwd, 'out.jsonl')),
  ],
])('refuses a sink that writes the source through %s', async (_, link) => {
  const source = jsonl({ id: 1 }, { id: 2 })
  const job = `pipeline:
  source: { file: in.jsonl }
  stages: [{ filter: id == 2 }]
  sink: { file: out.jsonl }
`
  const cwd = folder({ 'in.jsonl': source, 'job.yaml': job })
  link(cwd)

  const { code, stderr } = await run(cwd, ['run', 'job.yaml', '--quiet'])

  expect(text(cwd, 'in.jsonl')).toBe(source)
  expect(code).not.toBe(0)
  expect(stderr).toMatch(/job\.yaml:\d+:\d+/)
})

it('refuses a sink in a linked folder at once', async () => {
  const job = `pipeline:
  source: { file: 'real/*.jsonl' }
  sink: { file: linked/out.jsonl }
`
  const cwd = folder({ 'job.yaml': job })
  mkdirSync(join(cwd, 'real'))
  symlinkSync('real', join(cwd, 'linked'))

  const { code, stderr } = await run(cwd, ['validate', 'job.yaml'])

  expect(code).toBe(2)
  expect(stderr).toContain('job.yaml:3:')
})

it('refuses a record that leads to a folder or below a file, and goes on', async () => {
  const job = `pipeline:
  source: { file: in.jsonl }
  sink: { file: 'out/{f}.jsonl' }
  deadLetter: { file: dead.jsonl }
`
  const records = jsonl({ f: 'a' }, { f: 'folder' }, { f: 'folder' }, { f: 'file/b' }, { f: 'c' })
  const cwd = folder({ 'in.jsonl': records, 'job.yaml': job })
  mkdirSync(join(cwd, 'out/folder.jsonl'), { recursive: true })
  writeFileSync(join(cwd, 'out/file'), '')

  const { firstDeadLetters, sinks } = await summaryOf(cwd)

  expect(sinks[0]).toMatchObject({ written: 2, rejected: 3 })
  expect(firstDeadLetters.map(({ code, message }) => [code, message])).toEqual([
    ['FILE_PATH', `"${join(cwd, 'out/folder.jsonl')}" is a folder, not a file.`],
    ['FILE_PATH', `"${join(cwd, 'out/folder.jsonl')}" is a folder, not a file.`],
    ['FILE_PATH', `"${join(cwd, 'out/file')}" cannot be a folder: a file is in the way.`],
  ])
})

it('holds for jobs in code too', async () => {
  const source = jsonl({ f: 'in' }, { f: 'out' })
  const cwd = folder({ 'in.jsonl': source })
  const path = join(cwd, 'in.jsonl')

  const same = await pipeline('same').from(fileSource, { path }).to(fileSink, { path }).run()
  const template = await pipeline('template', { onError: 'skip' })
    .from(fileSource, { path })
    .to(fileSink, { path: join(cwd, '{f}.jsonl') })
    .run()

  expect(same.error).toMatchObject({
    code: 'FILE_SHARED',
    message: `"sink" writes "${path}" already.`,
    where: { stage: 'source' },
  })
  expect(template.sinks[0]).toMatchObject({ written: 1, rejected: 1 })
  expect(text(cwd, 'in.jsonl')).toBe(source)
})
