import { existsSync, writeFileSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readExposition } from '../../packages/server/src/exposition.test-support.ts'
import { folder, run, type Running, start } from './command.ts'

const job = `pipeline:
  name: orders
  source:
    generate: { rate: 2000, seed: 1 }
    time: { field: time, disorder: 10s }
  stages:
    - filter: id % 2 == 0
    - dedupe: { within: 1h, of: id }
      outputs: { late: { file: late.jsonl } }
  sink: { file: out.jsonl }
`

/** Waits for what a job says of its address. */
async function addressOf(running: Running): Promise<string> {
  await running.seen('health and metrics at http://')
  return running.said(/http:\/\/[\w.:[\]]+\d/)
}

const statusOf = async (url: string): Promise<number> => (await fetch(url)).status
const bodyOf = async (url: string): Promise<Readonly<Record<string, unknown>>> =>
  (await (await fetch(url)).json()) as Record<string, unknown>

/** The figures of a job by name, those of all parts together. */
async function metricsOf(url: string) {
  const response = await fetch(`${url}/metrics`)
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  const families = readExposition(await response.text())
  return (name: string): number =>
    families.get(name)?.samples.reduce((sum, { value }) => sum + value, 0) ?? Number.NaN
}

describe('a job with --admin', () => {
  it('says where it listens, answers there, and ends as ever', async () => {
    const running = start(folder({ 'job.yaml': job }), ['run', 'job.yaml', '--admin', ':0'])
    const url = await addressOf(running)
    await expect.poll(() => statusOf(`${url}/ready`)).toBe(200)

    const first = await metricsOf(url)
    await expect
      .poll(async () => (await metricsOf(url))('millrace_sink_written_records_total'))
      .toBeGreaterThan(first('millrace_sink_written_records_total') + 100)
    const second = await metricsOf(url)
    const wrong = [
      await statusOf(`${url}/x`),
      (await fetch(`${url}/health`, { method: 'PUT' })).status,
    ]
    const head = await fetch(`${url}/metrics`, { method: 'HEAD' })
    running.kill('SIGINT')
    const { code, stderr, stdout } = await running.ended

    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(second('millrace_source_read_records_total')).toBeGreaterThan(
      first('millrace_source_read_records_total'),
    )
    expect(second('millrace_stage_filtered_records_total')).toBeGreaterThan(100)
    expect(second('millrace_stage_state_entries')).toBeGreaterThan(100)
    // Event time of the records is that of 2001.
    expect(second('millrace_source_watermark_seconds')).toBeLessThan(1_000_000_000)
    expect(second('millrace_source_watermark_lag_seconds')).toBeGreaterThan(500_000_000)
    expect(second('millrace_job_up')).toBe(1)
    expect(wrong).toEqual([404, 405])
    expect([head.status, await head.text()]).toEqual([200, ''])
    expect(Number(head.headers.get('content-length'))).toBeGreaterThan(1000)
    expect(code, stderr).toBe(0)
    expect(stdout).toContain('orders stopped:')
    await expect(fetch(`${url}/health`)).rejects.toThrow('fetch failed')
  })

  it('is not ready before all is open, nor while it stops, but in health', async () => {
    const slow = `import { existsSync } from 'node:fs'
import { defineStage } from '@millrace/sdk'
import { z } from 'zod'
export default defineStage({
  name: 'slow',
  summary: 'Opens when it may, and then holds its first record.',
  parameters: z.object({}),
  create: () => ({
    async open() {
      while (!existsSync('go')) await new Promise((wake) => setTimeout(wake, 10))
    },
    async process() {
      process.stderr.write('it hangs\\n')
      await new Promise(() => {})
    },
  }),
})
`
    const held = `pipeline:
  source: { generate: { rate: 1000 } }
  stages: [{ module: ./slow.mjs, timeout: 10m }]
  sink: { file: out.jsonl }
`
    const cwd = folder({ 'job.yaml': held, 'slow.mjs': slow })
    const running = start(cwd, ['run', 'job.yaml', '--admin=0'])
    const url = await addressOf(running)
    const seen: unknown[] = []
    const look = async (): Promise<void> => {
      const { ready, reason } = await bodyOf(`${url}/ready`)
      seen.push([ready, reason, await statusOf(`${url}/ready`), await statusOf(`${url}/health`)])
    }

    await look()
    writeFileSync(join(cwd, 'go'), '')
    await running.seen('it hangs')
    await look()
    running.kill('SIGTERM')
    await running.seen('once more ends at once')
    await look()
    running.kill('SIGTERM')
    const { code } = await running.ended

    expect(seen).toEqual([
      [false, 'the job is starting', 503, 200],
      [true, undefined, 200, 200],
      [false, 'the job is stopping', 503, 200],
    ])
    expect(code).toBe(130)
  })

  it('ends when it is done, whoever is still connected', async () => {
    const reading = job.replace(
      'generate: { rate: 2000, seed: 1 }',
      `file: { path: '-', format: jsonl }`,
    )
    const cwd = folder({ 'job.yaml': reading })
    const running = start(cwd, ['run', 'job.yaml', '--admin', '127.0.0.1:0'])
    const url = await addressOf(running)
    const agent = new Agent({ keepAlive: true })
    await new Promise<void>((resolve, reject) => {
      get(`${url}/health`, { agent }, (response) => void response.resume().on('end', resolve)).on(
        'error',
        reject,
      )
    })
    running.write('{"id":2,"time":"2001-01-01T00:00:00Z"}\n')
    const before = performance.now()
    running.closeInput()

    const { code, stderr } = await running.ended
    agent.destroy()

    expect(code, stderr).toBe(0)
    expect(performance.now() - before).toBeLessThan(5000)
  })

  it('starts nothing where the port is in use or the address is none', async () => {
    const cwd = folder({ 'job.yaml': job })
    const other = createServer()
    await new Promise<void>((resolve) => void other.listen(0, '127.0.0.1', resolve))
    const bound = other.address()
    const port = typeof bound === 'object' && bound !== null ? bound.port : 0

    const taken = await run(cwd, ['run', 'job.yaml', '--admin', String(port)])
    const none = await run(cwd, ['run', 'job.yaml', '--admin', 'nowhere'])
    other.close()

    expect(taken.code).toBe(2)
    expect(taken.stderr).toBe(
      `error[SERVER_LISTEN]: Nothing can be served at 127.0.0.1:${port}: the port is in use.
  next End the program that uses it, such as another run of the job, or choose another port; port 0 is any that is free.
`,
    )
    expect(none.code).toBe(2)
    expect(none.stderr).toContain('error[SERVER_ADDRESS]')
    expect(existsSync(join(cwd, 'out.jsonl'))).toBe(false)
  })

  it('warns where others can reach it', async () => {
    const cwd = folder({ 'job.yaml': job })
    const running = start(cwd, ['run', 'job.yaml', '--admin', '0.0.0.0:0'])
    const url = await addressOf(running)
    await running.seen('can read the figures of the job')
    const status = await statusOf(`${url}/health`)
    running.kill('SIGINT')

    expect((await running.ended).code).toBe(0)
    expect(status).toBe(200)
  })
})

