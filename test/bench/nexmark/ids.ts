// Of 50 events the first is a person, the next three are auctions, the others bids. Ids follow from the numbers of events.
const EPOCH = 50
const AUCTIONS = 3

export type Kind = 'person' | 'auction' | 'bid'

/** What an event is. */
export function kindOf(event: number): Kind {
  const offset = event % EPOCH
  if (offset === 0) return 'person'
  return offset <= AUCTIONS ? 'auction' : 'bid'
}

/** The last person at an event, itself included, counted from 0. */
export function lastPerson(event: number): number {
  return Math.floor(event / EPOCH)
}

/** The last auction at an event, itself included, counted from 0; -1 before the first. */
export function lastAuction(event: number): number {
  return Math.floor(event / EPOCH) * AUCTIONS + Math.min(event % EPOCH, AUCTIONS) - 1
}
