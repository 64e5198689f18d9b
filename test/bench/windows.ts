// What windows cost per record, beside the same fold written by hand, what a million open sessions weigh, and what is left of those
// that are over.
// node --expose-gc test/bench/windows.ts [--records 12000000] [--only sliding] [--sessions] [--passing]
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { window, type WindowParameters } from '@millrace/window'
import { countResults } from './stage-job.ts'

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '12000000' },
    only: { type: 'string' },
    sessions: { type: 'boolean', default: false },
    passing: { type: 'boolean', default: false },
  },
})
const RECORDS = Number(values.records)
const KEYS = 10_000
const POOL = 1_000_000
/** Records per ms of event time: 10,000 per second. */
const PER_MS = 10

interface Row {
  readonly user: string
  readonly amount: number
}

function poolOf(keys: number): Row[] {
  const names = Array.from({ length: keys }, (_, index) => `user-${index}`)
  return Array.from({ length: POOL }, (_, index) => ({
    user: names[(index * 7919) % keys] as string,
    amount: (index * 31) % 1000,
  }))
}

function runWindows(
  parameters: Partial<WindowParameters>,
  pool: readonly Row[],
  records: number,
): Promise<number> {
  const flow = { input: 'in', pool, records, perMs: PER_MS }
  const read = (record: unknown): string => (record as Row).user
  return countResults(window, parameters, { flows: [flow], key: 'user', read })
}

/** What one would write without an engine: a map per window, given out when time has passed it. */
function byHand(pool: readonly Row[], records: number, sizeMs: number): number {
  let results = 0
  let end = sizeMs
  let totals = new Map<string, { n: number; total: number }>()
  const sink = (_result: unknown): void => {
    results++
  }
  const close = (): void => {
    for (const [user, { n, total }] of totals) {
      sink({ user, windowStart: end - sizeMs, windowEnd: end, n, total })
    }
    totals = new Map()
  }
  for (let index = 0; index < records; index++) {
    const time = Math.floor(index / PER_MS)
    if (time >= end) {
      close()
      end = Math.floor(time / sizeMs) * sizeMs + sizeMs
    }
    const { user, amount } = pool[index % POOL] as Row
    const known = totals.get(user)
    if (known === undefined) totals.set(user, { n: 1, total: amount })
    else {
      known.n++
      known.total += amount
    }
  }
  close()
  return results
}

async function measure(name: string, run: () => number | Promise<number>): Promise<number> {
  const cpu = process.cpuUsage()
  const start = performance.now()
  const results = await run()
  const ms = performance.now() - start
  const { user, system } = process.cpuUsage(cpu)
  const nanos = (ms * 1e6) / RECORDS
  console.log(
    `${name.padEnd(34)} ${nanos.toFixed(0).padStart(5)} ns a record  ${(1000 / nanos).toFixed(2).padStart(6)} M/s` +
      `  processor ${(((user + system) * 1000) / RECORDS).toFixed(0).padStart(4)} ns  ${results} results`,
  )
  return nanos
}

const aggregate = { n: 'count()', total: 'sum(amount)' }
const cases: readonly (readonly [string, Partial<WindowParameters>])[] = [
  ['tumbling 10m', { tumbling: '10m', aggregate }],
  ['tumbling 10s', { tumbling: '10s', aggregate }],
  ['sliding 10m every 10s', { sliding: { size: '10m', every: '10s' }, aggregate }],
  ['cumulate 10m step 10s', { cumulate: { size: '10m', step: '10s' }, aggregate }],
  ['session 500ms', { session: '500ms', aggregate }],
  ['count 100', { count: 100, aggregate }],
  ['tumbling 10m, quantile', { tumbling: '10m', aggregate: { p95: 'quantile(amount, 0.95)' } }],
  [
    'sliding 10m every 10s, quantile',
    { sliding: { size: '10m', every: '10s' }, aggregate: { p95: 'quantile(amount, 0.95)' } },
  ],
]

async function speed(): Promise<void> {
  const pool = poolOf(KEYS)
  const hand = await measure('by hand, tumbling 10m', () => byHand(pool, RECORDS, 600_000))
  let tumbling = 0
  for (const [name, parameters] of cases) {
    if (values.only !== undefined && !name.includes(values.only)) continue
    const nanos = await measure(name, () => runWindows(parameters, pool, RECORDS))
    if (name === 'tumbling 10m') tumbling = nanos
    const ofTumbling = tumbling === 0 ? '' : `, ${(nanos / tumbling).toFixed(2)} x tumbling 10m`
    console.log(`${''.padEnd(34)}   ${(nanos / hand).toFixed(2)} x by hand${ofTumbling}`)
  }
}

function used(): number {
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** Heap and buffers while a million keys come one after the other, each for one session of half a second. */
async function passing(): Promise<void> {
  const keys = 1_000_000
  const rows = poolOf(keys).map((row, index) =>
    index % 200_000 === 100_000
      ? {
          amount: 1,
          get user(): string {
            console.log(`${index} keys: ${(used() / 1e6).toFixed(0)} MB`)
            return row.user
          },
        }
      : row,
  )
  await runWindows({ session: '500ms', aggregate: { n: 'count()' } }, rows, keys)
}

/** Heap and buffers of a million open sessions, the names of their keys included. */
async function sessions(): Promise<void> {
  const keys = 1_000_000
  const pool = poolOf(keys)
  const before = used()
  let bytes = 0
  const rows = pool.map((row, index) =>
    index < POOL - 1
      ? row
      : {
          amount: 1,
          get user(): string {
            bytes = used() - before
            return 'last'
          },
        },
  )
  await runWindows({ session: '1d', aggregate: { n: 'count()' } }, rows, keys)
  console.log(`a million sessions: ${(bytes / keys).toFixed(0)} bytes each`)
}

console.log(`${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`)
await (values.passing ? passing() : values.sessions ? sessions() : speed())
