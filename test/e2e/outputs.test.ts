import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Ended, folder, run, startProcess } from './command.ts'

const bin = resolve('packages/millrace/bin/millrace.js')
const job = (sink: string, count = 20_000): string =>
  `pipeline:\n  source: { generate: { count: ${count}, seed: 1 } }\n  sink: { file: ${sink} }\n`
const lines = (path: string): unknown[] =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)
/** Files of the folder but those the test put there. */
const made = (cwd: string): string[] =>
  readdirSync(cwd).filter((name) => !['job.yaml', 'node_modules'].includes(name))

/** Runs the command in a shell with something set up before it. */
function inShell(cwd: string, before: string, args: string): Promise<Ended> {
  const script = `${before}; exec "$NODE" "$BIN" ${args}`
  return startProcess('bash', ['-c', script], { cwd, env: { NODE: process.execPath, BIN: bin } })
    .ended
}

describe('two jobs at once', () => {
  it('with the same output: the one that ends last has it, whole', async () => {
    const cwd = folder({ 'a.yaml': job('out.jsonl', 30_000), 'b.yaml': job('out.jsonl', 20_000) })

    const both = await Promise.all([run(cwd, ['run', 'a.yaml']), run(cwd, ['run', 'b.yaml'])])

    expect(both.map(({ code }) => code)).toEqual([0, 0])
    expect([30_000, 20_000]).toContain(lines(join(cwd, 'out.jsonl')).length)
    expect(readdirSync(cwd).filter((name) => name.includes('partial'))).toEqual([])
  })

  it('with the same output and mode fail: one has it, the other says so and ends with 1', async () => {
    const text = job('{ path: out.jsonl, mode: fail }')
    const cwd = folder({ 'job.yaml': text })

    const both = await Promise.all([run(cwd, ['run', 'job.yaml']), run(cwd, ['run', 'job.yaml'])])

    const codes = both.map(({ code }) => code)
    expect(codes.toSorted((a, b) => Number(a) - Number(b))).toEqual([0, 1])
    expect(both.map(({ stderr }) => stderr).join('')).toContain('error[FILE_EXISTS]')
    expect(lines(join(cwd, 'out.jsonl'))).toHaveLength(20_000)
    expect(made(cwd)).toEqual(['out.jsonl'])
  })

  it('appending to the same file: every line of both is there, and whole', async () => {
    const cwd = folder({ 'job.yaml': job('{ path: out.jsonl, mode: append }') })

    const both = await Promise.all([run(cwd, ['run', 'job.yaml']), run(cwd, ['run', 'job.yaml'])])

    expect(both.map(({ code }) => code)).toEqual([0, 0])
    expect(lines(join(cwd, 'out.jsonl'))).toHaveLength(40_000)
  })

  it('with outputs of their own do not disturb each other', async () => {
    const cwd = folder({ 'job.yaml': job('out.jsonl') })

    const both = await Promise.all(
      ['a.jsonl', 'b.jsonl'].map((name) => run(cwd, ['run', 'job.yaml', '-o', name])),
    )

    expect(both.map(({ code }) => code)).toEqual([0, 0])
    expect(readFileSync(join(cwd, 'a.jsonl'), 'utf8')).toBe(
      readFileSync(join(cwd, 'b.jsonl'), 'utf8'),
    )
  })
})

