import { execFileSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { folder, run } from './e2e/command.ts'

it('generated pages are those of today', () => {
  const output = execFileSync(process.execPath, ['scripts/generate.ts', '--check'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })

  expect(output).toBe('')
})

// The loader's YAML library, so that the tests need none of their own.
const yaml = createRequire(resolve('packages/loader/package.json'))('yaml') as {
  parse(text: string): unknown
}
const schemaText = readFileSync('configs/millrace.schema.json', 'utf8')
const schema = z.fromJSONSchema(JSON.parse(schemaText) as Parameters<typeof z.fromJSONSchema>[0])

it.each(globSync('configs/*.yaml').toSorted())('%s names the schema and fits it', (path) => {
  const text = readFileSync(path, 'utf8')

  expect(text).toContain('# yaml-language-server: $schema=./millrace.schema.json\n')
  expect(schema.safeParse(yaml.parse(text)).error).toBeUndefined()
})

it('the schema refuses what validate refuses, and names no folder of any machine', () => {
  const wrong = [
    {},
    { pipeline: { stges: [] } },
    { pipeline: { stages: [{ filter: { whre: 'a' } }] } },
    { pipeline: { source: { generate: { count: 'x' } } } },
  ]

  for (const job of wrong) expect(schema.safeParse(job).success).toBe(false)
  expect(schemaText).not.toContain(resolve('.'))
  expect(schemaText).not.toMatch(/file:|node_modules/)
})

const pages = [
  ...globSync('plugins/*/README.md'),
  'README.md',
  ...globSync('docs/guide/*.md'),
].toSorted()
const jobs = pages.flatMap((page) =>
  [...readFileSync(page, 'utf8').matchAll(/```yaml\n([\s\S]*?)```/g)]
    .map((match) => match[1] as string)
    .filter((text) => /^pipeline:/m.test(text))
    .map((text, index) => ({ name: `${page} #${index + 1}`, text })),
)

it('each plugin shows a whole job', () => {
  const shown = new Set(jobs.map((job) => job.name.replace(/ #\d+$/, '')))

  for (const page of pages.filter((name) => name.startsWith('plugins/')))
    expect(shown).toContain(page)
})

it.each(jobs)('the job in $name is valid', async ({ text }) => {
  const ended = await run(folder({ 'job.yaml': text }), ['validate', 'job.yaml'])

  expect(ended.code, ended.stderr).toBe(0)
})

const tested = jobs.filter(({ text }) => /^tests:/m.test(text))

it.each(tested)('the tests of the job in $name pass', async ({ text }) => {
  const ended = await run(folder({ 'job.yaml': text }), ['test', 'job.yaml'])

  expect(ended.code, ended.stdout + ended.stderr).toBe(0)
})

// A test named x.guide.test.ts is what docs/guide/x.md shows, or one of the other pages where there is no such page.
const guides = globSync('{packages,plugins}/*/src/**/*.guide.test.ts').toSorted()
const textOf = (page: string): string => readFileSync(page, 'utf8')

it.each(guides)('%s is code of the guide, word for word', (path) => {
  const own = `docs/guide/${basename(path, '.guide.test.ts')}.md`
  const pages = existsSync(own) ? [own] : globSync('docs/guide/*.md')

  expect(pages.map(textOf).join('\n')).toContain(`\`\`\`ts\n${textOf(path)}\`\`\``)
})
