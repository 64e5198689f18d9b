import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { folder, run, start } from './command.ts'

const lines = (path: string): unknown[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown)

const doubled = `pipeline:
  source: { file: in.jsonl }
  stages:
    - filter: value > 2
    - map: { set: { double: value * 2 } }
  sink: { file: out.jsonl }
`

describe('millrace run', () => {
  it('reads, filters, derives and writes, and ends with 0', async () => {
    const cwd = folder({
      'job.yaml': doubled,
      'in.jsonl': '{"value":1}\n{"value":3}\n{"value":5}\n',
    })

    const ended = await run(cwd, ['run', 'job.yaml'])

    expect(ended.code, ended.stderr).toBe(0)
    expect(lines(join(cwd, 'out.jsonl'))).toEqual([
      { value: 3, double: 6 },
      { value: 5, double: 10 },
    ])
  })

  it('ends with 2 on a bad job, has started nothing and shows no stack', async () => {
    const cwd = folder({
      'job.yaml': doubled.replace('filter:', 'filtre:'),
      'in.jsonl': '{"value":1}\n',
    })

    const ended = await run(cwd, ['run', 'job.yaml'])

    expect(ended.code).toBe(2)
    expect(ended.stderr).toContain('job.yaml:4:')
    expect(ended.stderr).toContain('filter')
    expect(ended.stderr).not.toMatch(/^\s+at .*\(.*:\d+:\d+\)/m)
    expect(readdirSync(cwd)).not.toContain('out.jsonl')
  })

  it('ends with 1 when a record fails and nobody said what to do, and leaves the old output', async () => {
    const cwd = folder({
      'job.yaml': doubled,
      'in.jsonl': '{"value":3}\n{"value":\n',
      'out.jsonl': '{"old":true}\n',
    })

    const ended = await run(cwd, ['run', 'job.yaml'])

    expect(ended.code).toBe(1)
    expect(ended.stderr).toContain('in.jsonl:2')
    expect(ended.stderr).toContain('deadLetter')
    expect(lines(join(cwd, 'out.jsonl'))).toEqual([{ old: true }])
  })

  it('takes input and output from the command line, in the form of the first seed too', async () => {
    const bare = 'pipeline:\n  stages:\n    - filter: value > 2\n'
    const cwd = folder({ 'job.yaml': bare, 'in.jsonl': '{"value":1}\n{"value":3}\n' })

    const first = await run(cwd, ['run', 'job.yaml', '--input', 'in.jsonl', '--output', 'a.jsonl'])
    const second = await run(cwd, [
      '--config',
      'job.yaml',
      '--data_stream',
      'in.jsonl',
      '--output',
      'b.jsonl',
    ])
    const third = await run(cwd, [
      '--config',
      'job.yaml',
      '--data-stream',
      'in.jsonl',
      '--output',
      'c.jsonl',
    ])

    expect([first.code, second.code, third.code], first.stderr + second.stderr).toEqual([0, 0, 0])
    for (const name of ['a.jsonl', 'b.jsonl', 'c.jsonl']) {
      expect(lines(join(cwd, name))).toEqual([{ value: 3 }])
    }
  })

  it('reads standard input and writes standard output', async () => {
    const cwd = folder({ 'job.yaml': 'pipeline:\n  stages:\n    - filter: value > 2\n' })

    const ended = await run(cwd, ['run', 'job.yaml', '--input', '-', '--output', '-', '--quiet'], {
      input: '{"value":1}\n{"value":3}\n',
    })

    expect(ended.code, ended.stderr).toBe(0)
    expect(ended.stdout).toBe('{"value":3}\n')
    expect(ended.stderr).toBe('')
  })

  it('lists the names it tried when there is no job file', async () => {
    const ended = await run(folder(), ['run'])

    expect(ended.code).toBe(2)
    expect(ended.stderr).toContain('millrace.yaml')
    expect(ended.stderr).toContain('configs/default_config.yml')
  })

  it('lets flags win over the environment and the environment over the file', async () => {
    const job = `pipeline:
  source: { generate: { count: 5, seed: 1 } }
  sink: { file: out.jsonl }
`
    const cwd = folder({ 'job.yaml': job })
    const env = { MILLRACE_SOURCE__PARAMETERS__COUNT: '3' }

    await run(cwd, ['run', 'job.yaml'], { env })
    const byEnvironment = lines(join(cwd, 'out.jsonl')).length
    await run(cwd, ['run', 'job.yaml', '--set', 'source.parameters.count=2'], { env })
    const byFlag = lines(join(cwd, 'out.jsonl')).length

    expect([byEnvironment, byFlag]).toEqual([3, 2])
  })

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'finishes what was read on %s and ends with 0',
    async (signal) => {
      const job = `pipeline:
  source: { file: { path: '-', format: jsonl } }
  stages:
    - map: { set: { seen: 'true' } }
  sink: { file: out.jsonl }
`
      const cwd = folder({ 'job.yaml': job })
      const running = start(cwd, ['run', 'job.yaml'])
      await running.seen('reading')
      running.write('{"value":1}\n{"value":2}\n{"val')
      running.kill(signal)

      const ended = await running.ended

      expect(ended.code, ended.stderr).toBe(0)
      for (const record of lines(join(cwd, 'out.jsonl'))) {
        expect(record).toHaveProperty('seen', true)
      }
    },
  )

  it('says what a stop left unfinished and names --drain; --drain fires it', async () => {
    const job = `pipeline:
  source: { file: { path: '-', format: jsonl } }
  stages:
    - aggregate: { aggregate: { n: count() } }
  sink: { file: out.jsonl }
`
    const cwd = folder({ 'job.yaml': job })
    const stopped = start(cwd, ['run', 'job.yaml'])
    await stopped.seen('reading')
    stopped.kill('SIGINT')
    const first = await stopped.ended
    const afterStop = readFileSync(join(cwd, 'out.jsonl'), 'utf8')
    const drained = start(cwd, ['run', 'job.yaml', '--drain'])
    await drained.seen('reading')
    drained.kill('SIGINT')
    const second = await drained.ended

    expect([first.code, second.code], first.stderr + second.stderr).toEqual([0, 0])
    expect(afterStop).toBe('')
    expect(lines(join(cwd, 'out.jsonl'))).toEqual([{ n: 0 }])
  })

  it('ends quietly when the reader of standard output goes away', async () => {
    const cwd = folder({
      'job.yaml':
        'pipeline:\n  source: { generate: { count: 200000, seed: 1 } }\n  sink: { file: { path: "-", format: jsonl } }\n',
    })
    writeFileSync(
      join(cwd, 'head.sh'),
      '"$NODE" "$BIN" run job.yaml --quiet | head -n 1 >/dev/null; echo "${PIPESTATUS[0]}"\n',
    )
    const { execFileSync } = await import('node:child_process')

    const output = execFileSync('bash', ['head.sh'], {
      cwd,
      encoding: 'utf8',
      env: {
        ...process.env,
        NODE: process.execPath,
        BIN: join(process.cwd(), 'packages/millrace/bin/millrace.js'),
      },
    })

    expect(output.trim()).toBe('0')
  })
})
