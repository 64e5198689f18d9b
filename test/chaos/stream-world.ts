import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Handled } from './actors/consumer.ts'
import type { Appended, Numbered } from './actors/producer.ts'
import type { Aim } from './aim.ts'
import type { Draw } from './draw.ts'
import { drawEveryMs, drawTurn, quietTurn, type Turn } from './fate.ts'
import { commandOutput, jobProgram, type Life, live } from './life.ts'
import type { World, WorldEnd, WorldOptions } from './scenario.ts'
import type { Phase } from './steps.ts'

/** Messages are synced and handled one by one, so there are fewer of them than of records. */
const SHARE = 100

/** One of the processes that live at the same time, again and again until it is done. */
interface Slot {
  readonly name: string
  readonly program: (turn: Turn) => readonly string[]
  readonly turns: readonly Turn[]
  readonly working?: Phase
  readonly state?: string
}

/** A message as the command shows it. */
interface Shown {
  readonly offset: number
  readonly value: unknown
}

/** Producers, jobs and consumers of two streams, all of them killed again and again. */
export const streamWorld: World = {
  summary: 'several producers, jobs and consumers of the same streams, all of them killed',
  modules: ['producer.ts', 'consumer.ts'],
  run: (options) => new StreamRun(options).run(),
}

const streams = ['--dir', 'out/streams']
const names = (draw: Draw, kind: string, most: number): readonly string[] =>
  Array.from({ length: draw.number(2, most) }, (_, index) => `${kind}-${index + 1}`)

/** Draws a life: killed by the clock, or at a step of which there are many here. */
function drawLife(draw: Draw, ops: readonly string[]): Turn {
  const { fate, settings } = drawTurn(draw)
  const op = draw.pick(ops)
  const aim: Aim = {
    area: 'any',
    op,
    nth: 1 + Math.floor(draw.share() ** 2 * (op.startsWith('sql') ? 120 : 20)),
    when: draw.pick(['before', 'during', 'after']),
  }
  const aimed = fate.kind === 'kill' && draw.chance(0.6) ? { ...fate, aim } : fate
  return { settings, fate: aimed }
}

const databaseSteps = ['sql', 'sql', 'sql commit', 'sql insert', 'sql update', 'sql begin']
const jobSteps = ['sql', 'sql commit', 'sync', 'rename', 'rename']

class StreamRun {
  readonly #options: WorldOptions
  readonly #place: string
  readonly #producers: readonly string[]
  readonly #jobs: readonly string[]
  readonly #consumers: readonly string[]
  readonly #count: number
  readonly #lives: Life[] = []
  #traces = 0

  constructor(options: WorldOptions) {
    const { draw, folder, size } = options
    this.#options = options
    this.#place = join(folder, 'disturbed')
    this.#producers = names(draw, 'producer', 3)
    this.#jobs = names(draw, 'job', 2)
    this.#consumers = names(draw, 'consumer', 3)
    this.#count = Math.max(10, Math.round((size / SHARE) * (0.5 + draw.share())))
  }

