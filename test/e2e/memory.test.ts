import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'
import { folder, run } from './command.ts'

const job = `pipeline:
  source: { file: in.jsonl }
  stages:
    - filter: amount > 20
    - aggregate: { aggregate: { n: count(), total: sum(amount) } }
      by: user
  sink: { file: out.jsonl }
`

it('does not grow with its input', async () => {
  const cwd = folder({ 'job.yaml': job })
  const file = openSync(join(cwd, 'in.jsonl'), 'w')
  const padding = 'x'.repeat(60)
  for (let block = 0; block < 60; block++) {
    const lines = Array.from({ length: 10_000 }, (_, index) =>
      JSON.stringify({
        id: block * 10_000 + index,
        user: `user-${index}`,
        amount: index % 100,
        padding,
      }),
    )
    writeSync(file, `${lines.join('\n')}\n`)
  }
  closeSync(file)
  const preload = pathToFileURL(resolve('test/bench/report-rss.mjs')).href

  const ended = await run(cwd, ['run', 'job.yaml', '--quiet'], {
    env: { NODE_OPTIONS: `--import ${preload}`, BENCH_RSS: join(cwd, 'rss') },
  })

  expect(ended.code, ended.stderr).toBe(0)
  const megabytes = Number(readFileSync(join(cwd, 'rss'), 'utf8')) / 1024
  expect(megabytes).toBeLessThan(230)
})
