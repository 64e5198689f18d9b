import {
  cpSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { startProcess } from '../e2e/command.ts'
import { drawCapacity, drawEveryMs, drawTurn, quietTurn, type Turn, type Upgrade } from './fate.ts'
import {
  commandOutput,
  jobProgram,
  lastCheckpoint,
  type Life,
  type LifeOptions,
  live,
} from './life.ts'
import { firstDifference, type Outcome, outcomeOf } from './outcome.ts'
import type { DrawnJob, Scenario, WorldEnd, WorldOptions } from './scenario.ts'

/** Runs a job of a scenario once undisturbed and once disturbed, and compares what they leave. */
export function runJob(scenario: Scenario, options: WorldOptions): Promise<WorldEnd> {
  const { draw, fates, folder, size } = options
  const job = scenario.job(draw, size)
  const settings = [
    `name: chaos`,
    `mailbox: { capacity: ${drawCapacity(draw)} }`,
    job.pipeline.trim(),
  ].join('\n')
  const everyMs = drawEveryMs(draw)
  const length = fates ?? draw.number(3, 14)
  const turns = Array.from({ length }, () => drawTurn(draw, scenario.shares))
  const jobFile = jobText(settings, `{ every: ${everyMs}ms, dir: state }`)
  makeInputs(folder, job)
  const isKept = draw.chance(0.5)
  makeFolder(folder, 'quiet', jobText(settings, isKept ? '{ every: 10m, dir: state }' : 'off'), job)
  makeFolder(folder, 'disturbed', jobFile, job)
  return new JobRun(options, { scenario, jobFile, job, isKept }).run(turns)
}

const jobText = (settings: string, checkpoint: string): string =>
  [
    'pipeline:',
    ...`checkpoint: ${checkpoint}\n${settings}`.split('\n').map((line) => `  ${line}`),
    '',
  ].join('\n')

function makeInputs(folder: string, { inputs }: DrawnJob): void {
  for (const [name, content] of Object.entries(inputs)) {
    writeFileSync(join(folder, 'input', name), content)
  }
}

function makeFolder(folder: string, name: string, jobFile: string, { before }: DrawnJob): void {
  const path = join(folder, name)
  for (const part of ['out', 'input']) mkdirSync(join(path, part), { recursive: true })
  for (const file of readdirSync(join(folder, 'input'))) {
    linkSync(join(folder, 'input', file), join(path, 'input', file))
  }
  writeFileSync(join(path, 'job.yaml'), jobFile)
  for (const [file, text] of Object.entries(before ?? {})) {
    writeFileSync(join(path, 'out', file), text)
  }
}

/** What is run. */
interface JobParts {
  readonly scenario: Scenario
  readonly jobFile: string
  readonly job: DrawnJob
  /** The undisturbed run keeps its state, too. */
  readonly isKept: boolean
}

/** What is said to a process, and what happens while it lives. */
interface Around {
  readonly more?: readonly string[]
  readonly verb?: 'upgrade'
  readonly meanwhile?: LifeOptions['meanwhile']
}

class JobRun {
  readonly #folder: string
  readonly #parts: JobParts
  readonly #command: string
  readonly #lives: Life[] = []
  #usual = { startMs: 2000, workMs: 2000 }
  #traces = 0
  /** After so many lives each. */
  readonly #snapshots: number[] = []
  /** The folder of the disturbed job, which may get other names. */
  #place = 'disturbed'
  #savepoints = 0
  #wentBack = false

  constructor({ command, folder }: WorldOptions, parts: JobParts) {
    this.#folder = folder
    this.#command = command
    this.#parts = parts
  }

  /** A command that fails where it must not is a fault like any other. */
  async run(turns: readonly Turn[]): Promise<WorldEnd> {
    try {
      return await this.#run(turns)
    } catch (error) {
      return this.#result(String(error))
    }
  }

  async #run(turns: readonly Turn[]): Promise<WorldEnd> {
    await this.#prepare()
    const quiet = await this.#live('quiet', quietTurn)
    if (quiet.end !== 'done') return this.#result(`The undisturbed run failed.\n${said(quiet)}`)
    const startMs = quiet.startMs ?? quiet.aliveMs
    this.#usual = { startMs, workMs: quiet.aliveMs - startMs }
    const wanted = await this.#outcome('quiet', quiet)
    this.#snapshot()
    let last: Life | undefined
    for (const turn of turns) {
      last = await this.#disturbed(turn)
      this.#snapshot()
      if (last.end === 'failed') return this.#result(failureOf(last))
      if (isComplete(last)) break
    }
    if (last === undefined || !isComplete(last)) {
      last = await this.#disturbed(quietTurn)
      if (last.end === 'failed') return this.#result(failureOf(last))
    }
    const difference =
      firstDifference(await this.#outcome(this.#place, last), wanted) ?? this.#unsettled()
    if (difference === undefined) return this.#again(wanted)
    return this.#result(difference, await this.#suspect(wanted))
  }

  #result(broken?: string, suspect?: string): WorldEnd {
    return { broken, suspect, lives: this.#lives, jobFile: this.#parts.jobFile }
  }

  /** What could be seen between two lives and is another now. */
  #unsettled(): string | undefined {
    const { settled } = this.#parts.scenario
    // Who goes back to a savepoint takes back what was seen.
    if (settled === undefined || this.#wentBack) return undefined
    const out = join(this.#folder, this.#place, 'out')
    for (const count of this.#snapshots) {
      const seen = join(this.#folder, 'snapshots', `${count}`, 'out')
      for (const name of readdirSync(seen).filter((name) => settled.test(name))) {
        const isSame =
          existsSync(join(out, name)) &&
          readFileSync(join(out, name)).equals(readFileSync(join(seen, name)))
        if (!isSame) return `${name} was there after ${count} lives, and is another now.`
      }
    }
    return undefined
  }

  /** A job that is done stays as it is. */
  async #again(wanted: Outcome): Promise<WorldEnd> {
    if (this.#lives.length % 4 !== 0) return this.#result()
    const again = await this.#live(this.#place, quietTurn)
    if (again.end !== 'done') return this.#result(failureOf(again))
    const difference = firstDifference(await this.#outcome(this.#place, again), wanted)
    return this.#result(
      difference === undefined ? undefined : `Started again when it was done:\n${difference}`,
    )
  }

  /** The first life after which going on in peace does not give what is wanted. */
  async #suspect(wanted: Outcome): Promise<string | undefined> {
    for (const count of this.#snapshots) {
      const name = `from-${count}`
      makeFolder(this.#folder, name, this.#parts.jobFile, { ...this.#parts.job, before: {} })
      for (const part of ['state', 'out'])
        this.#copy(join('snapshots', `${count}`, part), join(name, part))
      const life = await this.#live(name, quietTurn)
      const difference =
        life.end === 'done'
          ? firstDifference(await this.#outcome(name, life), wanted)
          : failureOf(life)
      if (difference === undefined) continue
      return `Going on in peace from after ${count} lives (${name}) is wrong already:\n${difference}`
    }
    return 'Going on in peace from after any of its lives is right; the last one must have done it.'
  }

  #snapshot(): void {
    this.#snapshots.push(this.#lives.length)
    for (const part of ['state', 'out']) {
      this.#copy(join(this.#place, part), join('snapshots', `${this.#lives.length}`, part))
    }
  }

  #copy(from: string, to: string): void {
    const source = join(this.#folder, from)
    // A socket of a process that is gone is no file.
    const filter = (path: string): boolean => !lstatSync(path).isSocket()
    try {
      cpSync(source, join(this.#folder, to), { recursive: true, filter })
    } catch (error) {
      if ((error as { readonly code?: unknown }).code !== 'ENOENT') throw error
    }
  }

  /** A life with all that happens around it: the last of its processes. */
  async #disturbed(turn: Turn): Promise<Life> {
    if (turn.moves === 'state') await this.#moveState()
    if (turn.moves === 'folder') this.#moveFolder()
    const { saves, upgrade } = turn
    let after: Life | undefined
    const life = await this.#live(this.#place, turn, {
      more: turn.goesBack === true ? this.#backTo() : [],
      meanwhile: async (delay) => {
        if (saves !== undefined) {
          await delay(saves.at)
          await this.#save(saves.killAfterMs)
        }
        if (upgrade === undefined) return
        await delay(upgrade.at)
        after = await this.#upgrade(upgrade)
      },
    })
    this.#lives.push(life)
    if (after === undefined || life.end === 'failed') return life
    this.#lives.push(after)
    // There was nothing left to take over.
    return after.end === 'failed' && after.ended.stdout.includes('CLI_NOT_RUNNING') ? life : after
  }

  async #live(name: string, turn: Turn, around: Around = {}): Promise<Life> {
    const { meanwhile, more, verb } = around
    return live({
      name: verb,
      folder: join(this.#folder, name),
      program: jobProgram(this.#command, turn, { more, verb }),
      meanwhile,
      trace: join(this.#folder, 'traces', `${this.#traces++}-${name}.txt`),
      turn,
      databases: this.#parts.scenario.databases === true,
      usual: this.#usual,
    })
  }

  /** Puts a job with other settings in the place of the one that runs. Where it is one that fails the old one runs again. */
  async #upgrade({ isBad, turn }: Upgrade): Promise<Life> {
    const { bad = [], other = [] } = this.#parts.job
    const settings = [...turn.settings, ...other, ...(isBad ? bad : [])]
    const life = await this.#live(this.#place, { ...turn, settings }, { verb: 'upgrade' })
    if (!isBad || bad.length === 0 || life.ended.code !== 1) return life
    // What the new job came to, then what the old one did.
    const stdout = life.ended.stdout.slice(life.ended.stdout.lastIndexOf('\n{') + 1)
    const { state } = JSON.parse(stdout) as { readonly state: string }
    return state === 'failed' ? life : { ...life, end: 'done', ended: { ...life.ended, stdout } }
  }

  /** Somebody asks for a savepoint, and is perhaps killed. */
  async #save(killAfterMs: number | undefined): Promise<void> {
    const file = `../${this.#savepoints++}.savepoint`
    const args = [this.#command, 'savepoint', 'job.yaml', file]
    const asking = startProcess(process.execPath, args, { cwd: join(this.#folder, this.#place) })
    const timer =
      killAfterMs === undefined ? undefined : setTimeout(() => asking.kill('SIGKILL'), killAfterMs)
    await asking.ended
    clearTimeout(timer)
  }

  /** What has a name is whole, whoever was killed. */
  #backTo(): readonly string[] {
    const file = Array.from({ length: this.#savepoints }, (_, index) => `${index}.savepoint`)
      .toReversed()
      .find((name) => existsSync(join(this.#folder, name)))
    if (file === undefined || this.#parts.scenario.goesBack !== true) return []
    this.#wentBack = true
    return ['--from', `../${file}`]
  }

  /** Takes the state elsewhere and back. */
  async #moveState(): Promise<void> {
    const folder = join(this.#folder, this.#place)
    if (lastCheckpoint(folder) === 0) return
    const file = join(this.#folder, 'moved.state')
    await commandOutput(this.#command, folder, ['state', 'export', file, 'job.yaml'])
    rmSync(join(folder, 'state'), { recursive: true })
    await commandOutput(this.#command, folder, ['state', 'import', file, 'job.yaml'])
  }

  #moveFolder(): void {
    const to = `disturbed-${this.#lives.length}`
    renameSync(join(this.#folder, this.#place), join(this.#folder, to))
    this.#place = to
  }

  async #prepare(): Promise<void> {
    for (const { args, input } of this.#parts.job.prepare ?? []) {
      for (const name of ['quiet', 'disturbed']) {
        await commandOutput(this.#command, join(this.#folder, name), args, input)
      }
    }
  }

  async #outcome(name: string, life: Life): Promise<Outcome> {
    const { isKept, job, scenario } = this.#parts
    const folder = join(this.#folder, name)
    const states = isKept ? (job.stateOf ?? []).map((id) => ['state', 'get', id, 'job.yaml']) : []
    const shown = new Map<string, string>()
    for (const args of [...(job.shows ?? []), ...states]) {
      shown.set(args.join(' '), await commandOutput(this.#command, folder, args))
    }
    return outcomeOf(folder, { summary: life.ended.stdout, shown }, scenario)
  }
}

function isComplete({ end, ended }: Life): boolean {
  if (end !== 'done') return false
  return (JSON.parse(ended.stdout) as { readonly state?: unknown }).state === 'completed'
}

const said = ({ ended }: Life): string => {
  return `exit code ${ended.code}, signal ${ended.signal}\n${ended.stderr.trim()}\n${ended.stdout.trim()}`
}

const failureOf = (life: Life): string => `A life failed by itself.\n${said(life)}`