describe.skipIf(!existsSync('/dev/full'))('a disk that is full', () => {
  it('ends the job with 1 and its code, whoever fills it', async () => {
    const file = folder({ 'job.yaml': job('{ path: /dev/full, format: jsonl }') })
    const pipe = folder({ 'job.yaml': job('{ path: "-", format: jsonl }') })

    const first = await run(file, ['run', 'job.yaml'])
    const second = await inShell(pipe, ':', 'run job.yaml >/dev/full')

    expect([first.code, second.code]).toEqual([1, 1])
    expect(first.stderr).toContain('error[FILE_DISK_FULL]: No space left for "/dev/full".')
    expect(first.stderr).toContain('job.yaml:3:')
    expect(second.stderr).toContain('error[FILE_DISK_FULL]: No space left for "standard output".')
    expect(second.stderr).not.toMatch(/^\s+at .*:\d+:\d+\)/m)
  })

  it('is an error too where only the summary goes there', async () => {
    const cwd = folder({ 'job.yaml': job('out.jsonl', 10) })

    const ended = await inShell(cwd, ':', 'run job.yaml >/dev/full')

    expect(ended.code).toBe(1)
    expect(ended.stderr).toContain('error[CLI_OUTPUT]')
    expect(lines(join(cwd, 'out.jsonl'))).toHaveLength(10)

    const logged = await inShell(cwd, ':', 'run job.yaml --json --log-format json >/dev/full')

    expect(logged.code).toBe(1)
    expect(JSON.parse(logged.stderr.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
      level: 'error',
      fields: { code: 'CLI_OUTPUT' },
    })
  })

  it('is no matter where only progress and logs go there', async () => {
    const cwd = folder({ 'job.yaml': job('out.jsonl') })

    const ended = await inShell(cwd, ':', 'run job.yaml --log-level debug 2>/dev/full')

    expect(ended.code).toBe(0)
    expect(ended.stdout).toContain('counts add up')
    expect(lines(join(cwd, 'out.jsonl'))).toHaveLength(20_000)
  })

  it('leaves the old file and nothing half-written', async () => {
    const cwd = folder({ 'job.yaml': job('out.jsonl'), 'out.jsonl': '{"old":true}\n' })

    // A limit of 200 kB for a file stands for the disk.
    const ended = await inShell(cwd, 'trap "" XFSZ; ulimit -f 200', 'run job.yaml')

    expect(ended.code, ended.stderr).toBe(1)
    expect(ended.stderr).toContain('error[FILE_IO]')
    expect(ended.stderr).toContain('file too large')
    expect(lines(join(cwd, 'out.jsonl'))).toEqual([{ old: true }])
    expect(made(cwd)).toEqual(['out.jsonl'])
  })

  it('cuts a file that is appended to back to whole lines', async () => {
    const cwd = folder({
      'job.yaml': job('{ path: out.jsonl, mode: append }'),
      'out.jsonl': '{"old":true}\n',
    })

    const ended = await inShell(cwd, 'trap "" XFSZ; ulimit -f 200', 'run job.yaml')

    expect(ended.code, ended.stderr).toBe(1)
    expect(lines(join(cwd, 'out.jsonl'))[0]).toEqual({ old: true })
  })
})

describe('an output that cannot be written', () => {
  it('makes folders that are missing', async () => {
    const cwd = folder({ 'job.yaml': job('a/b/out.jsonl', 3) })

    const ended = await run(cwd, ['run', 'job.yaml'])

    expect(ended.code, ended.stderr).toBe(0)
    expect(lines(join(cwd, 'a/b/out.jsonl'))).toHaveLength(3)
  })

  it('names a folder in its place and a file in the way', async () => {
    const cwd = folder({ 'job.yaml': job('out.jsonl', 3), file: 'x' })
    mkdirSync(join(cwd, 'out.jsonl'))

    const onFolder = await run(cwd, ['run', 'job.yaml'])
    const belowFile = await run(cwd, ['run', 'job.yaml', '-o', 'file/out.jsonl'])

    expect([onFolder.code, belowFile.code]).toEqual([1, 1])
    expect(onFolder.stderr).toContain('error[FILE_IS_FOLDER]')
    expect(onFolder.stderr).toContain('job.yaml:3:')
    expect(belowFile.stderr).toContain('error[FILE_NOT_FOLDER]')
    expect(belowFile.stderr).toContain('--output')
  })

  it.skipIf(!existsSync('/proc'))('says that a folder holds no files of ours', async () => {
    const cwd = folder({ 'job.yaml': job('/proc/out.jsonl', 3) })

    const ended = await run(cwd, ['run', 'job.yaml'])

    expect(ended.code).toBe(1)
    expect(ended.stderr).toContain('error[FILE_NO_FOLDER]: The folder "/proc" takes no new file.')
    expect(ended.stderr).toContain('job.yaml:3:')
  })

  // Permissions do not bind root.
  it.skipIf(process.getuid?.() === 0)('says that a folder takes no files', async () => {
    const cwd = folder({ 'job.yaml': job('closed/out.jsonl', 3) })
    mkdirSync(join(cwd, 'closed'), { mode: 0o555 })

    const ended = await run(cwd, ['run', 'job.yaml'])

    expect(ended.code).toBe(1)
    expect(ended.stderr).toContain('error[FILE_NO_ACCESS]: No permission to write')
    expect(ended.stderr).toContain('job.yaml:3:')
  })

  it('is not begun when the input is not there', async () => {
    const text = 'pipeline:\n  source: { file: inn.jsonl }\n  sink: { file: out.jsonl }\n'
    const cwd = folder({ 'job.yaml': text })
    writeFileSync(join(cwd, 'in.jsonl'), '{"n":1}\n')

    const ended = await run(cwd, ['run', 'job.yaml'])

    expect(ended.code).toBe(1)
    expect(ended.stderr).toContain('job.yaml:2:19')
    expect(ended.stderr).toContain('Did you mean "in.jsonl"?')
    expect(made(cwd)).toEqual(['in.jsonl'])
  })
})
