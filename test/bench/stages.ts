// What dedupe, sort, top-n and union cost per record, beside the same done by hand.
// node test/bench/stages.ts [--records 2000000] [--rounds 3] [--only sort] [--write]
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { dedupe } from '@millrace/dedupe'
import { sort } from '@millrace/sort'
import { topN } from '@millrace/top-n'
import { union } from '@millrace/union'
import { countResults, type Flow } from './stage-job.ts'
import * as hand from './stages-by-hand.ts'

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '2000000' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
})
const RECORDS = Number(values.records)
const ROUNDS = Number(values.rounds)
/** Records per ms of event time: 10,000 per second. */
const PER_MS = 10
const pool = hand.poolOf(1_000_000)
const flow: Flow = { input: 'in', pool, records: RECORDS, perMs: PER_MS }
const disordered = { ...flow, disorderMs: hand.DISORDER_MS, behind: hand.behind }
const halves = ['left', 'right'].map((input) => ({ ...flow, input, records: RECORDS / 2 }))
const read = (record: unknown): string => (record as hand.Row).user
const byUser = { flows: [flow], key: 'user', read }
const input = { pool, records: RECORDS, perMs: PER_MS }

interface Case {
  readonly name: string
  readonly byHand: () => number
  readonly stage: () => Promise<number>
}

const cases: readonly Case[] = [
  {
    name: 'dedupe 10s, every tenth repeats',
    byHand: () => hand.dedupe(input, 10_000),
    stage: () => countResults(dedupe, { within: '10s', of: ['id'] }, { flows: [flow] }),
  },
  {
    name: 'dedupe 10s by user, nine of ten repeat',
    byHand: () => hand.dedupeByUser(input, 10_000),
    stage: () => countResults(dedupe, { within: '10s' }, byUser),
  },
  {
    name: 'sort, in order already',
    byHand: () => hand.sort(input, () => 0, 0),
    stage: () => countResults(sort, {}, { flows: [flow] }),
  },
  {
    name: 'sort, 1 s of disorder',
    byHand: () => hand.sort(input, hand.behind, hand.DISORDER_MS),
    stage: () => countResults(sort, {}, { flows: [disordered] }),
  },
  {
    name: 'top-n 3 by user',
    byHand: () => hand.topN(input, 3, Infinity),
    stage: () => countResults(topN, { n: 3, of: 'amount' }, byUser),
  },
  {
    name: 'top-n 3 by user, tumbling 10s',
    byHand: () => hand.topN(input, 3, 10_000),
    stage: () => countResults(topN, { n: 3, of: 'amount', window: { tumbling: '10s' } }, byUser),
  },
  {
    name: 'union of two',
    byHand: () => hand.union(input),
    stage: () => countResults(union, {}, { flows: halves }),
  },
  {
    name: 'union of two, with their names',
    byHand: () => hand.union(input, 'from'),
    stage: () => countResults(union, { as: 'from' }, { flows: halves }),
  },
]

interface Measured {
  readonly nanos: number
  readonly results: number
}

async function measure(run: () => number | Promise<number>): Promise<Measured> {
  const start = performance.now()
  const results = await run()
  return { nanos: ((performance.now() - start) * 1e6) / RECORDS, results }
}

const median = (all: readonly number[]): number =>
  all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] as number

/** Medians of rounds in which both ran one after the other. */
async function compare({ byHand, name, stage }: Case): Promise<string> {
  const rounds: { own: Measured; ours: Measured }[] = []
  for (let round = 0; round < ROUNDS; round++) {
    rounds.push({ own: await measure(byHand), ours: await measure(stage) })
  }
  const [first] = rounds
  if (first === undefined || first.own.results !== first.ours.results) {
    throw new Error(`${name}: ${first?.own.results} by hand, ${first?.ours.results} results`)
  }
  const own = median(rounds.map((round) => round.own.nanos))
  const ours = median(rounds.map((round) => round.ours.nanos))
  const ratio = median(rounds.map((round) => round.ours.nanos / round.own.nanos))
  const cells = [
    name,
    Math.round(own).toLocaleString('en'),
    Math.round(ours).toLocaleString('en'),
    `${(1000 / ours).toFixed(1)} M`,
    ratio.toFixed(1),
    first.own.results.toLocaleString('en'),
  ]
  return `| ${cells.join(' | ')} |`
}

const host = `Node ${process.version}, one core of ${cpus().length} of ${cpus()[0]?.model.trim() ?? 'cpu'}, a shared machine`
console.log(host)
const rows: string[] = []
for (const one of cases) {
  if (values.only !== undefined && !one.name.includes(values.only)) continue
  const row = await compare(one)
  rows.push(row)
  console.log(row)
}
if (values.write) {
  const page = `# Dedupe, sort, top-n, union

${host}. Made by \`node test/bench/stages.ts --write\`; medians of ${ROUNDS} rounds.

A job \`source > stage > counting sink\` over ${(RECORDS / 1e6).toFixed(0)} million records in memory, 10,000 for each second of event time, of
${hand.USERS.toLocaleString('en')} users. By hand is a loop over the same records with the same results (\`test/bench/stages-by-hand.ts\`), without late records, state that can
be saved, or anything that could fail.

| | by hand, ns for a record | ns for a record | records for a second | × by hand | results |
| --- | --- | --- | --- | --- | --- |
${rows.join('\n')}
`
  writeFileSync(join(import.meta.dirname, '../../docs/benchmarks/stages.md'), page)
}
