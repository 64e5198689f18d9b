import type { ActorContext, ActorRef, ActorSpec, Behavior } from '@millrace/core'
import type { Simulation } from '@millrace/testkit'

import type { Dice } from '../dice.ts'
import type { Books, Desk } from './books.ts'
import { type Errand, type Lane, Letter, type Mail, type Notice } from './letter.ts'

/** What the actors of one run share. */
export interface Office {
  readonly simulation: Simulation
  readonly dice: Dice
  readonly books: Books
  readonly desks: readonly Desk[]
  readonly refs: ActorRef<Mail>[]
}

const ASK_MS = 500
const OFFERS_MOST = 8

/** A letter from `from` to another desk, with an errand of the dice's choice. */
export function send(office: Office, from: number, to: number, depth: number): void {
  const { dice, books, refs } = office
  const lane: Lane = dice.once(6) ? 'control' : 'user'
  const rank = dice.number(0, 2)
  const errand = errandOf(dice, refs.length, depth)
  const letter = books.write({ errand, lane, rank, from, to, way: 'tell' })
  books.sending(() => refs[to]?.tell(letter, lane))
}

function errandOf(dice: Dice, count: number, depth: number): Errand {
  const kinds = ['nothing', 'wait', 'crashOnce', 'stash', 'unstash', 'crashLater', 'timer'] as const
  // Letters that write letters come to an end.
  const writing = ['crash', 'send', 'ask', 'offer', 'forward', 'watch', 'unwatch', 'exit'] as const
  const kind = dice.pick([...kinds, ...(depth > 0 ? writing : [])])
  const to = dice.number(0, count - 1)
  return { kind, to, ms: dice.pick([1, 5, 40]) }
}

/** An actor that does what its letters say. */
export class Correspondent implements Behavior<Mail> {
  readonly receiveBatch?: (mail: readonly Mail[]) => void | Promise<void>
  readonly #office: Office
  readonly #desk: Desk
  readonly #context: ActorContext<Mail>
  #inHand: readonly Letter[] = []
  #isOver = false