  async run(): Promise<WorldEnd> {
    const slots = this.#slots()
    const jobFile = this.#makeJobs()
    const all = async (kind: readonly Slot[], stream?: string): Promise<void> => {
      await Promise.all(kind.map((slot) => this.#live(slot)))
      // Also where one of them has failed: others wait for the end.
      if (stream !== undefined) await this.#command('stream', 'append', stream, '--end', ...streams)
    }
    await Promise.all([all(slots.producers, 'in'), all(slots.jobs, 'done'), all(slots.consumers)])
    const failed = this.#lives.find(({ end }) => end === 'failed')
    const broken =
      failed === undefined
        ? await this.#fault()
        : `${failed.name} failed by itself: exit code ${failed.ended.code}\n${failed.ended.stderr}`
    return { lives: this.#lives, broken, jobFile }
  }

  #slots(): Record<'producers' | 'jobs' | 'consumers', readonly Slot[]> {
    const { command, draw, fates } = this.#options
    const count = (): number => (fates === undefined ? draw.number(1, 4) : Math.ceil(fates / 3))
    const turns = (ops: readonly string[]): readonly Turn[] =>
      Array.from({ length: count() }, () => drawLife(draw, ops))
    const atOnce = draw.pick([1, 5, 50])
    const pauseMs = atOnce * draw.pick([1, 3, 6])
    const size = draw.pick([5, 20, 50])
    return {
      producers: this.#producers.map((name) => ({
        name,
        turns: turns(databaseSteps),
        working: 'append to a stream',
        program: () => [
          '../input/producer.ts',
          'out/streams',
          name,
          `${this.#count}`,
          `${atOnce}`,
          `${pauseMs}`,
        ],
      })),
      jobs: this.#jobs.map((name) => ({
        name,
        turns: turns(jobSteps),
        state: `state/${name}`,
        program: (turn) => jobProgram(command, turn, { jobFile: `${name}.yaml` }),
      })),
      consumers: this.#consumers.map((name) => ({
        name,
        turns: turns(databaseSteps),
        working: 'handling of a stream',
        program: () => ['../input/consumer.ts', 'out/streams', name, `${size}`],
      })),
    }
  }

  /** Each job has two files: one among the others, and one that reads in peace what there was. */
  #makeJobs(): string {
    const { draw, folder } = this.#options
    const texts = this.#jobs.map((name) => {
      const everyMs = drawEveryMs(draw)
      const group = draw.chance(0.5) ? `, group: ${name}` : ''
      const work = `
stages:
  - filter: n % 5 != 2
  - map: { set: { job: "'${name}'" } }
  - aggregate: { aggregate: { count: count(), total: sum(n), last: last(n) }, emit: update }
    by: [job, producer]`
      const text = `name: ${name}
checkpoint: { every: ${everyMs}ms, dir: state/${name} }
source: { stream: { name: in, dir: out/streams${group} } }${work}
sink: { stream: { name: done, dir: out/streams } }`
      const quiet = `name: ${name}
source: { stream: { name: in, dir: ../disturbed/out/streams } }${work}
sink: { file: out/${name}.jsonl }`
      mkdirSync(join(folder, 'quiet', 'out'), { recursive: true })
      mkdirSync(join(this.#place, 'out'), { recursive: true })
      writeFileSync(join(this.#place, `${name}.yaml`), asPipeline(text))
      writeFileSync(join(folder, 'quiet', `${name}.yaml`), asPipeline(quiet))
      return asPipeline(text)
    })
    return texts.join('\n')
  }

  async #live(slot: Slot): Promise<void> {
    const { folder } = this.#options
    for (const turn of [...slot.turns, quietTurn]) {
      const { name, program, state, working } = slot
      const life = await live({
        name,
        state,
        working,
        folder: this.#place,
        program: program(turn),
        trace: join(folder, 'traces', `${this.#traces++}-${name}.txt`),
        turn,
        databases: true,
        usual: { startMs: 800, workMs: 2000 },
      })
      this.#lives.push(life)
      const isStopped = life.end === 'done' && life.turn.fate.kind === 'stop' && state !== undefined
      if (life.end !== 'killed' && !isStopped) return
    }
  }

  #command(...args: readonly string[]): Promise<string> {
    return commandOutput(this.#options.command, this.#place, args)
  }

  async #fault(): Promise<string | undefined> {
    const [given, done] = [await this.#shown('in'), await this.#shown('done')]
    return (
      this.#faultOfProducers(given) ??
      (await this.#faultOfJobs(done)) ??
      (await this.#faultOfConsumers(done.length))
    )
  }

  async #shown(stream: string): Promise<readonly Shown[]> {
    const text = await this.#command(
      'stream',
      'tail',
      stream,
      ...streams,
      '--from',
      'earliest',
      '--json',
    )
    return linesOf(text) as readonly Shown[]
  }

  #livesOf(name: string): readonly Life[] {
    return this.#lives.filter((life) => life.name === name)
  }

  /** Each message stands there once, in its order, and where its producer was told that it does. */
  #faultOfProducers(given: readonly Shown[]): string | undefined {
    if (given.some(({ offset }, index) => offset !== index)) return 'Offsets of "in" have gaps.'
    for (const name of this.#producers) {
      const own = given.filter(({ value }) => (value as Numbered).producer === name)
      const at = own.findIndex(({ value }, index) => (value as Numbered).n !== index)
      if (own.length !== this.#count || at >= 0) {
        return `"in" has ${own.length} messages of ${name}, not ${this.#count}; the first that is wrong is number ${at}.`
      }
      for (const { ended } of this.#livesOf(name)) {
        for (const { n, offset } of linesOf(ended.stdout) as readonly Appended[]) {
          if (own[n]?.offset !== offset) {
            return `${name} was told that ${n} is at ${offset}; it is at ${own[n]?.offset}.`
          }
        }
      }
    }
    return undefined
  }

  /** Each job has written what it writes when nobody disturbs it. */
  async #faultOfJobs(done: readonly Shown[]): Promise<string | undefined> {
    const { command, folder } = this.#options
    const quiet = join(folder, 'quiet')
    for (const name of this.#jobs) {
      await commandOutput(command, quiet, ['run', `${name}.yaml`, '--quiet'])
      const wanted = readFileSync(join(quiet, 'out', `${name}.jsonl`), 'utf8')
        .trimEnd()
        .split('\n')
      const own = done
        .map(({ value }) => value)
        .filter((value) => (value as { readonly job: string }).job === name)
        .map((value) => JSON.stringify(value))
      const at = wanted.findIndex((line, index) => line !== own[index])
      if (own.length !== wanted.length || at >= 0) {
        return `${name} has written ${own.length} results, not ${wanted.length}; they differ from ${at} on.\n  is      ${own[at]}\n  wanted  ${wanted[at]}`
      }
    }
    return undefined
  }

  /** Each message was handled, and again only where that had failed or the process had been killed meanwhile. */
  async #faultOfConsumers(count: number): Promise<string | undefined> {
    const sizes = new Map<number, number>()
    const attempts = new Map<number, Set<number>>()
    const unfinished = new Map<number, number>()
    for (const { end, ended } of this.#consumers.flatMap((name) => this.#livesOf(name))) {
      const steps = linesOf(ended.stdout) as readonly Handled[]
      const last = steps.findLast(({ step }) => step === 'begin')
      for (const { attempt, first, size, step } of steps) {
        if (step === 'fail') unfinished.set(first, (unfinished.get(first) ?? 0) + 1)
        if (step !== 'begin') continue
        if ((sizes.get(first) ?? size) !== size) return `The window at ${first} changed its size.`
        sizes.set(first, size)
        const seen = attempts.get(first) ?? new Set()
        if (seen.has(attempt)) return `The window at ${first} had attempt ${attempt} twice.`
        attempts.set(first, seen.add(attempt))
      }
      const isOpen =
        last !== undefined &&
        !steps.some(({ attempt, first, step }) => {
          return step === 'fail' && first === last.first && attempt === last.attempt
        })
      if (end === 'killed' && isOpen)
        unfinished.set(last.first, (unfinished.get(last.first) ?? 0) + 1)
    }
    for (let next = 0; next < count; next += sizes.get(next) ?? 0) {
      if (!sizes.has(next)) return `No window begins at ${next} of ${count}.`
      const again = (attempts.get(next)?.size ?? 0) - 1
      if (again > (unfinished.get(next) ?? 0)) {
        return `The window at ${next} was handled ${again + 1} times, and only ${unfinished.get(next) ?? 0} of these were cut short.`
      }
    }
    const left = await this.#command('stream', 'show', 'done', ...streams, '--json')
    const { groups } = JSON.parse(left) as { groups: readonly Record<string, unknown>[] }
    const own = groups.find(({ name }) => name === 'handlers')
    return own?.['done'] === count
      ? undefined
      : `Not all of ${count} are done: ${JSON.stringify(own)}`
  }
}

const asPipeline = (text: string): string => `pipeline:\n${text.trim().replaceAll(/^/gm, '  ')}\n`

/** What the lines of a text say; the last one may be cut off. */
const linesOf = (text: string): readonly unknown[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line): unknown => JSON.parse(line))
