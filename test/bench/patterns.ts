// What a pattern costs per record, beside the same search written by hand for records in order.
// node test/bench/patterns.ts [--records 4000000] [--only rare]
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { createRandom } from '@millrace/base'
import { pattern } from '@millrace/pattern'
import { countResults } from './stage-job.ts'

const { values } = parseArgs({
  options: { records: { type: 'string', default: '4000000' }, only: { type: 'string' } },
})
const RECORDS = Number(values.records)
const KEYS = 10_000
const POOL = 1_000_000
/** Records per ms of event time: 10,000 per second, so a key has one a second. */
const PER_MS = 10
const WITHIN_MS = 10_000

interface Row {
  readonly card: string
  readonly amount: number
}

const cards = Array.from({ length: KEYS }, (_, index) => `card-${index}`)
const random = createRandom(1)
/** Amounts from 0 to 999, each as often as any other. */
const pool = Array.from({ length: POOL }, (_, index): Row => {
  return { card: cards[(index * 7919) % KEYS] as string, amount: Math.floor(random() * 1000) }
})

function runPattern(parameters: Record<string, unknown>, disorderMs: number): Promise<number> {
  const flow = { input: 'in', pool, records: RECORDS, perMs: PER_MS, disorderMs }
  return countResults(
    pattern,
    { within: `${WITHIN_MS}ms`, ...parameters },
    { flows: [flow], key: 'card', read: (record) => (record as Row).card },
  )
}

interface Begun {
  readonly start: number
  readonly amount: number
}

/** What one would write without an engine, for records in order: what began by card, until it is used or old. */
function byHand(below: number, times: number): number {
  let results = 0
  const sink = (_result: unknown): void => {
    results++
  }
  const open = new Map<string, Begun[]>()
  for (let index = 0; index < RECORDS; index++) {
    const { amount, card } = pool[index % POOL] as Row
    const time = Math.floor(index / PER_MS)
    let begun = open.get(card)
    if (begun !== undefined) {
      while (begun.length > 0 && (begun[0] as Begun).start + WITHIN_MS <= time) begun.shift()
      const match = begun.find((one) => amount > times * one.amount)
      if (match !== undefined) {
        sink({ card, matchStart: match.start, matchEnd: time, from: match.amount, to: amount })
        begun = []
        open.delete(card)
        continue
      }
    }
    if (amount >= below) continue
    if (begun === undefined) open.set(card, [{ start: time, amount }])
    else begun.push({ start: time, amount })
  }
  return results
}

async function measure(name: string, run: () => number | Promise<number>): Promise<number> {
  const start = performance.now()
  const results = await run()
  const nanos = ((performance.now() - start) * 1e6) / RECORDS
  console.log(
    `${name.padEnd(40)} ${nanos.toFixed(0).padStart(5)} ns a record  ${(1000 / nanos).toFixed(2).padStart(6)} M/s  ${results} results`,
  )
  return nanos
}

/** A record below so much, then one more than so many times as large. */
const cases: readonly (readonly [name: string, below: number, times: number])[] = [
  ['rare: 1 % begin', 10, 100],
  ['often: 10 % begin', 100, 20],
  ['all: 50 % begin, next one larger', 500, 1],
]

console.log(`${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`)
for (const [name, below, times] of cases) {
  if (values.only !== undefined && !name.includes(values.only)) continue
  const steps = [
    { name: 'small', where: `amount < ${below}` },
    { name: 'large', where: `amount > ${times} * small.amount` },
  ]
  const known = [steps[0], { name: 'large', where: `amount > ${Math.min(990, times * below)}` }]
  const select = { from: 'small.amount', to: 'large.amount' }
  const hand = await measure(`${name}, by hand`, () => byHand(below, times))
  for (const disorderMs of [0, 1000]) {
    const nanos = await measure(`${name}, disorder ${disorderMs} ms`, () =>
      runPattern({ steps, select }, disorderMs),
    )
    console.log(`${''.padEnd(40)} ${(nanos / hand).toFixed(1)} x by hand`)
  }
  await measure(`${name}, conditions on the record alone`, () =>
    runPattern({ steps: known, select }, 0),
  )
}
