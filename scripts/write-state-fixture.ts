// Writes what a job of this version leaves behind when it is killed, for the test that later versions go on from it.
// Run it when a format of the store or of checkpoints has changed: node scripts/write-state-fixture.ts v2
// It makes test/fixtures/state/<name>: a job, the state of its killed run, and what an undisturbed run of it writes.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const [name = ''] = process.argv.slice(2)
const bin = resolve('packages/millrace/bin/millrace.js')
const folder = resolve('test/fixtures/state', name)
if (!/^v\d+$/.test(name) || existsSync(folder)) {
  throw new Error('Give it a name that is not there yet, such as v2.')
}

const job = `pipeline:
  name: readings
  checkpoint: { every: 10ms, dir: ./state }
  source: { module: ./readings.mjs, time: { field: at, unit: ms, disorder: 2s } }
  stages:
    - ./deadly.mjs
    - module: ./rooms.mjs
      id: rooms
      by: room
    - module: dedupe
      id: dedupe
      from: deadly
      by: [room, celsius]
      parameters: { within: 1m }
    - module: aggregate
      id: totals
      from: deadly
      by: room
      parameters: { emit: update, aggregate: { n: count(), sum: sum(celsius), most: max(celsius) } }
    - window: { tumbling: 1m, aggregate: { n: count(), mean: mean(celsius) } }
      id: minutes
      from: deadly
      by: room
    - window: { session: 3s, aggregate: { n: count() } }
      id: sessions
      from: deadly
      by: room
  sinks:
    a: { file: rooms.jsonl, from: rooms }
    b: { file: firsts.jsonl, from: dedupe }
    c: { module: file, from: totals, parameters: { path: totals.jsonl, mode: append } }
    d: { file: minutes.jsonl, from: minutes }
    e: { file: sessions.jsonl, from: sessions }
  deadLetter: { file: dead.jsonl }
`
const deadly = `// Dies with all of its process where the environment says so.
export default function deadly(record) {
  if (String(record.n) === process.env.DIES_AT) process.kill(process.pid, 'SIGKILL')
  return record
}
`
const rooms = `import { defineStage } from '@millrace/sdk'
import { z } from 'zod'
// Tells what a room had come to when it was silent for a while: values, maps, lists and timers.
export default defineStage({
  name: 'rooms',
  summary: 'Tells what a room had come to when it was silent for a while.',
  parameters: z.strictObject({}),
  keeps: 'state',
  absorbs: true,
  create({ state, timers }) {
    const last = state.value('last', { initial: () => undefined })
    const counts = state.map('counts', { ttl: { ms: 60_000 } })
    const some = state.list('some')
    return {
      process({ at, celsius, n }) {
        last.set({ at: new Date(at), big: BigInt(n) })
        counts.set(celsius, (counts.get(celsius) ?? 0) + 1)
        if (n % 50 === 0) some.add(n)
        timers.event.set(at + 4000)
      },
      onTimer({ at }, context) {
        const { at: seen, big } = last.get()
        if (seen.getTime() + 4000 > at) return
        context.emit({ ...context.key, silent: at, n: String(big), some: some.values(), counts: [...counts.entries()] })
      },
    }
  },
})
`
const readings = `import { setTimeout } from 'node:timers/promises'
import { defineSource } from '@millrace/sdk'
import { z } from 'zod'
// Readings of three rooms in two partitions, some of which are silent at times; a few are no readings.
export default defineSource({
  name: 'readings',
  summary: 'Readings of three rooms.',
  parameters: z.strictObject({}),
  replay: 'position',
  ends: true,
  create: () => ({
    partitions: () => ['ground', 'first'],
    async *read(partition, position = 0, { signal }) {
      const half = partition === 'ground' ? 0 : 300
      for (let from = position; from < 300; from += 10) {
        if (process.env.DIES_AT !== undefined) await setTimeout(40)
        if (signal.aborted) return
        const ns = Array.from({ length: 10 }, (_, index) => half + from + index)
        const values = ns.filter((n) => n % 97 !== 5)
        const offset = (n) => n - half
        const malformed = ns
          .filter((n) => n % 97 === 5)
          .map((n) => ({ offset: offset(n), raw: String(n), code: 'READING', message: 'No reading.' }))
        yield { values: values.map(reading), offsets: values.map(offset), malformed, position: from + 10 }
      }
    },
  }),
})
function reading(n) {
  const room = ['hall', 'attic', 'cellar'][n % 100 < 30 ? 0 : n % 3]
  return { n, at: 1_700_000_000_000 + n * 300 + ((n * 7919) % 1500), room, celsius: (n * 31) % 17 }
}
`

function make(place: string): void {
  mkdirSync(place, { recursive: true })
  const files = {
    'job.yaml': job,
    'deadly.mjs': deadly,
    'rooms.mjs': rooms,
    'readings.mjs': readings,
  }
  for (const [file, text] of Object.entries(files)) writeFileSync(join(place, file), text)
}

function run(
  place: string,
  more: readonly string[],
  env: NodeJS.ProcessEnv,
): NodeJS.Signals | null {
  const ended = spawnSync(process.execPath, [bin, 'run', 'job.yaml', '--quiet', ...more], {
    cwd: place,
    env: { ...process.env, ...env },
    encoding: 'utf8',
  })
  if (ended.signal === null && ended.status !== 0) throw new Error(ended.stderr)
  return ended.signal
}

const [killed, calm] = [join(folder, 'killed'), join(folder, 'calm')]
for (const place of [killed, calm]) make(place)
if (run(killed, [], { DIES_AT: '400' }) !== 'SIGKILL') throw new Error('It was not killed.')
run(calm, [], {})
mkdirSync(join(folder, 'expected'))
for (const file of readdirSync(calm).filter(
  (one) => one.endsWith('.jsonl') && one !== 'in.jsonl',
)) {
  cpSync(join(calm, file), join(folder, 'expected', file))
}
rmSync(calm, { recursive: true })
// What is of this machine alone: who held it, and how it was started.
for (const file of readdirSync(join(killed, 'state'))) {
  if (!/^(blocks|checkpoint)-/.test(file)) rmSync(join(killed, 'state', file), { recursive: true })
}