interface Line {
  readonly time: string
  readonly level: string
  readonly job?: string
  readonly stage?: string
  readonly message: string
  readonly fields?: Readonly<Record<string, unknown>>
}

/** The lines of a log; each must be an object of JSON with the members that all have. */
function linesOf(stderr: string): readonly Line[] {
  expect(stderr.endsWith('\n')).toBe(true)
  return stderr
    .slice(0, -1)
    .split('\n')
    .map((text) => {
      const line = JSON.parse(text) as Line
      expect(line).toMatchObject({
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
        level: expect.stringMatching(/^(debug|info|warn|error)$/) as string,
        message: expect.any(String) as string,
      })
      return line
    })
}

describe('--log-format json', () => {
  const logging = `pipeline:
  name: orders
  source: { file: in.jsonl }
  stages:
    - id: seen
      log: { message: 'order {id}', level: warn }
  sink: { file: out.jsonl }
`
  const json = ['--log-format', 'json']

  it('says all about a run in lines of JSON, and leaves standard output alone', async () => {
    const cwd = folder({ 'job.yaml': logging, 'in.jsonl': '{"id":7}\n' })

    const { code, stderr, stdout } = await run(cwd, ['run', 'job.yaml', ...json])
    const lines = linesOf(stderr)

    expect([code, stdout]).toEqual([0, ''])
    expect(
      lines.map(({ job: name, level, message, stage }) => [level, name, stage, message]),
    ).toEqual([
      ['info', 'orders', undefined, 'reading in.jsonl'],
      ['warn', 'orders', 'seen', 'order 7'],
      ['info', 'orders', undefined, 'completed'],
    ])
    expect(lines[2]?.fields).toMatchObject({ state: 'completed', sinks: [{ written: 1 }] })
  })

  it('keeps to the level, and with --json gives the summary on standard output', async () => {
    const cwd = folder({ 'job.yaml': logging, 'in.jsonl': '{"id":7}\n' })
    const more = ['--log-level', 'warn', '--json']

    const { stderr, stdout } = await run(cwd, ['run', 'job.yaml', ...json, ...more])

    expect(linesOf(stderr).map(({ message }) => message)).toEqual(['order 7'])
    expect(JSON.parse(stdout)).toMatchObject({ name: 'orders', state: 'completed' })
  })

  it('says why a job fails, what is wrong with its file, and what with the command line', async () => {
    const cwd = folder({
      'job.yaml': logging,
      'odd.yaml': logging.replace('log:', 'lgo:').replace('sink:', 'snik:'),
    })
    const failed = await run(cwd, ['run', 'job.yaml', ...json])
    const faults = await run(cwd, ['run', 'odd.yaml', '--log_format=json'])
    const usage = await run(cwd, ['run', 'job.yaml', '--loud', ...json])
    const address = await run(cwd, ['run', 'job.yaml', '--admin', 'x', ...json])

    expect([failed.code, faults.code, usage.code, address.code]).toEqual([1, 2, 2, 2])
    expect(linesOf(failed.stderr)).toMatchObject([
      { message: 'reading in.jsonl' },
      {
        level: 'error',
        job: 'orders',
        message: expect.stringMatching(/^There is no file "/) as string,
        fields: { code: 'FILE_NOT_FOUND', line: 3, hint: expect.any(String) as string },
      },
      { level: 'info', message: 'failed', fields: { state: 'failed' } },
    ])
    expect(linesOf(faults.stderr).map(({ fields, level }) => [level, fields?.['line']])).toEqual([
      ['error', 2],
      ['error', 6],
      ['error', 7],
    ])
    expect(linesOf(usage.stderr)).toMatchObject([{ level: 'error', fields: { code: 'CLI_USAGE' } }])
    expect(linesOf(address.stderr)).toMatchObject([{ fields: { code: 'SERVER_ADDRESS' } }])
    expect([failed, faults, usage, address].map(({ stdout }) => stdout).join('')).toBe('')
  })

  it('says on a signal that the job stops, and at the end how it stopped', async () => {
    const cwd = folder({ 'job.yaml': job })
    const running = start(cwd, ['run', 'job.yaml', '--admin', ':0', ...json])
    const url = await addressOf(running)
    await expect.poll(() => statusOf(`${url}/ready`)).toBe(200)
    running.kill('SIGTERM')

    const { code, stderr } = await running.ended
    const lines = linesOf(stderr)

    expect(code).toBe(0)
    expect(lines[0]?.message).toBe(`health and metrics at ${url}`)
    expect(lines.at(-1)).toMatchObject({ message: 'stopped', fields: { state: 'stopped' } })
  })
})
