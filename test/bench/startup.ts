// How long a process takes to its first result: the built packages, packed and installed as a user has them, and the sources
// of this checkout; whole processes in turn, with a warm compile cache. What is measured: docs/decisions/0004-start-up.md.
// pnpm build && node test/bench/startup.ts [--runs 21] [--keep folder]
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { installedCommand, installPacked } from './installed.ts'
import { median } from './measure/statistics.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '21' },
    // An installation to make, or to measure again when it is there.
    keep: { type: 'string' },
  },
})
const runs = Number(values.runs)
const folder = resolve(values.keep ?? mkdtempSync(join(tmpdir(), 'millrace-startup-')))

if (!existsSync(join(folder, 'node_modules'))) installPacked(folder)
const job = join(folder, 'job.yaml')
writeFileSync(
  job,
  `pipeline:
  source: { file: flights.jsonl }
  stages:
    - filter: delay > 15
    - map: { set: { late: delay - 15 } }
  sink: { file: late.jsonl }
`,
)
const delays = [20, 3, 40].map((delay, id) => JSON.stringify({ id, delay }))
writeFileSync(join(folder, 'flights.jsonl'), `${delays.join('\n')}\n`)
// The compile cache must be on before the first import, as bin/millrace.js does it.
writeFileSync(
  join(folder, 'built-in-code.js'),
  `import { enableCompileCache } from 'node:module'
enableCompileCache()
await import('./job.js')
`,
)
writeFileSync(
  join(folder, 'job.js'),
  `import { writeSync } from 'node:fs'
import { pipeline } from 'millrace'
const late = pipeline('late')
  .input()
  .filter((flight) => flight.delay > 15)
  .through((flight) => flight.delay - 15)
  .job()
for await (const delay of late.run([{ delay: 20 }, { delay: 3 }])) writeSync(1, delay + '\\n')
`,
)
const installed = installedCommand(folder)
const runJob = ['run', job, '--output', '-']
const commands = {
  'node -e 0': ['-e', '0'],
  'millrace --version': [installed, '--version'],
  'job built in code': [join(folder, 'built-in-code.js')],
  'millrace run job.yaml': [installed, ...runJob],
  'the same from source': [resolve('packages/millrace/bin/millrace.js'), ...runJob],
}
type Name = keyof typeof commands
const names = Object.keys(commands) as Name[]

interface Times {
  /** Until the first byte on standard output; NaN where there is none. */
  readonly first: number
  readonly end: number
}

function time(name: Name): Promise<Times> {
  const started = performance.now()
  let first = Number.NaN
  const child = spawn(process.execPath, commands[name], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  child.stdout.once('data', () => {
    first = performance.now() - started
  })
  child.stdout.resume()
  return new Promise((done, failed) => {
    child.once('close', (code) => {
      if (code === 0) done({ first, end: performance.now() - started })
      else failed(new Error(`${name} ended with ${String(code)}`))
    })
  })
}

// The first run writes the compile cache.
for (const name of names) await time(name)
const times = new Map<Name, Times[]>(names.map((name) => [name, []]))
for (let turn = 0; turn < runs; turn++) {
  for (const name of names) times.get(name)?.push(await time(name))
}
console.log(
  `Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? 'cpu'}, ms, median of ${runs}\n`,
)
console.log('| | first result | fastest | end |\n| --- | --- | --- | --- |')
for (const [name, results] of times) {
  const firsts = results.map(({ first }) => first)
  const shown = [median(firsts), Math.min(...firsts), median(results.map(({ end }) => end))]
  console.log(
    `| ${[name, ...shown.map((ms) => (Number.isNaN(ms) ? '' : ms.toFixed(0)))].join(' | ')} |`,
  )
}
const ready = (times.get('job built in code') ?? []).map(({ first }) => first)
const bare = (times.get('node -e 0') ?? []).map(({ end }) => end)
console.log(`\nEngine ready ${(median(ready) - median(bare)).toFixed(0)} ms after a bare Node.`)
if (values.keep === undefined) rmSync(folder, { recursive: true })
