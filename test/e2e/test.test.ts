import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { folder, start } from './command.ts'

const job = `pipeline:
  source: { file: in.jsonl }
  stages: [{ module: ./times.ts }]
  sink: { file: out.jsonl }
tests:
  - { name: doubles, given: [2], expect: { sink: [4] } }
`
const times = (factor: number): string => `export default (record: number) => record * ${factor}\n`

it('test --watch runs again when a module of the job changes, until Ctrl-C', async () => {
  const cwd = folder({ 'job.yaml': job, 'times.ts': times(3) })

  const watching = start(cwd, ['test', 'job.yaml', '--watch'])
  await watching.seen('Run 1 is over.')
  writeFileSync(join(cwd, 'times.ts'), times(2))
  await watching.seen('Run 2 is over.')
  watching.kill('SIGINT')
  const { code, stdout } = await watching.ended

  expect(code).toBe(0)
  expect(stdout.match(/\d passed(?:, \d failed)?/g)).toEqual(['0 passed, 1 failed', '1 passed'])
})

it('what exits comes to the sink, and to a test by its name, but to no test that looks at a stage', async () => {
  const known = `export default function known(n: number, context) {
    if (n > 0) return n
    context.exit('known')
    return undefined
  }
  known.exits = true
`
  const cwd = folder({
    'known.ts': known,
    'times.ts': times(2),
    'job.yaml': `pipeline:
  source: { file: in.jsonl }
  stages: [{ module: ./known.ts }, { module: ./times.ts }]
  sink: { file: out.jsonl }
tests:
  - name: exits
    given: [1, -1]
    expect: { known: [1], known.exit: [-1], times: [2], sink: [2, -1] }
    order: any
`,
  })

  const { code, stdout } = await start(cwd, ['test', 'job.yaml']).ended

  expect(stdout).toContain('1 passed')
  expect(code).toBe(0)
})

it('test --watch takes nothing that the tests did not read for a change', async () => {
  const cwd = folder({ 'job.yaml': job, 'times.ts': times(2) })

  const watching = start(cwd, ['test', 'job.yaml', '--watch', '--junit', 'report.xml'])
  await watching.seen('Run 1 is over.')
  // A log that the shell writes into the folder of the job.
  writeFileSync(join(cwd, 'log.json'), 'a line of a log')
  // Long enough for a run that the report or the log begins to be over.
  await setTimeout(1500)
  watching.kill('SIGINT')
  const { stdout } = await watching.ended

  expect(stdout.match(/\d passed(?:, \d failed)?/g)).toEqual(['1 passed'])
})

it('test --watch runs again when a module comes that was missing', async () => {
  const cwd = folder({ 'job.yaml': job })

  const watching = start(cwd, ['test', 'job.yaml', '--watch'])
  await watching.seen('Run 1 is over.')
  writeFileSync(join(cwd, 'times.ts'), times(2))
  await watching.seen('Run 2 is over.')
  watching.kill('SIGINT')
  const { stdout } = await watching.ended

  expect(stdout.match(/\d passed(?:, \d failed)?/g)).toEqual(['1 passed'])
})
