// Queries that put bids, auctions and people together.
import type { Auction, Bid } from '../events.ts'
import type { House } from './house.ts'

export function* q3({ auctions, people }: House): Generator<object> {
  const sellers = new Map(people.map((person) => [person.id, person]))
  for (const { category, id, seller } of auctions) {
    const person = sellers.get(seller)
    if (category !== 10 || person === undefined) continue
    const { city, name, state } = person
    if (state === 'OR' || state === 'ID' || state === 'CA') yield { name, city, state, id }
  }
}

/** The bids that count for each auction which has some, the best first. */
function bidsInTime({ auctions, bids }: House): Map<Auction, Bid[]> {
  const byId = new Map<number, Auction>(auctions.map((auction) => [auction.id, auction]))
  const counting = new Map<Auction, Bid[]>()
  for (const bid of bids) {
    const auction = byId.get(bid.auction)
    if (auction === undefined) continue
    if (bid.dateTime < auction.dateTime || bid.dateTime > auction.expires) continue
    const others = counting.get(auction)
    if (others === undefined) counting.set(auction, [bid])
    else others.push(bid)
  }
  for (const all of counting.values()) {
    all.sort((a, b) => b.price - a.price || a.dateTime - b.dateTime)
  }
  return counting
}

export function* q4(house: House): Generator<object> {
  const finals = new Map<number, number[]>()
  for (const [{ category }, [best]] of bidsInTime(house)) {
    finals.set(category, [...(finals.get(category) ?? []), best?.price ?? Number.NaN])
  }
  for (const [category, prices] of finals) {
    yield { category, average: prices.reduce((sum, price) => sum + price, 0) / prices.length }
  }
}

export function* q8({ auctions, people }: House): Generator<object> {
  const tenSeconds = (time: number): number => Math.floor(time / 10_000) * 10_000
  const opened = new Set(
    auctions.map(({ dateTime, seller }) => `${seller} ${tenSeconds(dateTime)}`),
  )
  for (const { dateTime, id, name } of people) {
    const windowStart = tenSeconds(dateTime)
    if (opened.has(`${id} ${windowStart}`)) yield { id, name, windowStart }
  }
}

export function* q9(house: House): Generator<object> {
  for (const [auction, [best]] of bidsInTime(house)) {
    const { category, dateTime, description, expires, extra, id } = auction
    const { initialBid, itemName, reserve, seller } = auction
    yield {
      id,
      itemName,
      description,
      initialBid,
      reserve,
      dateTime,
      expires,
      seller,
      category,
      extra,
      bidder: best?.bidder,
      price: best?.price,
      bidDateTime: best?.dateTime,
      bidExtra: best?.extra,
    }
  }
}

export function* q20({ auctions, bids }: House): Generator<object> {
  const wanted = auctions.filter(({ category }) => category === 10)
  const byId = new Map(wanted.map((auction) => [auction.id, auction]))
  for (const { auction, bidder, channel, dateTime, extra, price, url } of bids) {
    const found = byId.get(auction)
    if (found === undefined) continue
    const { category, description, expires, initialBid, itemName, reserve, seller } = found
    yield {
      auction,
      bidder,
      price,
      channel,
      url,
      bidDateTime: dateTime,
      bidExtra: extra,
      itemName,
      description,
      initialBid,
      reserve,
      expires,
      seller,
      category,
      auctionDateTime: found.dateTime,
      auctionExtra: found.extra,
    }
  }
}
