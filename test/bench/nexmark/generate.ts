// Nexmark's auction house as JSON lines: people, auctions and bids in one file. The same profile gives the same bytes.
// node test/bench/nexmark/generate.ts events.jsonl [--events 2000000] [--rate 10000] [--seed 1] [--in-flight 100]
//   [--order ordered | disordered | late] [--side side.csv]
import { closeSync, openSync, renameSync, writeSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { Dice } from './dice.ts'
import { type Auction, auctionOf, type Bid, bidOf, type Person, personOf } from './events.ts'
import { kindOf } from './ids.ts'
import { arrivals, type Order, type Profile, twoCores } from './profile.ts'

/** Rows of the side table, one for each remainder of an auction's id. */
const SIDE_ROWS = 10_000

/** The events of a profile in the order in which they arrive. */
export function* eventsOf(profile: Profile): Generator<Person | Auction | Bid> {
  const dice = new Dice()
  const make = { person: personOf, auction: auctionOf, bid: bidOf }
  for (const event of arrivals(profile)) {
    dice.begin(profile.seed, event)
    yield make[kindOf(event)](dice, profile, event)
  }
}

/** The bounded table of q13 as CSV: it holds since long before the first event. */
export function sideTable(): string {
  const rows = Array.from({ length: SIDE_ROWS }, (_, key) => `${key},side-${key},2015-01-01`)
  return `key,value,since\n${rows.join('\n')}\n`
}

/** Writes lines to a file, which has its name when it is whole. */
function writeLines(path: string, lines: Iterable<string>): void {
  const file = openSync(`${path}.part`, 'w')
  let text = ''
  for (const line of lines) {
    text += line
    if (text.length < 1 << 20) continue
    writeSync(file, text)
    text = ''
  }
  writeSync(file, text)
  closeSync(file)
  renameSync(`${path}.part`, path)
}

function* linesOf(profile: Profile): Generator<string> {
  for (const event of eventsOf(profile)) yield `${JSON.stringify(event)}\n`
}

/** Writes the events of a profile, a line each. */
export function writeEvents(path: string, profile: Profile): void {
  writeLines(path, linesOf(profile))
}

/** Writes the side table. */
export function writeSideTable(path: string): void {
  writeLines(path, [sideTable()])
}

function main(): void {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      events: { type: 'string', default: String(twoCores.events) },
      rate: { type: 'string', default: String(twoCores.rate) },
      seed: { type: 'string', default: String(twoCores.seed) },
      'in-flight': { type: 'string', default: String(twoCores.inFlight) },
      order: { type: 'string', default: twoCores.order },
      side: { type: 'string' },
    },
  })
  const [path] = positionals
  const orders: readonly string[] = ['ordered', 'disordered', 'late']
  if (path === undefined || !orders.includes(values.order)) {
    throw new Error(`name the file to write, and one of the orders ${orders.join(', ')}`)
  }
  writeEvents(path, {
    seed: Number(values.seed),
    events: Number(values.events),
    rate: Number(values.rate),
    inFlight: Number(values['in-flight']),
    order: values.order as Order,
  })
  if (values.side !== undefined) writeSideTable(values.side)
}

if (import.meta.main) main()
