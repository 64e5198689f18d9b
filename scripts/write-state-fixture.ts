// Writes what a job of this version leaves behind when it is killed, for the test that later versions go on from it.
// Run it when a format of the store or of checkpoints has changed: node scripts/write-state-fixture.ts v2
// Checkpoints hold the folder of their job, so it runs in /jobs/readings, which must not be there: a path of nobody's machine.
// It makes test/fixtures/state/<name>: the job of the fixture before, the state of its killed run, and what an undisturbed run of it writes.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'

const [name = ''] = process.argv.slice(2)
const bin = resolve('packages/millrace/bin/millrace.js')
const fixtures = resolve('test/fixtures/state')
const folder = join(fixtures, name)
if (!/^v\d+$/.test(name) || existsSync(folder)) {
  throw new Error('Give it a name that is not there yet, such as v2.')
}

/** What the job is made of: the same as in the fixture before. */
const parts = ['job.yaml', 'deadly.mjs', 'rooms.mjs', 'readings.mjs']
const numberOf = (version: string): number => Number(version.slice(1))
const [latest = ''] = readdirSync(fixtures).toSorted((a, b) => numberOf(b) - numberOf(a))

function make(place: string): void {
  mkdirSync(place, { recursive: true })
  for (const file of parts) cpSync(join(fixtures, latest, 'killed', file), join(place, file))
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

const home = resolve('/jobs/readings')
const [killed, calm] = [join(folder, 'killed'), join(folder, 'calm')]
if (existsSync(home)) throw new Error(`Take ${home} away first.`)
for (const place of [home, calm]) make(place)
symlinkSync(resolve('node_modules'), join(home, 'node_modules'))
const signal = run(home, [], { DIES_AT: '400' })
rmSync(join(home, 'node_modules'))
cpSync(home, killed, { recursive: true })
rmSync(home, { recursive: true })
if (signal !== 'SIGKILL') throw new Error('It was not killed.')
run(calm, [], {})
mkdirSync(join(folder, 'expected'))
for (const file of readdirSync(calm).filter((one) => one.endsWith('.jsonl'))) {
  cpSync(join(calm, file), join(folder, 'expected', file))
}
rmSync(calm, { recursive: true })
// What is of this machine alone: who held it, and how it was started.
for (const file of readdirSync(join(killed, 'state'))) {
  if (!/^(blocks|checkpoint)-/.test(file)) rmSync(join(killed, 'state', file), { recursive: true })
}
