// Queries that choose some bids of each group.
import type { Bid } from '../events.ts'
import type { House } from './house.ts'

export function* q18({ bids }: House): Generator<object> {
  const last = new Map<string, Bid>()
  for (const bid of bids) {
    const pair = `${bid.bidder} ${bid.auction}`
    const other = last.get(pair)
    if (other === undefined || bid.dateTime >= other.dateTime) last.set(pair, bid)
  }
  for (const { auction, bidder, channel, dateTime, extra, price, url } of last.values()) {
    yield { auction, bidder, price, channel, url, dateTime, extra }
  }
}

export function* q19({ bids }: House): Generator<object> {
  const auctions = new Map<number, Bid[]>()
  for (const bid of bids) {
    const others = auctions.get(bid.auction)
    if (others === undefined) auctions.set(bid.auction, [bid])
    else others.push(bid)
  }
  for (const all of auctions.values()) {
    const sorted = all.toSorted((a, b) => b.price - a.price || a.dateTime - b.dateTime)
    for (const [index, bid] of sorted.slice(0, 10).entries()) {
      const { auction, bidder, channel, dateTime, extra, price, url } = bid
      yield { auction, bidder, price, channel, url, dateTime, extra, rank: index + 1 }
    }
  }
}
