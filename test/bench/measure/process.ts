// Whole processes, from their start until they are gone.
import { spawn, spawnSync } from 'node:child_process'
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

export interface Command {
  readonly program: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Where its standard output goes; default: nowhere. */
  readonly stdout?: string
}

/** What one run took; NaN where this machine cannot say. */
export interface Cost {
  readonly seconds: number
  /** User and system, of all its threads and processes. */
  readonly cpuSeconds: number
  /** Peak resident set; only processes of Node tell. */
  readonly megabytes: number
  readonly instructions: number
}

const scratch = join(tmpdir(), `millrace-bench-${process.pid}`)
const preload = pathToFileURL(join(import.meta.dirname, '../report-rss.mjs')).href
const hasShell = process.platform !== 'win32'
let countsInstructions: boolean | undefined

/** Asks perf once whether it can count. */
function perfCounts(): boolean {
  countsInstructions ??= Number.isFinite(instructionsIn(statistics(process.execPath, ['-e', '0'])))
  return countsInstructions
}

const perfArgs = ['stat', '-x', ',', '-e', 'instructions:u']
const statistics = (program: string, args: readonly string[]): string =>
  spawnSync('perf', [...perfArgs, '--', program, ...args], { encoding: 'utf8' }).stderr ?? ''
const instructionsIn = (text: string): number =>
  Number(/^(\d+),[^\n]*instructions/m.exec(text)?.[1] ?? Number.NaN)

/** What `times` of the shell says of its children: minutes and seconds of user and of system. */
function cpuIn(text: string): number {
  const children = /^\S+ \S+\n(\d+)m([\d.]+)s (\d+)m([\d.]+)s/m.exec(text)
  if (children === null) return Number.NaN
  const [userMinutes = 0, user = 0, systemMinutes = 0, system = 0] = children.slice(1).map(Number)
  return Number(((userMinutes + systemMinutes) * 60 + user + system).toFixed(3))
}

/** A process was ended because it took too long. */
export class TookTooLong extends Error {}

/** Runs a process to its end; throws where it fails, and `TookTooLong` behind `limitSeconds`. */
export async function measure(command: Command, limitSeconds = 600): Promise<Cost> {
  const rss = `${scratch}.rss`
  const perf = `${scratch}.perf`
  const counts = perfCounts()
  const isNode = command.program === process.execPath
  const own = [
    ...(counts ? ['perf', ...perfArgs, '-o', perf, '--'] : []),
    command.program,
    ...(isNode ? ['--import', preload] : []),
    ...command.args,
  ]
  // The shell adds up the processor time of what it waited for.
  const argv = hasShell
    ? ['sh', '-c', '"$@" 3>&-; code=$?; times >&3; exit "$code"', 'sh', ...own]
    : own
  const out = command.stdout === undefined ? 'ignore' : openSync(command.stdout, 'w')
  const started = performance.now()
  const child = spawn(argv[0] ?? '', argv.slice(1), {
    env: { ...process.env, ...command.env, BENCH_RSS: rss },
    stdio: ['ignore', out, 'pipe', 'pipe'],
    detached: true,
  })
  const texts = ['', '']
  const pipes = [child.stderr, child.stdio[3]]
  for (const [index, pipe] of pipes.entries()) {
    pipe?.on('data', (chunk: unknown) => {
      texts[index] = `${texts[index] ?? ''}${String(chunk)}`
    })
  }
  const stop = (): void => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL')
  }
  const limit = setTimeout(stop, limitSeconds * 1000)
  process.once('exit', stop)
  const { code, seconds } = await new Promise<{ code: number | null; seconds: number }>(
    (resolve, reject) => {
      let ended = Number.NaN
      child.once('exit', () => {
        ended = performance.now()
      })
      child.once('error', reject)
      child.once('close', (code) => resolve({ code, seconds: (ended - started) / 1000 }))
    },
  )
  clearTimeout(limit)
  process.off('exit', stop)
  if (typeof out === 'number') closeSync(out)
  const [stderr = '', times = ''] = texts
  if (code === null && seconds >= limitSeconds) {
    throw new TookTooLong(`it took longer than ${limitSeconds} s`)
  }
  if (code !== 0) {
    throw new Error(`${own.join(' ')}\nended with ${code ?? 'a signal'}\n${stderr.trim()}`)
  }
  const cost = {
    seconds,
    cpuSeconds: cpuIn(times),
    megabytes: isNode ? Number(readFileSync(rss, 'utf8')) / 1024 : Number.NaN,
    instructions: counts ? instructionsIn(readFileSync(perf, 'utf8')) : Number.NaN,
  }
  for (const path of [rss, perf]) rmSync(path, { force: true })
  return cost
}
