import { afterEach, describe, expect, it } from 'vitest'
import { killTheRest, run, start } from './command.ts'
import { files, job, once, outcome, right } from './sums.ts'

afterEach(killTheRest)

const checkpoint = 'checkpoint: { every: 50ms, dir: state }'

describe.each(['threads', 'processes'])('a stage whose workers run in %s', (runs) => {
  it('gives each key all of its records, in their order', async () => {
    const cwd = files('', job(runs))

    const { code, stderr } = await run(cwd, ['run', 'job.yaml'])

    expect([code, stderr]).toEqual([0, expect.stringContaining('reading in.jsonl')])
    expect(outcome(cwd)).toEqual(right)
  })

  it('is ended where it blocks, and the job goes on from the last checkpoint', async () => {
    const cwd = files(once('for (;;);'), job(runs, { checkpoint, more: 'timeout: 2s' }))

    const { code, stderr } = await run(cwd, ['run', 'job.yaml'])

    expect(stderr).toContain('has not answered for 2 s and was ended.')
    expect(stderr).toContain('The pipeline begins anew (1 of 3)')
    expect(code).toBe(0)
    expect(outcome(cwd)).toEqual(right)
  })

  it('goes on where it was stopped, and where the job was killed', async () => {
    const slow = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)'
    const cwd = files(slow, job(runs, { checkpoint: 'checkpoint: { every: 100ms, dir: state }' }))
    const first = start(cwd, ['run', 'job.yaml'])
    await first.seen('records,')
    first.kill('SIGKILL')
    await first.ended
    const second = start(cwd, ['run', 'job.yaml'])
    await second.seen('records,')
    second.kill('SIGINT')
    const stopped = await second.ended

    const { code } = await run(cwd, ['run', 'job.yaml'])

    expect([stopped.code, code]).toEqual([0, 0])
    expect(outcome(cwd)).toEqual(right)
  })
})

const exit = 'process.exit(3)'
const later =
  "setTimeout(() => { throw new RangeError('later') }); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)"
const fill = 'const all = []; for (;;) all.push(new Array(1e6).fill({}))'

it.each([
  ['threads', exit, 'it ended with code 3'],
  ['threads', later, 'later'],
  ['threads', fill, 'heap out of memory'],
  ['processes', exit, 'it ended with code 3'],
  ['processes', later, 'later'],
  ['processes', fill, 'SIGABRT ended it'],
  ['processes', "process.kill(process.pid, 'SIGSEGV')", 'SIGSEGV ended it'],
])('says in %s what a worker is lost of, at %s: %s', async (runs, does, reason) => {
  const env = { NODE_OPTIONS: '--max-old-space-size=64' }

  const { code, stderr } = await run(files(once(does), job(runs)), ['run', 'job.yaml'], { env })

  const place = runs === 'threads' ? 'thread' : 'process'
  expect(code).toBe(1)
  expect(stderr).toContain(`error[ENG_WORKER_LOST]: The worker ${place} of "sums" is lost: `)
  expect(stderr).toContain(reason)
})
