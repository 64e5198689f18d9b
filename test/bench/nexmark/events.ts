import type { Dice } from './dice.ts'
import { lastAuction, lastPerson } from './ids.ts'
import { opening, type Profile, timeOf } from './profile.ts'
import * as words from './words.ts'

/** Somebody who opens auctions and bids. */
export interface Person {
  readonly kind: 'person'
  readonly id: number
  readonly name: string
  readonly email: string
  readonly creditCard: string
  readonly city: string
  readonly state: string
  /** Epoch ms. */
  readonly dateTime: number
  readonly extra: string
}

export interface Auction {
  readonly kind: 'auction'
  readonly id: number
  readonly itemName: string
  readonly description: string
  readonly initialBid: number
  readonly reserve: number
  readonly dateTime: number
  /** When it closes, epoch ms. */
  readonly expires: number
  readonly seller: number
  readonly category: number
  readonly extra: string
}

export interface Bid {
  readonly kind: 'bid'
  readonly auction: number
  readonly bidder: number
  readonly price: number
  readonly channel: string
  readonly url: string
  readonly dateTime: number
  readonly extra: string
}

const FIRST_ID = 1000
const FIRST_CATEGORY = 10
const CATEGORIES = 5
/** The hot one is the first, for bidders the second, of each block of so many. */
const BLOCK = 100
const ACTIVE_PEOPLE = 1000
/** Ids of so many that do not exist yet are drawn too. */
const LEAD = 10
const CHANNELS = 10_000

/** From 100 to 100 million, as many between 100 and 1000 as between 10 and 100 million. */
function price(dice: Dice): number {
  return Math.round(100 * 10 ** (6 * dice.unit()))
}

function personAt(dice: Dice, event: number): number {
  const people = lastPerson(event) + 1
  const active = Math.min(people, ACTIVE_PEOPLE)
  return people - active + dice.below(active + LEAD)
}

function auctionAt(dice: Dice, event: number, inFlight: number): number {
  const last = lastAuction(event)
  const first = Math.max(last - inFlight, 0)
  return first + dice.below(last - first + 1 + LEAD)
}

const hot = (last: number): number => Math.max(0, Math.floor(last / BLOCK) * BLOCK)

export function personOf(dice: Dice, profile: Profile, event: number): Person {
  const name = `${dice.of(words.firstNames)} ${dice.of(words.lastNames)}`
  const digits = (): string => String(dice.below(10_000)).padStart(4, '0')
  return {
    kind: 'person',
    id: FIRST_ID + lastPerson(event),
    name,
    email: `${words.textOf(dice, 7)}@${words.textOf(dice, 5)}.com`,
    creditCard: `${digits()} ${digits()} ${digits()} ${digits()}`,
    city: dice.of(words.cities),
    state: dice.of(words.states),
    dateTime: timeOf(profile, event),
    extra: words.filler(dice, 140),
  }
}

export function auctionOf(dice: Dice, profile: Profile, event: number): Auction {
  const last = lastPerson(event)
  const initialBid = price(dice)
  const dateTime = timeOf(profile, event)
  return {
    kind: 'auction',
    id: FIRST_ID + lastAuction(event),
    itemName: words.textOf(dice, 20),
    description: words.textOf(dice, 100),
    initialBid,
    reserve: initialBid + price(dice),
    dateTime,
    expires: dateTime + 1 + dice.below(Math.floor(2 * opening(profile, profile.inFlight))),
    seller: FIRST_ID + (dice.below(4) > 0 ? hot(last) : personAt(dice, event)),
    category: FIRST_CATEGORY + dice.below(CATEGORIES),
    extra: words.filler(dice, 330),
  }
}

export function bidOf(dice: Dice, profile: Profile, event: number): Bid {
  const isHot = dice.below(2) > 0
  const auction = isHot ? hot(lastAuction(event)) : auctionAt(dice, event, profile.inFlight)
  const hotBidder = hot(lastPerson(event)) + 1
  const number = dice.below(CHANNELS)
  const channel = dice.below(2) > 0 ? dice.of(words.hotChannels) : `channel-${number}`
  const path = `${words.textOf(dice, 5)}/${words.textOf(dice, 5)}/${words.textOf(dice, 5)}`
  return {
    kind: 'bid',
    auction: FIRST_ID + auction,
    bidder: FIRST_ID + (dice.below(4) > 0 ? hotBidder : personAt(dice, event)),
    price: price(dice),
    channel,
    url: `https://auctions.example/${path}/item.htm?query=1&channel_id=${number}`,
    dateTime: timeOf(profile, event),
    extra: words.filler(dice, 68),
  }
}