  constructor(office: Office, desk: Desk, context: ActorContext<Mail>) {
    this.#office = office
    this.#desk = desk
    this.#context = context
    context.signal.addEventListener('abort', () => this.#over())
    if (desk.batch > 1) this.receiveBatch = (mail) => this.#handle(mail as readonly Letter[])
  }

  receive(mail: Mail): void | Promise<void> {
    return mail instanceof Letter ? this.#handle([mail]) : this.#notice(mail)
  }

  #handle(letters: readonly Letter[]): void | Promise<void> {
    const { books } = this.#office
    const { number } = this.#desk
    if (this.#isOver) books.breach(`law 24: ${number} handles after its end`)
    if (this.#inHand.length > 0) books.breach(`single turn: ${number} handles two messages`)
    books.begin(this.#desk, letters)
    this.#inHand = letters
    const isStashing = letters.length === 1 && letters[0]?.errand.kind === 'stash'
    const work: Promise<void>[] = []
    try {
      for (const letter of letters) {
        const result = this.#run(letter, letters.length)
        if (result !== undefined) work.push(result)
      }
    } catch (error) {
      void Promise.allSettled(work)
      this.#fail()
      throw error
    }
    if (work.length > 0) {
      return Promise.all(work).then(
        () => this.#finish(isStashing),
        (error: unknown) => {
          this.#fail()
          throw error
        },
      )
    }
    return this.#finish(isStashing)
  }

  #finish(isStashing: boolean): void {
    if (this.#isOver) return
    const letters = this.#inHand
    this.#inHand = []
    // What was forwarded is another's now.
    const own = letters.filter((letter) => letter.to === this.#desk.number && letter.isInHand)
    this.#office.books.handled += letters.length - own.length
    this.#office.books.finish(own, isStashing)
  }

  #fail(): void {
    if (this.#isOver) return
    const letters = this.#inHand
    this.#inHand = []
    this.#office.books.fail(letters)
  }

  #over(): void {
    this.#fail()
    this.#isOver = true
    for (const watch of this.#office.books.watches) {
      if (this.#isMine(watch)) watch.isOver = true
    }
  }

  #isMine(watch: { readonly by: number; readonly incarnation: number }): boolean {
    return watch.by === this.#desk.number && watch.incarnation === this.#context.incarnation
  }

  #notice({ kind, incarnation, watch }: Notice): void {
    const { books } = this.#office
    const { number } = this.#desk
    books.begun++
    books.handled++
    if (incarnation !== this.#context.incarnation || this.#isOver) {
      books.breach(`law 24: a ${kind} of incarnation ${incarnation} came to another of ${number}`)
    }
    const watched = watch === undefined ? undefined : books.watches[watch]
    if (watched === undefined) return
    watched.notices++
    if (watched.notices > 1) books.breach(`law 26: ${number} was told twice of an end`)
    if (watched.isOver) books.breach(`law 26: ${number} was told after unwatch`)
    if (!books.ended.has(watched.target)) books.breach(`law 26: ${watched.target} has not ended`)
  }

  #run(letter: Letter, count: number): Promise<void> | undefined {
    const { simulation } = this.#office
    const context = this.#context
    const { errand } = letter
    switch (errand.kind) {
      case 'nothing':
        return undefined
      case 'reply':
        letter.reply?.(letter.id)
        return undefined
      case 'crash':
        throw new Error(`${letter.name} is a crash`)
      case 'crashOnce':
        if (letter.attempts > 0 || letter.wasInBatch) return undefined
        throw new Error(`${letter.name} is a crash, once`)
      case 'exit':
        context.stop()
        return undefined
      case 'stash':
        if (count === 1) context.stash()
        return undefined
      case 'unstash':
        context.unstashAll()
        return undefined
      case 'wait':
        return simulation.sleep(errand.ms)
      case 'crashLater':
        return simulation.sleep(errand.ms).then(() => {
          throw new Error(`${letter.name} is a late crash`)
        })
      case 'timer':
        context.timers.once('timer', errand.ms, { kind: 'tick', incarnation: context.incarnation })
        return undefined
      default:
        this.#write(letter, errand.kind, errand.to, count)
        return undefined
    }
  }

  #write(
    letter: Letter,
    kind: 'send' | 'ask' | 'offer' | 'forward' | 'watch' | 'unwatch',
    to: number,
    count: number,
  ): void {
    const office = this.#office
    const { books, dice } = office
    const from = this.#desk.number
    const ref = office.refs[to]
    if (ref === undefined) return
    if (kind === 'send') {
      for (let left = dice.number(1, 3); left > 0; left--) send(office, from, to, 0)
    } else if (kind === 'ask') this.#ask(ref, to)
    else if (kind === 'offer') {
      // More than one, so that some wait behind others.
      for (let left = dice.number(1, OFFERS_MOST); left > 0; left--) this.#offer(ref, to)
    } else if (kind === 'forward') {
      if (to === from || count > 1) return
      books.forward(letter, to)
      books.sending(() => this.#context.forward(ref, letter, letter.lane))
    } else if (kind === 'watch') this.#watch(ref, to)
    else this.#unwatch(ref, to)
  }

  #ask(ref: ActorRef<Mail>, to: number): void {
    const { books, dice } = this.#office
    const errand = { kind: dice.pick(['reply', 'nothing', 'crash', 'stash'] as const) }
    const from = this.#desk.number
    const letter = books.write({ errand, lane: 'user', rank: 1, from, to, way: 'tell' })
    const make = (reply: (value: number) => void): Letter => {
      letter.reply = reply
      return letter
    }
    const answer = books.sending(() => ref.ask<number>(make, { timeoutMs: ASK_MS }))
    if (answer !== undefined) books.ask(letter, answer, ASK_MS)
  }

  #offer(ref: ActorRef<Mail>, to: number): void {
    const { books } = this.#office
    const from = this.#desk.number
    const errand = { kind: 'nothing' } as const
    const letter = books.write({ errand, lane: 'user', rank: 1, from, to, way: 'offer' })
    const result = books.sending(() => ref.offer(letter))
    if (result instanceof Promise) {
      books.offerWaits(to)
      void result.then((each) => books.offered(letter, each))
    } else if (result !== undefined) books.offered(letter, result)
  }

  #watch(ref: ActorRef<Mail>, target: number): void {
    const { watches } = this.#office.books
    const { incarnation } = this.#context
    const watch = watches.length
    watches.push({ by: this.#desk.number, incarnation, target, notices: 0, isOver: false })
    this.#context.watch(ref, () => ({ kind: 'ended', incarnation, watch }))
  }

  #unwatch(ref: ActorRef<Mail>, target: number): void {
    for (const watch of this.#office.books.watches) {
      if (this.#isMine(watch) && watch.target === target) watch.isOver = true
    }
    this.#context.unwatch(ref)
  }
}

/** The specification of the actor at a desk. */
export function correspondentSpec(
  office: Office,
  desk: Desk,
  restart: 'permanent' | 'transient' | 'temporary',
): ActorSpec<Mail> {
  const { capacity, overflow, batch, redeliver } = desk
  return {
    id: `${desk.number}`,
    restart,
    redeliver,
    shutdownMs: 20,
    mailbox: {
      ...(capacity === Infinity ? {} : { capacity }),
      overflow,
      batch,
      ...(desk.isRanked ? { priority: (mail) => (mail instanceof Letter ? mail.rank : 0) } : {}),
    },
    create(context) {
      office.refs[desk.number] = context.self
      return new Correspondent(office, desk, context)
    },
  }
}
