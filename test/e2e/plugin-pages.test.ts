import { globSync, readFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { expect, it } from 'vitest'
import { folder, run } from './command.ts'

/** The jobs that the page of a plugin shows, by a file name of their own. */
function jobsOf(path: string): readonly (readonly [string, string])[] {
  const plugin = basename(dirname(path))
  const page = readFileSync(path, 'utf8')
  const blocks = [...page.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, text = '']) => text)
  return blocks
    .filter((text) => text.startsWith('pipeline:'))
    .map((text, index) => [`${plugin}-${index + 1}.yaml`, text])
}

it('the jobs of plugin pages that carry tests keep what they promise', async () => {
  const jobs = globSync('plugins/*/README.md').flatMap(jobsOf)
  const tested = jobs.filter(([, text]) => text.includes('\ntests:\n'))
  const cwd = folder(Object.fromEntries(tested))

  const { code, stdout, stderr } = await run(cwd, ['test', ...tested.map(([name]) => name)])

  expect(code, stdout + stderr).toBe(0)
  expect(tested.map(([name]) => name)).toEqual(
    expect.arrayContaining(
      ['aggregate', 'dedupe', 'join', 'pattern', 'sort', 'top-n', 'union', 'window']
        .map((name) => `${name}-1.yaml`)
        .concat('anomaly-2.yaml'),
    ),
  )
})
