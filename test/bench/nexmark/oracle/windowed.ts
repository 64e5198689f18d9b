// Queries over ten seconds, and over what lies between pauses of ten seconds.
import type { Bid } from '../events.ts'
import type { House } from './house.ts'

const TEN = 10_000
const TWO = 2000

export function* q5({ bids }: House): Generator<object> {
  const windows = new Map<number, Map<number, number>>()
  for (const { auction, dateTime, watermark } of bids) {
    const first = Math.floor(dateTime / TWO) * TWO + TWO
    for (let end = first; end - TEN <= dateTime; end += TWO) {
      if (watermark >= end) continue
      const counts = windows.get(end) ?? new Map<number, number>()
      windows.set(end, counts.set(auction, (counts.get(auction) ?? 0) + 1))
    }
  }
  for (const [windowEnd, counts] of windows) {
    const most = Math.max(...counts.values())
    for (const [auction, num] of counts) if (num === most) yield { auction, num, windowEnd }
  }
}

export function* q7({ bids }: House): Generator<object> {
  const windows = new Map<number, Bid[]>()
  for (const bid of bids) {
    const end = Math.floor(bid.dateTime / TEN) * TEN + TEN
    if (bid.watermark >= end) continue
    const best = windows.get(end)
    if (best === undefined || bid.price > (best[0]?.price ?? 0)) windows.set(end, [bid])
    else if (bid.price === best[0]?.price) best.push(bid)
  }
  for (const { auction, bidder, dateTime, extra, price } of [...windows.values()].flat()) {
    yield { auction, bidder, price, dateTime, extra }
  }
}

/** Without late bids. */
export function* q11({ bids }: House): Generator<object> {
  const times = new Map<number, number[]>()
  for (const { bidder, dateTime } of bids) {
    const others = times.get(bidder)
    if (others === undefined) times.set(bidder, [dateTime])
    else others.push(dateTime)
  }
  for (const [bidder, all] of times) {
    all.sort((a, b) => a - b)
    let from = 0
    for (let index = 1; index <= all.length; index++) {
      const last = all[index - 1] ?? 0
      if ((all[index] ?? Infinity) - last < TEN) continue
      yield { bidder, windowStart: all[from], windowEnd: last + TEN, bids: index - from }
      from = index
    }
  }
}
