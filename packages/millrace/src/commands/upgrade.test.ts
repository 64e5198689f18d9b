import { createServer } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
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

it('needs a job that runs', async () => {
  const { code, error } = await folder.command('upgrade', 'job.yaml')

  expect(code).toBe(2)
  expect(error).toContain('CLI_NOT_RUNNING')
})
