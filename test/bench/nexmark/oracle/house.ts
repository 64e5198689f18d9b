import { closeSync, openSync, readFileSync, readSync } from 'node:fs'
import type { Auction, Bid, Person } from '../events.ts'

/** How far event time trails the latest event, ms. */
const DISORDER_MS = 4000

/** An event, and how far event time had come in front of it: a window that ends there, or earlier, is over. */
export type Arrived<Event> = Event & { readonly watermark: number }

/** All that happened in the auction house, in the order of arrival. */
export interface House {
  readonly people: readonly Arrived<Person>[]
  readonly auctions: readonly Arrived<Auction>[]
  readonly bids: readonly Arrived<Bid>[]
  /** The side table of q13. */
  readonly side: ReadonlyMap<number, string>
}

function* linesOf(path: string): Generator<string> {
  const file = openSync(path, 'r')
  const piece = Buffer.alloc(1 << 20)
  let rest = ''
  for (let read = readSync(file, piece); read > 0; read = readSync(file, piece)) {
    // The events are plain ASCII: no character lies in two pieces.
    const lines = (rest + piece.toString('latin1', 0, read)).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
  closeSync(file)
}

/** Reads the events and the side table. */
export function readHouse(events: string, side: string): House {
  const people: Arrived<Person>[] = []
  const auctions: Arrived<Auction>[] = []
  const bids: Arrived<Bid>[] = []
  let watermark = -Infinity
  for (const line of linesOf(events)) {
    const event = JSON.parse(line) as Person | Auction | Bid
    const arrived = Object.assign(event, { watermark })
    watermark = Math.max(watermark, event.dateTime - DISORDER_MS)
    if (arrived.kind === 'person') people.push(arrived)
    else if (arrived.kind === 'auction') auctions.push(arrived)
    else bids.push(arrived)
  }
  const rows = readFileSync(side, 'utf8').trimEnd().split('\n').slice(1)
  const values = rows.map((row): [number, string] => {
    const [key = '', value = ''] = row.split(',')
    return [Number(key), value]
  })
  return { people, auctions, bids, side: new Map(values) }
}
