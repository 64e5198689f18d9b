// The actors of @millrace/core against plain calls and the actors, machines and queues of other packages. The peers are installed
// with npm into a temporary folder; each subject is a process of its own, and whole rounds of all of them are run in turn.
// node test/bench/actors.ts [--rounds 5] [--only tell,ask-many] [--subjects millrace,nact] [--keep folder] [--write]
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    only: { type: 'string' },
    subjects: { type: 'string' },
    // An installation of the peers to make, or to use again when it is there.
    keep: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
})
const rounds = Number(values.rounds)
const peers = {
  nact: '7.6.2',
  comedy: '2.1.7',
  xstate: '5.33.3',
  eventemitter3: '5.0.4',
  rxjs: '7.8.2',
  effect: '4.1.0',
}
const subjects = ['plain', 'millrace', ...Object.keys(peers)].filter(
  (name) => values.subjects?.split(',').includes(name) ?? true,
)

interface Measure {
  readonly title: string
  readonly unit: 'ns' | 'bytes'
  /** What issue 3 allows Millrace. */
  readonly bound?: { readonly text: string; readonly most: number }
}

const allMeasures: Readonly<Record<string, Measure>> = {
  tell: {
    title: 'tell, eight receivers',
    unit: 'ns',
    bound: { text: 'at most 25 ns', most: 25 },
  },
  'ping-pong': {
    title: 'ping-pong, a round trip, one in flight',
    unit: 'ns',
    bound: { text: 'at most 120 ns', most: 120 },
  },
  'ask-many': {
    title: 'ask, 1,000 in flight',
    unit: 'ns',
    bound: { text: 'at most 400 ns', most: 400 },
  },
  'ask-one': { title: 'ask, one after the other', unit: 'ns' },
  'spawn-1000': {
    title: 'spawn, 1,000 siblings',
    unit: 'ns',
    bound: { text: 'at least 1 M/s: at most 1,000 ns', most: 1000 },
  },
  'spawn-100000': {
    title: 'spawn, 100,000 siblings',
    unit: 'ns',
    bound: { text: 'at least 1 M/s: at most 1,000 ns', most: 1000 },
  },
  idle: {
    title: 'idle, heap of one',
    unit: 'bytes',
    bound: { text: 'at most 400 bytes', most: 400 },
  },
  stop: {
    title: 'stop, one of 100,000 with timers',
    unit: 'ns',
    bound: { text: '100,000 within 1 s: at most 10,000 ns', most: 10_000 },
  },
  chain: { title: 'forward, a hop in a chain of 100,000', unit: 'ns' },
}
const measures = Object.entries(allMeasures).filter(
  ([name]) => values.only?.split(',').includes(name) ?? true,
)

const mistaken = [
  ...(values.only?.split(',') ?? []).filter((name) => !Object.hasOwn(allMeasures, name)),
  ...(values.subjects?.split(',') ?? []).filter((name) => !subjects.includes(name)),
]
if (mistaken.length > 0 || !(rounds >= 1)) {
  const known = `Measures: ${Object.keys(allMeasures).join(', ')}. Subjects: plain, millrace, ${Object.keys(peers).join(', ')}.`
  console.error(`Unknown: ${mistaken.join(', ') || `${values.rounds} rounds`}. ${known}`)
  process.exit(2)
}

const folder = resolve(values.keep ?? mkdtempSync(join(tmpdir(), 'millrace-peers-')))

/** Puts the peers into the folder, and a module there through which they are imported. */
function install(): void {
  if (existsSync(join(folder, 'peers.mjs'))) return
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
  const packages = Object.entries(peers).map(([name, version]) => `${name}@${version}`)
  const ended = spawnSync('npm', ['install', '--no-audit', '--no-fund', ...packages], {
    cwd: folder,
    encoding: 'utf8',
  })
  if (ended.status !== 0) throw new Error(`npm install\n${ended.stderr}`)
  writeFileSync(join(folder, 'peers.mjs'), 'export const load = (name) => import(name)\n')
}

type Outcome =
  | { readonly value: number }
  | { readonly failure: string }
  | { readonly missing: true }

