import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it, vi } from 'vitest'
import { killTheRest, run, start } from './command.ts'
import { files, isAlive, job, once, outcome, pids, right } from './sums.ts'

afterEach(killTheRest)

const slow = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)'
const checkpoint = 'checkpoint: { every: 100ms, dir: state }'

/** Both workers have records. */
const begun = (cwd: string): Promise<boolean> =>
  vi.waitUntil(() => pids(cwd).length === 2, { timeout: 60_000 })

it('a job whose worker process was killed goes on from the last checkpoint', async () => {
  const cwd = files(slow, job('processes', { checkpoint }))
  const running = start(cwd, ['run', 'job.yaml'])
  await begun(cwd)

  process.kill(pids(cwd)[0] ?? 0, 'SIGKILL')
  const { code, stderr } = await running.ended

  expect(stderr).toContain('The worker process of "sums" is lost: SIGKILL ended it')
  expect(stderr).toContain('The pipeline begins anew (1 of 3)')
  expect(code).toBe(0)
  expect(outcome(cwd)).toEqual(right)
  expect(pids(cwd).filter(isAlive)).toEqual([])
})

it('worker processes end with that of the job, when it is killed', async () => {
  const cwd = files(slow, job('processes'))
  const running = start(cwd, ['run', 'job.yaml'])
  await begun(cwd)
  const workers = pids(cwd)
  const before = workers.filter(isAlive)

  running.kill('SIGKILL')

  expect(before).toHaveLength(2)
  await vi.waitUntil(() => !workers.some(isAlive), { timeout: 30_000 })
})

it('worker processes leave it to the job to end, whoever else gets its signals', async () => {
  const cwd = files(slow, job('processes', { checkpoint }))
  const running = start(cwd, ['run', 'job.yaml'])
  await begun(cwd)

  for (const signal of ['SIGINT', 'SIGTERM']) {
    for (const pid of pids(cwd)) process.kill(pid, signal)
  }
  running.kill('SIGINT')
  const stopped = await running.ended
  const { code } = await run(cwd, ['run', 'job.yaml'])

  expect([stopped.code, code]).toEqual([0, 0])
  expect(stopped.stderr).not.toContain('ENG_WORKER_LOST')
  expect(outcome(cwd)).toEqual(right)
})

it('worker processes end with a job that is ended at once, also where they compute', async () => {
  const cwd = files(once('for (;;);'), job('processes'))
  const running = start(cwd, ['run', 'job.yaml'])
  await vi.waitUntil(() => existsSync(join(cwd, 'once')), { timeout: 60_000 })

  running.kill('SIGINT')
  await running.seen('once more ends at once')
  running.kill('SIGINT')
  const { code } = await running.ended

  expect(code).toBe(130)
  await vi.waitUntil(() => !pids(cwd).some(isAlive), { timeout: 30_000 })
})

it('what worker processes print is not in the output of the job', async () => {
  const cwd = files('', job('processes', { sink: '{ file: { path: "-", format: jsonl } }' }))

  const { code, stdout, stderr } = await run(cwd, ['run', 'job.yaml'])

  const printed = stdout.split('\n').filter((line) => line === 'the module is loaded')
  expect([code, printed.length]).toEqual([0, 1])
  expect(stderr.split('the module is loaded')).toHaveLength(3)
  expect(readFileSync(join(cwd, 'pids'), 'utf8')).not.toBe('')
})
