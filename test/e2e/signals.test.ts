import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { folder, type Running, start, startProcess } from './command.ts'

const never = `import { defineSink } from '@millrace/sdk'
import { z } from 'zod'
export default defineSink({
  name: 'never',
  summary: 'Takes a batch and never says that it has it.',
  parameters: z.object({}),
  guarantee: 'None.',
  create: () => ({
    write() {
      process.stderr.write('it hangs\\n')
      return new Promise(() => {})
    },
    abort: () => new Promise(() => {}),
  }),
})
`
const hangingSink = `pipeline:
  name: hangs
  checkpoint: off
  source: { generate: { rate: 1000, seed: 1 } }
  sinks:
    stuck: { module: ./never.mjs, from: source }
    fine: { file: out.jsonl, from: source }
`
const hangingStage = `pipeline:
  name: hangs
  checkpoint: off
  source: { generate: { rate: 1000, seed: 1 } }
  stages:
    - { module: ./hang.mjs, timeout: 10m }
  sink: { file: out.jsonl }
`
const hanging = (job: string): string =>
  folder({
    'job.yaml': job,
    'never.mjs': never,
    'hang.mjs': `export default async function hang() {
  process.stderr.write('it hangs\\n')
  await new Promise(() => {})
}
`,
  })
const left = (cwd: string): string[] =>
  readdirSync(cwd).filter((name) => name.includes('out.jsonl'))

describe('a second signal', () => {
  it.each([
    ['a sink that hangs', hangingSink, 'SIGINT', 'SIGINT'],
    ['a sink that hangs', hangingSink, 'SIGTERM', 'SIGTERM'],
    ['a stage that hangs', hangingStage, 'SIGINT', 'SIGINT'],
    ['a stage that hangs', hangingStage, 'SIGINT', 'SIGTERM'],
  ] as const)('ends %s at once with 130 and leaves nothing', async (_, job, first, second) => {
    const cwd = hanging(job)
    const running = start(cwd, ['run', 'job.yaml'])
    await running.seen('it hangs')
    running.kill(first)
    await running.seen('once more ends at once')
    const before = performance.now()
    running.kill(second)

    const ended = await running.ended

    expect(ended.code, ended.stderr).toBe(130)
    expect(performance.now() - before).toBeLessThan(2000)
    expect(left(cwd)).toEqual([])
  })
})

it('leaves nothing under the final name when it is killed', async () => {
  const cwd = folder({
    'job.yaml': `pipeline:
  source: { generate: { rate: 100000, seed: 1 } }
  sink: { file: out.jsonl }
`,
    'out.jsonl': '{"old":true}\n',
  })
  const running = start(cwd, ['run', 'job.yaml'])
  await running.seen('reading')
  // The first bytes are on the disk, under a name that no pattern such as *.jsonl finds.
  const unfinished = /\.(?:partial|pending)$/u
  await expect.poll(() => readdirSync(cwd).some((name) => unfinished.test(name))).toBe(true)
  running.kill('SIGKILL')

  const ended = await running.ended

  expect(ended.signal).toBe('SIGKILL')
  expect(readFileSync(join(cwd, 'out.jsonl'), 'utf8')).toBe('{"old":true}\n')
})

const reading = `pipeline:
  name: pipe
  source: { file: { path: '-', format: jsonl } }
  sink: { file: out.jsonl }
`
const records = '{"n":1}\n{"n":2}\n'
const entry = 'packages/millrace/bin/millrace.js'
const isGone = (cwd: string): boolean => {
  const pid = Number(readFileSync(join(cwd, 'pid'), 'utf8'))
  try {
    process.kill(pid, 0)
    return false
  } catch {
    return true
  }
}

/** Starts the job through another program; its own process writes down its number. */
function through(program: string, args: readonly string[], runIn?: string) {
  const cwd = folder({ 'job.yaml': reading, 'in.jsonl': records })
  const preload = join(cwd, 'pid.cjs')
  writeFileSync(
    preload,
    `if (process.argv[1]?.endsWith('millrace.js')) require('node:fs').writeFileSync(${JSON.stringify(join(cwd, 'pid'))}, String(process.pid))\n`,
  )
  const job = join(cwd, 'job.yaml')
  const running = startProcess(program, [...args, 'run', job], {
    cwd: runIn ?? cwd,
    env: { NODE_OPTIONS: `--require ${preload}` },
    detached: true,
  })
  return { cwd, running }
}

