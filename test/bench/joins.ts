// What a join costs per record, beside the same join written by hand.
// node test/bench/joins.ts [--records 6000000] [--only interval]
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { join, type JoinParameters } from '@millrace/join'
import { countResults } from './stage-job.ts'

const { values } = parseArgs({
  options: { records: { type: 'string', default: '6000000' }, only: { type: 'string' } },
})
const RECORDS = Number(values.records)
const KEYS = 10_000
const POOL = 500_000
/** Records per ms of event time and input: 5,000 per second, so a key has one every 2 s. */
const PER_MS = 5
const INPUTS = ['order', 'payment'] as const

interface Row {
  readonly user: string
  readonly amount: number
}

/** The same users in another order for each input. */
function poolOf(step: number): Row[] {
  const names = Array.from({ length: KEYS }, (_, index) => `user-${index}`)
  return Array.from({ length: POOL }, (_, index) => ({
    user: names[(index * step) % KEYS] as string,
    amount: (index * 31) % 1000,
  }))
}

const pools: readonly (readonly Row[])[] = [poolOf(7919), poolOf(7907)]

function runJoin(parameters: Partial<JoinParameters>): Promise<number> {
  const flows = INPUTS.map((input, index) => {
    const pool = pools[index] as readonly Row[]
    return { input, pool, records: RECORDS / 2, perMs: PER_MS }
  })
  return countResults(join, parameters, {
    flows,
    key: 'user',
    read: (record) => (record as Row).user,
  })
}

interface Held {
  readonly time: number
  readonly row: Row
}

/** What one would write without an engine: a list per key and side, which lose their old ones when they are looked at. */
function byHand(withinMs: number): number {
  let results = 0
  const sink = (_result: unknown): void => {
    results++
  }
  const sides = [new Map<string, Held[]>(), new Map<string, Held[]>()] as const
  for (let index = 0; index < RECORDS / 2; index++) {
    const time = Math.floor(index / PER_MS)
    for (const side of [0, 1] as const) {
      const row = pools[side]?.[index % POOL] as Row
      const others = sides[1 - side]?.get(row.user)
      if (others !== undefined) {
        while (others.length > 0 && (others[0] as Held).time < time - withinMs) others.shift()
        for (const other of others) {
          const [order, payment] = side === 0 ? [row, other.row] : [other.row, row]
          sink({ user: row.user, order, payment })
        }
      }
      const own = sides[side].get(row.user)
      if (own === undefined) sides[side].set(row.user, [{ time, row }])
      else {
        while (own.length > 0 && (own[0] as Held).time < time - withinMs) own.shift()
        own.push({ time, row })
      }
    }
  }
  return results
}

async function measure(name: string, run: () => number | Promise<number>): Promise<number> {
  const start = performance.now()
  const results = await run()
  const nanos = ((performance.now() - start) * 1e6) / RECORDS
  const speed = `${nanos.toFixed(0).padStart(5)} ns a record  ${(1000 / nanos).toFixed(2)} M/s`
  console.log(`${name.padEnd(24)} ${speed}  ${results} results`)
  return nanos
}

const cases: readonly (readonly [string, Partial<JoinParameters>])[] = [
  ['interval 1s', { within: '1s' }],
  ['interval 1s, full', { kind: 'full', within: '1s' }],
  ['interval 1s, semi', { kind: 'semi', within: '1s' }],
  ['window 2s', { window: { tumbling: '2s', offset: '0s' } }],
  ['table', { table: 'payment' }],
  ['as of 1s', { asOf: 'payment', within: '1s' }],
]

console.log(`${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`)
const hand = await measure('by hand, interval 1s', () => byHand(1000))
for (const [name, parameters] of cases) {
  if (values.only !== undefined && !name.includes(values.only)) continue
  const nanos = await measure(name, () => runJoin(parameters))
  console.log(`${''.padEnd(24)}   ${(nanos / hand).toFixed(2)} x by hand`)
}
