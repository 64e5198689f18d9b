/** What is generated. */
export interface Profile {
  readonly seed: number
  readonly events: number
  /** Events for each second of event time. */
  readonly rate: number
  /** How many auctions get bids at a time, the hot one left out. They last up to twice as long as it takes to open so many. */
  readonly inFlight: number
  readonly order: Order
}

/** Every order holds the same events. */
export type Order = 'ordered' | 'disordered' | 'late'

/** Events within a group of so many come mixed. */
const groups: Readonly<Record<Order, number>> = { ordered: 1, disordered: 1000, late: 100_000 }

/** Two million events over 200 s of event time: 20 windows of 10 s, 100 steps of 2 s. */
export const twoCores: Profile = {
  seed: 1,
  events: 2_000_000,
  rate: 10_000,
  inFlight: 100,
  order: 'ordered',
}

/** Half of the events are before midnight. */
const MIDNIGHT = Date.UTC(2015, 6, 15)

/** Event time of an event, epoch ms. */
export function timeOf({ events, rate }: Profile, event: number): number {
  return MIDNIGHT + Math.floor(((event - events / 2) * 1000) / rate)
}

/** Numbers of the events in the order in which they are written. Throws for events that do not fill their groups. */
export function* arrivals({ events, order }: Profile): Generator<number> {
  const group = groups[order]
  if (events % group !== 0) throw new Error(`${order} events come in groups of ${group}`)
  for (let index = 0; index < events; index++) {
    const offset = index % group
    yield index - offset + ((offset * 953) % group)
  }
}

/** How long it takes to open so many auctions, ms: 3 of 50 events are auctions. */
export function opening({ rate }: Profile, auctions: number): number {
  return (auctions * 50 * 1000) / (3 * rate)
}
