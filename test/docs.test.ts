import { execFileSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { folder, run } from './e2e/command.ts'

it('generated pages are those of today', () => {
  const output = execFileSync(process.execPath, ['scripts/generate.ts', '--check'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })

  expect(output).toBe('')
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