/** How the job ended once it was told to. */
async function ending(running: Running, cwd: string, send: () => void): Promise<unknown> {
  await running.seen('reading')
  running.write(records)
  await expect.poll(() => existsSync(join(cwd, 'pid'))).toBe(true)
  send()
  const { code, stderr } = await running.ended
  await expect.poll(() => isGone(cwd)).toBe(true)
  const output = readFileSync(join(cwd, 'out.jsonl'), 'utf8')
  return { code, isWhole: ['', records].includes(output), stderr }
}

const inGoodOrder = { code: 0, isWhole: true }

describe('through the launcher', () => {
  const launch = (): ReturnType<typeof through> =>
    through(process.execPath, [resolve('scripts/launch.cjs'), entry])

  it('finishes what was read on Ctrl-C, which a terminal sends to launcher and job', async () => {
    const { cwd, running } = launch()

    expect(await ending(running, cwd, () => running.killGroup('SIGINT'))).toMatchObject(inGoodOrder)
  })

  it.each(['SIGINT', 'SIGTERM'] as const)('passes %s on and leaves no orphan', async (signal) => {
    const { cwd, running } = launch()

    expect(await ending(running, cwd, () => running.kill(signal))).toMatchObject(inGoodOrder)
  })

  it('passes the exit code on', async () => {
    const run = (job: string): Running =>
      startProcess(process.execPath, [resolve('scripts/launch.cjs'), entry, 'run', job], {
        cwd: folder({ 'bad.yaml': 'pipeline: 3\n', 'fails.yaml': reading.replace("'-'", 'no') }),
      })

    expect((await run('bad.yaml').ended).code).toBe(2)
    expect((await run('fails.yaml').ended).code).toBe(1)
  })

  it('ends a job whose code never gives the thread back at the second signal', async () => {
    const spin = `export default function spin(record: { readonly id: number }): unknown {
  process.stderr.write('it spins\\n')
  while (record.id >= 0) {}
  return record
}
`
    const job = `pipeline:
  source: { file: in.jsonl }
  stages: [{ module: ./spin.ts }]
  sink: { file: out.jsonl }
`
    const cwd = folder({ 'in.jsonl': '{"id":1}\n', 'spin.ts': spin, 'job.yaml': job })
    const args = [resolve('scripts/launch.cjs'), entry, 'run', 'job.yaml']
    const running = startProcess(process.execPath, args, { cwd, detached: true })
    await running.seen('it spins')
    running.killGroup('SIGINT')
    running.killGroup('SIGTERM')

    const { code, stderr } = await running.ended

    expect(code).toBe(130)
    expect(stderr).toContain('launch: killed after a second signal that it could not hear\n')
    expect(existsSync(join(cwd, 'out.jsonl'))).toBe(false)
  })

  it('ends a job that hangs at the second signal', async () => {
    const cwd = hanging(hangingSink)
    const args = [resolve('scripts/launch.cjs'), entry, 'run', 'job.yaml']
    const running = startProcess(process.execPath, args, { cwd, detached: true })
    await running.seen('it hangs')
    running.killGroup('SIGINT')
    await running.seen('once more ends at once')
    running.killGroup('SIGINT')

    expect((await running.ended).code).toBe(130)
    expect(left(cwd)).toEqual([])
  })
})

const hasPnpm = (process.env['PATH'] ?? '')
  .split(':')
  .some((path) => existsSync(join(path, 'pnpm')))

describe.skipIf(!hasPnpm)('through pnpm', () => {
  // pnpm itself ends of the signal, whatever its child says.
  it('finishes what was read on SIGTERM to pnpm alone, and leaves no orphan', async () => {
    const { cwd, running } = through('pnpm', ['-s', 'millrace'], resolve('.'))

    expect(await ending(running, cwd, () => running.kill('SIGTERM'))).toMatchObject({
      ...inGoodOrder,
      code: null,
    })
  })

  it('finishes what was read on Ctrl-C and ends with 0', async () => {
    const { cwd, running } = through('pnpm', ['-s', 'millrace'], resolve('.'))

    expect(await ending(running, cwd, () => running.killGroup('SIGINT'))).toMatchObject(inGoodOrder)
  })
})
