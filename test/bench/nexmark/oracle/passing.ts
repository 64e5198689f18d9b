// Queries that look at each bid by itself.
import type { House } from './house.ts'

export function* q0({ bids }: House): Generator<object> {
  for (const { auction, bidder, price, dateTime, extra } of bids) {
    yield { auction, bidder, price, dateTime, extra }
  }
}

export function* q1({ bids }: House): Generator<object> {
  for (const { auction, bidder, price, dateTime, extra } of bids) {
    yield { auction, bidder, price: 0.908 * price, dateTime, extra }
  }
}

export function* q2({ bids }: House): Generator<object> {
  for (const { auction, price } of bids) if (auction % 123 === 0) yield { auction, price }
}

/** With the file that each goes to. */
export function* q10({ bids }: House): Generator<object> {
  for (const { auction, bidder, price, dateTime, extra } of bids) {
    const [day = '', time = ''] = new Date(dateTime).toISOString().split('T')
    const file = `${day}/${time.slice(0, 2)}-${time.slice(3, 5)}.jsonl`
    yield { auction, bidder, price, dateTime, extra, file }
  }
}

export function* q13({ bids, side }: House): Generator<object> {
  for (const { auction, bidder, price, dateTime } of bids) {
    const value = side.get(auction % 10_000)
    if (value !== undefined) yield { auction, bidder, price, dateTime, value }
  }
}

function timeOfDay(hour: number): string {
  if (hour >= 8 && hour <= 18) return 'dayTime'
  return hour <= 6 || hour >= 20 ? 'nightTime' : 'otherTime'
}

export function* q14({ bids }: House): Generator<object> {
  for (const { auction, bidder, price, dateTime, extra } of bids) {
    const euros = 0.908 * price
    if (euros <= 1_000_000 || euros >= 50_000_000) continue
    const bidTimeType = timeOfDay(new Date(dateTime).getUTCHours())
    const cs = extra.replaceAll(/[^c]/g, '').length
    yield { auction, bidder, price: euros, bidTimeType, dateTime, extra, cs }
  }
}
