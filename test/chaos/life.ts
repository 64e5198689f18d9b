import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Ended, type Running, startProcess } from '../e2e/command.ts'
import type { WatchPlan } from './aim.ts'
import type { Fate, Instant, Turn } from './fate.ts'
import { phaseOf, type Phase, readSteps, type Step } from './steps.ts'

const watcher = resolve('test/chaos/watch-disk.ts')

/** How a process lived and how it ended. */
export interface Life {
  /** Which it was of several that lived at the same time. */
  readonly name?: string | undefined
  readonly turn: Turn
  /** How long it lived, and how long until it began to work, ms. */
  readonly aliveMs: number
  readonly startMs: number | undefined
  readonly ended: Ended
  readonly end: 'killed' | 'done' | 'failed'
  /** What it was doing when it was killed. */
  readonly phase: Phase | undefined
  readonly steps: readonly Step[]
  /** Number of the last checkpoint before and after. */
  readonly checkpointBefore: number
  readonly checkpointAfter: number
}

/** How a process is to live. */
export interface LifeOptions {
  readonly name?: string | undefined
  readonly folder: string
  /** What Node is to run: a file and what it gets. */
  readonly program: readonly string[]
  /** What a process that is killed while it works was doing, where it is no job. */
  readonly working?: Phase | undefined
  /** The state of the job in the folder. Default: state. */
  readonly state?: string | undefined
  readonly trace: string
  readonly turn: Turn
  readonly databases: boolean
  /** Writes to its standard input and ends that. Default: there is none. */
  readonly feed?: (running: Running) => Promise<void>
  /** What happens at a moment of its work. Called when it has begun, and waited for. */
  readonly meanwhile?: ((delay: (at: Instant) => Promise<void>) => Promise<void>) | undefined
  /** How long an undisturbed run needs to begin, and to work, ms. */
  readonly usual: { readonly startMs: number; readonly workMs: number }
}

/** Ends everything that takes so long, ms: no run needs a tenth of it. */
const HANGS_MS = 300_000

/** How a job is run; `more`: what else the command is told. */
export const jobProgram = (
  command: string,
  { settings }: Turn,
  { jobFile = 'job.yaml', more = [], verb = 'run' }: ProgramOptions = {},
): readonly string[] => [
  command,
  verb,
  jobFile,
  '--json',
  ...more,
  ...settings.flatMap((one) => ['--set', one]),
]

interface ProgramOptions {
  readonly jobFile?: string
  readonly more?: readonly string[] | undefined
  readonly verb?: 'run' | 'upgrade' | undefined
}

/** Runs a program in a folder until it ends, however that comes. */
export async function live(options: LifeOptions): Promise<Life> {
  const { databases, folder, name, program, trace, turn, working } = options
  const { fate } = turn
  const stateFolder = options.state ?? 'state'
  const checkpointBefore = lastCheckpoint(folder, stateFolder)
  const aim = fate.kind === 'kill' ? fate.aim : undefined
  const plan: WatchPlan = { trace, aim, databases }
  const began = performance.now()
  const passed = (): number => performance.now() - began
  const running = startProcess(process.execPath, ['--import', watcher, ...program], {
    cwd: folder,
    env: { MILLRACE_CHAOS: JSON.stringify(plan) },
  })
  if (options.feed === undefined) running.closeInput()
  else void options.feed(running)
  const state = { startMs: undefined as number | undefined, isOver: false }
  const begun = running.seen(': reading ').then(
    () => void (state.startMs = passed()),
    () => undefined,
  )
  const guard = setTimeout(() => running.kill('SIGKILL'), HANGS_MS)
  const ending = running.ended.finally(() => (state.isOver = true))
  if (fate.kind !== 'end') void strike(running, { ...options, fate, begun, state })
  const meanwhile = begun.then(() => {
    const { meanwhile: act, usual } = options
    return state.startMs === undefined ? undefined : act?.((at) => delay(delayOf(at, usual)))
  })
  const ended = await ending
  clearTimeout(guard)
  const steps = readSteps(textOf(trace).replaceAll(`\t${stateFolder}`, '\tstate'))
  const aliveMs = passed()
  const hung = aliveMs >= HANGS_MS
  await meanwhile
  // Who is told to stop before it listens, or never listens, ends at once.
  const isDeaf = state.startMs === undefined || working !== undefined
  const isEarly = ended.signal === 'SIGINT' && isDeaf
  const isKilled = (ended.signal === 'SIGKILL' || isEarly) && fate.kind !== 'end' && !hung
  const phase = (): Phase =>
    working === undefined
      ? phaseOf(steps, checkpointBefore > 0)
      : state.startMs === undefined
        ? 'start-up'
        : working
  return {
    name,
    turn,
    aliveMs,
    startMs: state.startMs,
    ended: hung
      ? { ...ended, stderr: `${ended.stderr}\nIt hung, and was killed for that.` }
      : ended,
    end: isKilled ? 'killed' : ended.code === 0 ? 'done' : 'failed',
    phase: isKilled ? phase() : undefined,
    steps,
    checkpointBefore,
    checkpointAfter: lastCheckpoint(folder, stateFolder),
  }
}

/** What a command prints, with `input` on its standard input. Throws where it fails. */
export async function commandOutput(
  command: string,
  cwd: string,
  args: readonly string[],
  input = '',
): Promise<string> {
  const running = startProcess(process.execPath, [command, ...args], { cwd })
  running.write(input)
  running.closeInput()
  const { code, stderr, stdout } = await running.ended
  if (code !== 0) throw new Error(`millrace ${args.join(' ')} ended with ${code}: ${stderr}`)
  return stdout
}

/** Does to a process what is its fate, when its moment has come. */
async function strike(
  running: Running,
  options: Pick<LifeOptions, 'usual'> & {
    readonly fate: Exclude<Fate, { kind: 'end' }>
    readonly begun: Promise<undefined>
    readonly state: { readonly isOver: boolean }
  },
): Promise<void> {
  const { begun, fate, state, usual } = options
  if (fate.at.part === 'work') await begun
  await delay(delayOf(fate.at, usual))
  if (state.isOver) return
  if (fate.kind === 'kill') return running.kill('SIGKILL')
  running.kill('SIGINT')
  if (fate.killAfterMs === undefined) return
  await delay(fate.killAfterMs)
  if (!state.isOver) running.kill('SIGKILL')
}

function delayOf({ part, share }: Instant, usual: LifeOptions['usual']): number {
  return share * (part === 'start' ? usual.startMs : usual.workMs)
}

const delay = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms))

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** Number of the last checkpoint in the state of a job; 0: there is none. */
export function lastCheckpoint(folder: string, state = 'state'): number {
  try {
    const names = readdirSync(join(folder, state))
    return Math.max(0, ...names.map((name) => Number(/^checkpoint-(\d+)$/.exec(name)?.[1] ?? 0)))
  } catch {
    return 0
  }
}
