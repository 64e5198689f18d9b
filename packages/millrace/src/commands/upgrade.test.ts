import { createServer } from 'node:net'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { JobFolder } from './commands.test-support.ts'

let folder: JobFolder

beforeEach(() => {
  folder = new JobFolder()
  folder.write(
    'job.yaml',
    'pipeline:',
    '  name: flights',
    '  checkpoint: { every: 1m, dir: state }',
    '  source: { file: in.jsonl }',
    '  sink: { file: out.jsonl }',
  )
  folder.write('in.jsonl', '{"origin":"SFO"}', '{"origin":"JFK"}')
})
afterEach(() => folder.remove())

/** Answers like the job that runs, until it is told to stop: then it is gone. */
function pretendToRun(): Promise<void> {
  const pipe = `\\\\.\\pipe\\millrace-upgrade-${process.pid}`
  const path = process.platform === 'win32' ? pipe : folder.file('state/control')
  const server = createServer((socket) => {
    socket.setEncoding('utf8').on('data', (text: string) => {
      const { ask } = JSON.parse(text) as { readonly ask: string }
      const status = { pid: process.pid, state: 'running', elapsedMs: 0, read: 2 }
      socket.end(`${JSON.stringify({ done: ask === 'stop' ? null : status })}\n`)
      if (ask === 'stop') server.close()
    })
  })
  folder.write('state/control.json', JSON.stringify({ path }))
  return new Promise((resolve) => void server.listen(path, resolve))
}

it('is done where the old job has finished before it could be told to stop', async () => {
  await folder.command('run', 'job.yaml', '--quiet')
  await pretendToRun()

  const { code, error } = await folder.command('upgrade', 'job.yaml')

  expect(error).not.toContain('going back')
  expect(error).toContain('flights: finished on')
  expect(code).toBe(0)
})

it('says that nothing runs where the job before fails as well', async () => {
  folder.write('in.jsonl', 'no JSON')
  await folder.command('run', 'job.yaml', '--quiet')
  await pretendToRun()

  const { code, error } = await folder.command('upgrade', 'job.yaml')

  expect(error.split('\n').filter((line) => /^flights: (the|mod)/.test(line))).toEqual([
    `flights: the new job can take the state; stopping process ${process.pid}`,
    'flights: the new job has failed before its first checkpoint; going back to the one before',
    'flights: the one before has failed, too; nothing runs now',
    'flights: modules are taken as they lie there: put the old ones back, then start it with millrace run',
  ])
  expect(code).toBe(1)
})

it('needs a job that runs', async () => {
  const { code, error } = await folder.command('upgrade', 'job.yaml')

  expect(code).toBe(2)
  expect(error).toContain('CLI_NOT_RUNNING')
})

/** A job with a stage whose state is of the version that the environment says: its code is another one then. */
function writeCounting(): void {
  folder.write(
    'count.mjs',
    "import { defineStage } from '@millrace/sdk'",
    "import { z } from 'zod'",
    'export default defineStage({',
    "  name: 'count', summary: 'Counts.', parameters: z.object({}), reads: () => [],",
    "  keeps: 'state',",
    '  create({ state }) {',
    "    const n = state.value('n', { initial: () => 0, version: Number(process.env.COUNT_VERSION) })",
    '    return { process: () => void n.set(n.get() + 1) }',
    '  },',
    '})',
  )
  folder.write(
    'job.yaml',
    'pipeline:',
    '  name: flights',
    '  checkpoint: { every: 1m, dir: state }',
    '  source: { file: in.jsonl }',
    '  stages: [./count.mjs]',
    '  sink: { file: out.jsonl }',
  )
}

it('leaves the old job alone where the code of a stage, which lies where the old one lay, cannot take its state', async () => {
  writeCounting()
  vi.stubEnv('COUNT_VERSION', '1')
  await folder.command('run', 'job.yaml', '--quiet')
  await pretendToRun()

  vi.stubEnv('COUNT_VERSION', '2')
  const refused = await folder.command('upgrade', 'job.yaml')
  vi.stubEnv('COUNT_VERSION', '1')
  const taken = await folder.command('upgrade', 'job.yaml')
  vi.unstubAllEnvs()

  expect(refused.code).toBe(2)
  expect(refused.error).toContain('error[ENG_STATE_VERSION]')
  expect(refused.error).not.toContain('stopping process')
  expect(taken.code).toBe(0)
})

it('a run of a job whose stage refuses the state ends with 2: nobody need start it again', async () => {
  writeCounting()
  folder.write('in.jsonl', '{"origin":"SFO"}', 'no JSON')
  vi.stubEnv('COUNT_VERSION', '1')
  const failed = await folder.command('run', 'job.yaml', '--quiet')
  vi.stubEnv('COUNT_VERSION', '2')
  const refused = await folder.command('run', 'job.yaml', '--quiet')
  vi.unstubAllEnvs()

  expect(failed.code).toBe(1)
  expect(refused.error).toContain('error[ENG_STATE_VERSION]')
  expect(refused.code).toBe(2)
})
