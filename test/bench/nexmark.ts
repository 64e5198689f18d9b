// Nexmark: each query of configs/nexmark as a whole process over one file, its answer checked before it is timed.
// node test/bench/nexmark.ts [--events 2000000] [--runs 3] [--order ordered] [--only q5,q7] [--write]
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type Cost, measure } from './measure/process.ts'
import { median } from './measure/statistics.ts'
import { writeEvents, writeSideTable } from './nexmark/generate.ts'
import { type Order, type Profile, twoCores } from './nexmark/profile.ts'
import { queries } from './nexmark/queries.ts'
import { digest, writtenRows } from './nexmark/rows.ts'
import { machineLine } from './report/machine.ts'

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: String(twoCores.events) },
    order: { type: 'string', default: twoCores.order },
    runs: { type: 'string', default: '3' },
    only: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
})
const profile: Profile = {
  ...twoCores,
  events: Number(values.events),
  order: values.order as Order,
}
const only = values.only?.split(',')
const asked = Object.keys(queries).filter((query) => only?.includes(query) ?? true)
const folder = join(tmpdir(), `millrace-nexmark-${profile.events}-${profile.order}`)
const events = join(folder, 'events.jsonl')
const side = join(folder, 'side.csv')
const bin = resolve('packages/millrace/bin/millrace.js')

/** What each query should answer, by a program of its own. */
async function expectedDigests(): Promise<Readonly<Record<string, string>>> {
  const path = join(folder, 'digests.json')
  if (!existsSync(events)) writeEvents(events, profile)
  if (!existsSync(side)) writeSideTable(side)
  if (!existsSync(path)) {
    const program = resolve('test/bench/nexmark/digests.ts')
    const args = ['--max-old-space-size=12000', program, events, side, path]
    await measure({ program: process.execPath, args })
  }
  return JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>
}

const run = (query: string): Promise<Cost> =>
  measure({
    program: process.execPath,
    args: [bin, 'run', join(folder, `${query}.yaml`), '--quiet'],
  })

/** A run whose answer is compared; those that are timed come behind it. */
async function check(query: string, expected: string | undefined): Promise<void> {
  await run(query)
  if (expected === undefined) return
  const got = digest(writtenRows(query, join(folder, 'out')))
  if (got !== expected) throw new Error(`${query} answers ${got}, not ${expected}`)
}

function row(query: string, costs: readonly Cost[]): string {
  const of = (name: keyof Cost): number => median(costs.map((cost) => cost[name]))
  const thousands = (number: number): string => Math.round(number / 1000).toLocaleString('en')
  const [seconds, cpuSeconds] = [of('seconds'), of('cpuSeconds')]
  const cells = [
    query.slice(1),
    queries[query],
    seconds.toFixed(2),
    thousands(profile.events / seconds),
    cpuSeconds.toFixed(2),
    thousands(profile.events / cpuSeconds),
    Math.round(of('megabytes')).toLocaleString('en'),
  ]
  return `| ${cells.join(' | ')} |`
}

async function table(): Promise<readonly string[]> {
  const expected = await expectedDigests()
  const lines = [
    '| q | about | seconds | thousand events/s | CPU seconds | thousand events/CPU s | peak MB |',
    '| --- | --- | --- | --- | --- | --- | --- |',
  ]
  for (const line of lines) console.log(line)
  for (const query of asked) {
    await check(query, expected[query])
    const costs: Cost[] = []
    while (costs.length < Number(values.runs)) costs.push(await run(query))
    // What they write is as large as what they read.
    rmSync(join(folder, 'out'), { recursive: true })
    const line = row(query, costs)
    console.log(line)
    lines.push(line)
  }
  return lines
}

const span = profile.events / profile.rate
const opening = `# Nexmark

${machineLine()}, a shared machine. Made by \`node test/bench/nexmark.ts --write\`: ${profile.events.toLocaleString('en')} events
(2 % people, 6 % auctions, 92 % bids; ${span} s of event time), medians of ${values.runs} runs. Each query is the job of
[configs/nexmark](../../configs/nexmark) of the same number, as it stands there: one process from start to end, which reads one file of JSON
lines and writes its results to a file. Before it is timed its answer is compared, as a multiset, with that of a plain program over whole
arrays (\`test/bench/nexmark/oracle\`); only q12 goes by the clock, and cannot be compared.

Events per second are those of the whole file, people and auctions included, whatever a query reads of them. Events per CPU second count
what all threads of the process took, the garbage collector's included. q6 is left out: the last ten closed auctions of a seller need a
stage of your own. q21 and q22, on web addresses, and the patterns of the suite are not part of this set.

To run one by hand:

\`\`\`sh
node test/bench/nexmark/generate.ts configs/nexmark/events.jsonl --side configs/nexmark/side.csv
pnpm -s millrace run configs/nexmark/q5.yaml
\`\`\`
`
mkdirSync(folder, { recursive: true })
for (const query of asked) {
  cpSync(resolve(`configs/nexmark/${query}.yaml`), join(folder, `${query}.yaml`))
}
console.log(machineLine())
const lines = await table()
if (values.write) {
  writeFileSync(resolve('docs/benchmarks/nexmark.md'), `${opening}\n${lines.join('\n')}\n`)
}
