import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Running } from '../e2e/command.ts'
import { drawEveryMs, drawTurn, quietTurn, type Turn } from './fate.ts'
import { commandOutput, jobProgram, type Life, live } from './life.ts'
import { firstDifference, outcomeOf } from './outcome.ts'
import type { World, WorldEnd, WorldOptions } from './scenario.ts'

/** How long an undisturbed life is fed, ms. */
const FED_MS = 1500
/** So many lines are written in one go. */
const CHUNK = 100

/** A record as the sink shows it. */
interface Sent {
  readonly life: number
  readonly n: number
}

/** A job that is fed through a pipe: what it had read before it was killed counts, what was still in the pipe does not. */
export const journalWorld: World = {
  summary: 'standard input with a journal, each life fed with lines of its own',
  run: (options) => new JournalRun(options).run(),
}

class JournalRun {
  readonly #options: WorldOptions
  readonly #place: string
  readonly #count: number
  readonly #lives: Life[] = []
  /** By life: how many of its lines were in the journal for sure when it died. */
  readonly #journaled: number[] = []

  constructor(options: WorldOptions) {
    const { draw, folder, size } = options
    this.#options = options
    this.#place = join(folder, 'disturbed')
    this.#count = Math.ceil(draw.number(2000, 10_000) * (size / 60_000))
  }

  async run(): Promise<WorldEnd> {
    const { draw, fates } = this.#options
    const jobFile = this.#makeJobs()
    const turns = Array.from({ length: fates ?? draw.number(2, 9) }, (): Turn => {
      const { fate, settings } = drawTurn(draw, { upgrades: 0 })
      return { fate, settings }
    })
    for (const turn of [...turns, quietTurn]) {
      const life = await this.#live(turn)
      if (life.end === 'failed') {
        const { code, stderr } = life.ended
        return {
          jobFile,
          lives: this.#lives,
          broken: `A life failed: exit code ${code}\n${stderr}`,
        }
      }
    }
    return { jobFile, lives: this.#lives, broken: await this.#fault() }
  }

  #makeJobs(): string {
    const { draw, folder } = this.#options
    const everyMs = drawEveryMs(draw)
    const text = (checkpoint: string, source: string): string => `pipeline:
  name: fed
  checkpoint: ${checkpoint}
  source: ${source}
  stages:
    - aggregate: { aggregate: { n: count(), total: sum(v), last: last(mark) }, emit: update }
      by: key
  sinks:
    all: { file: out/all.jsonl, from: source }
    running: { file: out/running.jsonl, from: aggregate }
`
    const jobFile = text(`{ every: ${everyMs}ms, dir: state }`, "{ file: '-', journal: true }")
    for (const [name, job] of [
      ['disturbed', jobFile],
      ['quiet', text('off', '{ file: in.jsonl }')],
    ] as const) {
      mkdirSync(join(folder, name, 'out'), { recursive: true })
      writeFileSync(join(folder, name, 'job.yaml'), job)
    }
    return jobFile
  }

  #linesOf(life: number): readonly string[] {
    return Array.from({ length: this.#count }, (_, n) => {
      const v = (n * 7919 + life * 31) % 1000
      return `${JSON.stringify({ life, n, key: `k${n % 13}`, v, mark: markOf(life, n) })}\n`
    })
  }

  async #live(turn: Turn): Promise<Life> {
    const { command, folder } = this.#options
    const number = this.#lives.length
    const life = await live({
      folder: this.#place,
      program: jobProgram(command, turn),
      trace: join(folder, 'traces', `${number}.txt`),
      turn,
      databases: false,
      usual: { startMs: 800, workMs: FED_MS },
      feed: (running) => feed(running, this.#linesOf(number), turn.fate.kind === 'end'),
    })
    this.#lives.push(life)
    this.#journaled.push(this.#inJournal(number))
    return life
  }

  /** How many lines of a life are in frames of the journal that others stand behind, and so were synced. */
  #inJournal(life: number): number {
    const folder = join(this.#place, 'state', 'journal')
    let count = 0
    if (!existsSync(folder)) return count
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      const text = readFileSync(join(entry.parentPath, entry.name), 'latin1')
      const whole = text.slice(0, text.lastIndexOf('MJF1'))
      const marks = whole.matchAll(new RegExp(`<${life}:(\\d+)>`, 'g'))
      for (const [, n] of marks) count = Math.max(count, Number(n) + 1)
    }
    return count
  }

  async #fault(): Promise<string | undefined> {
    const { command, folder } = this.#options
    const kept = readFileSync(join(this.#place, 'out', 'all.jsonl'), 'utf8')
    const counts = this.#lives.map(() => 0)
    for (const line of kept.split('\n').slice(0, -1)) {
      const { life, n } = JSON.parse(line) as Sent
      if (n !== counts[life]) return `Line ${n} of life ${life + 1} stands behind ${counts[life]}.`
      counts[life] = n + 1
    }
    for (const [life, count] of counts.entries()) {
      const journaled = this.#journaled[life] ?? 0
      const least = life === this.#lives.length - 1 ? this.#count : journaled
      if (count < least) {
        return `Of life ${life + 1} there are ${count} lines; ${least} had been read.`
      }
    }
    const quiet = join(folder, 'quiet')
    const lines = counts.flatMap((count, life) => this.#linesOf(life).slice(0, count))
    writeFileSync(join(quiet, 'in.jsonl'), lines.join(''))
    const summary = await commandOutput(command, quiet, ['run', 'job.yaml', '--json'])
    const outcome = (place: string, text: string) =>
      outcomeOf(place, { summary: text, shown: new Map() }, { order: 'same' })
    const last = this.#lives.at(-1)?.ended.stdout ?? ''
    return firstDifference(outcome(this.#place, last), outcome(quiet, summary))
  }
}

const markOf = (life: number, n: number): string => `<${life}:${n}>`

/** Writes lines bit by bit, and ends the input only of the last life. */
async function feed(running: Running, lines: readonly string[], isLast: boolean): Promise<void> {
  for (let from = 0; from < lines.length; from += CHUNK) {
    running.write(lines.slice(from, from + CHUNK).join(''))
    await setTimeout((FED_MS * CHUNK) / lines.length)
  }
  if (isLast) running.closeInput()
}
