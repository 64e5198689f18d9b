// Queries that count what came on each day.
import type { Bid } from '../events.ts'
import type { House } from './house.ts'

const DAY = 86_400_000
const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10)

/** Bids by a key and the day, those left out that come when the day is over. */
function byDay({ bids }: House, key: (bid: Bid) => number | string): Map<string, Bid[]> {
  const groups = new Map<string, Bid[]>()
  for (const bid of bids) {
    if (bid.watermark >= Math.floor(bid.dateTime / DAY) * DAY + DAY) continue
    const name = `${key(bid)} ${dayOf(bid.dateTime)}`
    const others = groups.get(name)
    if (others === undefined) groups.set(name, [bid])
    else others.push(bid)
  }
  return groups
}

function counts(bids: readonly Bid[]) {
  return {
    bids: bids.length,
    bids1: bids.filter(({ price }) => price < 10_000).length,
    bids2: bids.filter(({ price }) => price >= 10_000 && price < 1_000_000).length,
    bids3: bids.filter(({ price }) => price >= 1_000_000).length,
  }
}

function different(
  bids: readonly Bid[],
  name: 'auction' | 'bidder',
  from = 0,
  to = Infinity,
): number {
  const within = bids.filter(({ price }) => price >= from && price < to)
  return new Set(within.map((bid) => bid[name])).size
}

function ranks(bids: readonly Bid[]): object {
  return {
    ...counts(bids),
    bidders: different(bids, 'bidder'),
    bidders1: different(bids, 'bidder', 0, 10_000),
    bidders2: different(bids, 'bidder', 10_000, 1_000_000),
    bidders3: different(bids, 'bidder', 1_000_000),
    auctions: different(bids, 'auction'),
    auctions1: different(bids, 'auction', 0, 10_000),
    auctions2: different(bids, 'auction', 10_000, 1_000_000),
    auctions3: different(bids, 'auction', 1_000_000),
  }
}

const first = (bids: readonly Bid[]): Bid => bids[0] as Bid

export function* q15(house: House): Generator<object> {
  for (const bids of byDay(house, () => 'all').values()) {
    yield { day: dayOf(first(bids).dateTime), ...ranks(bids) }
  }
}

export function* q16(house: House): Generator<object> {
  for (const bids of byDay(house, ({ channel }) => channel).values()) {
    const { channel, dateTime } = first(bids)
    const last = bids.reduce((latest, bid) => Math.max(latest, bid.dateTime), dateTime)
    const minute = new Date(last).toISOString().slice(11, 16)
    yield { channel, day: dayOf(dateTime), minute, ...ranks(bids) }
  }
}

export function* q17(house: House): Generator<object> {
  for (const bids of byDay(house, ({ auction }) => auction).values()) {
    const { auction, dateTime } = first(bids)
    const prices = bids.map(({ price }) => price).toSorted((a, b) => a - b)
    const total = prices.reduce((sum, price) => sum + price, 0)
    yield {
      auction,
      day: dayOf(dateTime),
      ...counts(bids),
      total,
      lowest: prices[0],
      highest: prices.at(-1),
      average: total / prices.length,
    }
  }
}
