import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { folder, startProcess } from './command.ts'

const node = process.execPath
const bin = resolve('packages/millrace/bin/millrace.js')
const count = 3000
const limit = 16_384
const tool = 'prlimit'
const hasTool = ((): boolean => {
  try {
    execFileSync(tool, ['--version'])
    return true
  } catch {
    return false
  }
})()

const files = (mode: string): Record<string, string> => ({
  'job.yaml': `pipeline:
  name: orders
  source: { file: in.jsonl }
  sink:
    file: { path: out.jsonl, mode: ${mode} }
    restart: { backoff: 20ms }
  restart: { intensity: 1000000, period: 1h }
`,
  'in.jsonl': Array.from({ length: count }, (_, n) => `{"n":${n}}\n`).join(''),
})

/** Runs the job with a limit on the size of its files, which is lifted once `full` holds. */
async function runFull(cwd: string, full: () => boolean) {
  const limited = `exec ${tool} --fsize=${limit}:unlimited "$0" "$@"`
  const args = ['-c', limited, node, bin, 'run', 'job.yaml']
  const running = startProcess('sh', args, { cwd, detached: true })
  const process = { isOver: false }
  void running.ended.finally(() => {
    process.isOver = true
  })
  while (!process.isOver && !full()) await new Promise((wake) => setTimeout(wake, 20))
  // Long enough for some tries in vain.
  await new Promise((wake) => setTimeout(wake, 300))
  if (!process.isOver) execFileSync(tool, [`--pid=${running.pid}`, '--fsize=unlimited:unlimited'])
  return running.ended
}

it.runIf(hasTool)(
  'an appending sink goes on when there is room again: nothing is lost, and lines are whole',
  async () => {
    const cwd = folder(files('append'))
    const out = join(cwd, 'out.jsonl')
    const full = (): boolean => existsSync(out) && statSync(out).size > limit / 2

    const { code, stdout, stderr } = await runFull(cwd, full)

    expect(code, stderr).toBe(0)
    const lines = readFileSync(out, 'utf8').trimEnd().split('\n')
    const numbers = lines.map((line) => (JSON.parse(line) as { readonly n: number }).n)
    expect([...new Set(numbers)]).toEqual(Array.from({ length: count }, (_, n) => n))
    expect(stdout).toMatch(/\d+ restarts?\n/)
    expect(stdout).toContain('counts add up: each of the 3,000 records read')
  },
)

it.runIf(hasTool)(
  'a replacing sink ends the job, and says so: its half is lost with it',
  async () => {
    const cwd = folder(files('replace'))

    const { code, stderr } = await runFull(cwd, () => false)

    expect(code).toBe(1)
    expect(stderr).toMatch(/error\[FILE_IO\]: Could not write ".*out\.jsonl": EFBIG/)
    expect(existsSync(join(cwd, 'out.jsonl'))).toBe(false)
  },
)