function measure(subject: string, name: string): Outcome {
  const script = resolve('test/bench/actors/measure.mjs')
  const ended = spawnSync(process.execPath, ['--expose-gc', script, subject, name, folder], {
    encoding: 'utf8',
    timeout: 60_000,
    // Some have a handler for the signal that asks.
    killSignal: 'SIGKILL',
  })
  if (ended.signal !== null) return { failure: 'more than a minute' }
  if (ended.status !== 0) throw new Error(`${subject} ${name}\n${ended.stderr}`)
  return JSON.parse(ended.stdout.trimEnd().split('\n').at(-1) ?? '') as Outcome
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN

const shown = (value: number): string =>
  value < 99.5 ? value.toPrecision(2) : Math.round(value).toLocaleString('en')

install()
const results = new Map<string, Outcome[]>()
const valuesOf = (name: string, subject: string): number[] =>
  (results.get(`${name} ${subject}`) ?? []).flatMap((each) => ('value' in each ? [each.value] : []))

for (let round = 0; round < rounds; round++) {
  for (const [name] of measures) {
    for (const subject of subjects) {
      const outcomes = results.get(`${name} ${subject}`) ?? []
      results.set(`${name} ${subject}`, outcomes)
      // What failed once is not worth another minute.
      if (outcomes.some((each) => !('value' in each))) continue
      outcomes.push(measure(subject, name))
    }
  }
  console.error(`round ${round + 1} of ${rounds}`)
}

/** Median, spread, and how many plain calls it is worth. */
function cell(name: string, subject: string): string {
  const all = results.get(`${name} ${subject}`) ?? []
  const other = all.find((each) => !('value' in each))
  if (other !== undefined) return 'failure' in other ? other.failure : ''
  const numbers = valuesOf(name, subject)
  const spread = `${shown(Math.min(...numbers))} to ${shown(Math.max(...numbers))}`
  const plain = valuesOf(name, 'plain')
  const ratio = median(numbers.map((value, round) => value / (plain[round] ?? Number.NaN)))
  const times = subject === 'plain' || Number.isNaN(ratio) ? '' : `, ${shown(ratio)} ×`
  return `**${shown(median(numbers))}** (${spread})${times}`
}

function table(): string {
  const lines = [
    `| | ${subjects.join(' | ')} |`,
    `| --- |${' --- |'.repeat(subjects.length)}`,
    ...measures.map(
      ([name, { title, unit }]) =>
        `| ${title}, ${unit} | ${subjects.map((subject) => cell(name, subject)).join(' | ')} |`,
    ),
  ]
  const bounds = measures.flatMap(([name, { title, bound }]) => {
    const measured = median(valuesOf(name, 'millrace'))
    if (bound === undefined || Number.isNaN(measured)) return []
    return [
      `| ${title} | ${bound.text} | ${shown(measured)} | ${measured <= bound.most ? 'kept' : 'not kept'} |`,
    ]
  })
  const kept = ['| | bound | measured | |', '| --- | --- | --- | --- |', ...bounds]
  return `${lines.join('\n')}\n\n${kept.join('\n')}\n`
}

function versions(): string {
  const installed = Object.keys(peers).map((name) => {
    const manifest = readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')
    return `${name} ${(JSON.parse(manifest) as { version: string }).version}`
  })
  const model = cpus()[0]?.model.trim() ?? 'cpu'
  return `Node ${process.version}, ${cpus().length} cores of ${model}; ${installed.join(', ')}. Medians of ${rounds} rounds, smallest to largest in brackets.`
}

const page = `# Actors against others

${versions()}

Made by \`node test/bench/actors.ts --write\`. Everything is time (or heap) for one message, one round trip, one actor; × is how
many plain calls (or objects in a map, or timers of Node) that is, measured in the same round. Every subject first shows that all messages are handled;
every subject and measure is a process of its own.

${table()}
Figures include the handler and the sender's loop, which is what the column plain shows. 
What is compared: \`tell\` is an event sent to a machine with one \`assign\` in XState, \`emit\` in eventemitter3, \`next\` of a Subject
in RxJS (these run the receiver on the sender's stack, which is why a chain overflows it; eventemitter3 plays ping-pong in microtasks), a
microtask of its own in comedy, whose handlers therefore run side by side, an offer to a queue that a fiber takes from in Effect. \`ask\` is
a query in nact, \`sendAndReceive\` in comedy, \`waitFor\` in XState, a promise around a callback in the message in eventemitter3, a Subject
in the message in RxJS, a Deferred in the message in Effect; only Millrace and nact give it a time limit. Siblings have one parent, in XState
by \`spawn\` in a machine. Actors are stopped the quickest way each offers: Millrace stops the system, comedy the parent, nact and XState each actor.

Not in the table: actor-ts. npm finds no package of this name (2026-11-21, E404), only the repository pathosDev/actor-ts exists; built
from there by hand, version 0.16.0 took 68 ns for a tell in bursts, 365 ns for ping-pong, 1.0 µs for an ask and 2.4 KB for an idle actor on
the same kind of machine.

What took Millrace there, in measurements of one change at a time, and what did not help:

- Time limits of questions wait in one line for each limit, not on the heap of timers: from 580 to 330 ns with 1,000 in flight. A limit counts
  from the call, so each question reads the clock, which is a tenth of that; reading it once for a turn would end some limits too early.
- A drain begins in a microtask, and goes through the event loop once its 2 ms are spent: from 2,250 to 530 ns for one question after the
  other. A MessageChannel in place of \`setImmediate\` takes 0.9 µs for a turn instead of 1.2 and would have to be kept from holding the process.
- A tell to an open mailbox goes without getters, and through arrays of one kind of elements: from 27 to 22 ns, 8 of them the plain call.
  Eight receivers are more than V8 keeps at one call site: with a single one the same loop takes 5 ns less.
- Splitting \`tell\` by lane, or asking first whether a handler returned nothing, changed nothing by itself.
- What was measured half compiled showed 32 ns for a tell that took 26. Now every subject runs half a second before it counts, and the run
  before stays alive: a collection that finds no actor at all throws away the code that was compiled for actors (25 ns in place of 21).
`
console.log(page)
if (values.write) {
  mkdirSync('docs/benchmarks', { recursive: true })
  writeFileSync('docs/benchmarks/actors.md', page)
}
if (values.keep === undefined) rmSync(folder, { recursive: true })
