import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { folder, run, start } from './command.ts'

const job = (stages: string, sink = 'file: { path: out.jsonl, mode: append }'): string => `pipeline:
  name: endless
  checkpoint: { every: 50ms, dir: state }
  source: { generate: { rate: 2000, seed: 1 } }
  stages:
    - aggregate: { emit: update, aggregate: { n: count() } }
      id: totals
${stages}  sink: { ${sink} }
`
const first = job('')

async function running(cwd: string, stderr: RegExp) {
  const old = start(cwd, ['run', 'job.yaml'])
  await old.seen('checkpoint ')
  expect(old.said(stderr)).not.toBe('')
  return old
}

async function goesOn(cwd: string): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const { stdout } = await run(cwd, ['status', 'job.yaml', '--json'])
    if (JSON.parse(stdout).running?.state === 'running') return
  }
  throw new Error('nothing runs')
}

it('puts a job in the place of the one that runs, which ends in good order', async () => {
  const cwd = folder({ 'job.yaml': first })
  const old = await running(cwd, /reading/)
  writeFileSync(join(cwd, 'job.yaml'), job('    - filter: n % 2 == 0\n'))

  const next = start(cwd, ['upgrade', 'job.yaml'])
  await next.seen('going on from checkpoint')
  const ended = await old.ended
  await goesOn(cwd)
  next.kill('SIGINT')

  expect(ended.code, ended.stderr).toBe(0)
  const last = await next.ended
  expect(last.code, last.stderr).toBe(0)
  expect(last.stdout).toContain('filter')
})

it('leaves the old job alone where the new one cannot take its state', async () => {
  const cwd = folder({ 'job.yaml': first })
  const old = await running(cwd, /reading/)
  writeFileSync(join(cwd, 'job.yaml'), first.replace('count()', 'sum(1)'))

  const refused = await run(cwd, ['upgrade', 'job.yaml'])
  const status = await run(cwd, ['status', 'job.yaml', '--json'])
  old.kill('SIGINT')

  expect(refused.code).toBe(2)
  expect(refused.stderr).toContain('error[JOB_STATE_CHANGED]: Parameter aggregate.n of "totals"')
  expect(JSON.parse(status.stdout).running).toMatchObject({ pid: old.pid, state: 'running' })
  expect((await old.ended).code).toBe(0)
})

it('goes back to the old job where the new one fails at once', async () => {
  const cwd = folder({
    'job.yaml': first,
    'fails.mjs': "export default () => { throw new Error('a bad deploy') }\n",
  })
  const old = await running(cwd, /reading/)
  writeFileSync(join(cwd, 'job.yaml'), job('    - ./fails.mjs\n'))

  const next = start(cwd, ['upgrade', 'job.yaml'])
  await next.seen('going back to the one before')
  const ended = await old.ended
  await goesOn(cwd)
  next.kill('SIGINT')

  expect(ended.code, ended.stderr).toBe(0)
  const last = await next.ended
  expect(last.stderr).toContain('a bad deploy')
  expect(last.code).toBe(1)
  const said = last.stdout.split('endless stopped: ')
  expect(said).toHaveLength(2)
})

it('has nothing to put a job in the place of where none runs', async () => {
  const cwd = folder({ 'job.yaml': first })

  const alone = await run(cwd, ['upgrade', 'job.yaml'])

  expect(alone.code).toBe(2)
  expect(alone.stderr).toContain('error[CLI_NOT_RUNNING]: Job "endless" does not run')
})
