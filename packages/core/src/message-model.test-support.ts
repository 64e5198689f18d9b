import type { Overflow } from './actor.ts'

/** What a scripted message makes its handler do. */
export type Kind = 'work' | 'bomb' | 'open' | 'close' | 'crash'

/** A scripted message; `rank` is its priority. */
export interface Scripted {
  readonly id: number
  readonly kind: Kind
  readonly lane: 'user' | 'control'
  readonly rank: number
}

/** How the actor is set up. */
export interface Setup {
  readonly capacity: number
  readonly overflow: Overflow
  readonly isRanked: boolean
  readonly redeliver: number
  readonly batch: number
}

interface Waiting extends Scripted {
  readonly attempts: number
}

/**
 * What one actor should do, written from the published rules on plain arrays: it stashes `work` and `bomb` until an `open`,
 * then fails with each `bomb`, forgets what it has heard at a crash, and is restarted without end.
 */
export class NaiveActor {
  readonly handled: string[] = []
  readonly dead: string[] = []
  readonly dropped: number[] = []
  readonly offers: string[] = []
  sent = 0
  handledCount = 0
  readonly #setup: Setup
  #control: Waiting[] = []
  #first: Waiting[] = []
  #user: Waiting[] = []
  #stash: Waiting[] = []
  #offered: Scripted[] = []
  #incarnation = 1
  #isOpen = false
  #isOverflowing = false
  #isStopping = false
  #hasEnded = false

  constructor(setup: Setup) {
    this.#setup = setup
    this.#isOpen = setup.batch > 1
  }

  get queued(): number {
    return this.#control.length + this.#first.length + this.#user.length
  }

  get stashed(): number {
    return this.#stash.length
  }

  get #size(): number {
    return this.#first.length + this.#user.length + this.#stash.length
  }

  send(message: Scripted): void {
    this.sent++
    const { capacity, overflow, isRanked } = this.#setup
    if (this.#hasEnded) this.dead.push(`${message.id} stopped 0`)
    else if (message.lane === 'control') this.#control.push({ ...message, attempts: 0 })
    else if (this.#size < capacity) this.#user.push({ ...message, attempts: 0 })
    else if (overflow !== 'dropOldest') {
      this.dropped.push(message.id)
      if (overflow === 'fail') this.#isOverflowing = true
    } else {
      this.#user.push({ ...message, attempts: 0 })
      this.#dropOne(isRanked)
    }
  }

  offer(message: Scripted): void {
    if (this.#hasEnded) this.offers.push(`${message.id} stopped`)
    else if (this.#offered.length > 0 || this.#size >= this.#setup.capacity) {
      this.#offered.push(message)
    } else {
      this.offers.push(`${message.id} queued`)
      this.send(message)
    }
  }

  stop(): void {
    this.#isStopping = true
  }

  /** Until nothing is left to do. */
  run(): void {
    if (this.#hasEnded) return
    if (this.#isOverflowing && !this.#isStopping) this.#restart()
    if (this.#isStopping) {
      this.#end()
      return
    }
    while (this.queued > 0) {
      const { batch } = this.#setup
      const isSingle = this.#control.length > 0 || this.#first.length > 0 || batch === 1
      if (isSingle) this.#handle([this.#next()])
      else this.#handle(this.#user.splice(0, batch))
      this.#admit()
    }
  }

  #next(): Waiting {
    const lane = [this.#control, this.#first, this.#user].find((each) => each.length > 0) ?? []
    if (lane !== this.#user || !this.#setup.isRanked) return lane.shift() as Waiting
    const least = Math.min(...lane.map((message) => message.rank))
    const index = lane.findIndex((message) => message.rank === least)
    return lane.splice(index, 1)[0] as Waiting
  }

  #handle(messages: Waiting[]): void {
    const [only, ...others] = messages as [Waiting, ...Waiting[]]
    if (others.length > 0) {
      if (messages.some(({ kind }) => kind === 'crash' || kind === 'bomb')) {
        this.#first.unshift(...messages)
        this.#restart()
        return
      }
      for (const message of messages) this.#finish(message)
    } else if (only.kind === 'crash' || (only.kind === 'bomb' && this.#isOpen)) this.#fail(only)
    else if (isDeferrable(only) && !this.#isOpen) this.#putAside(only)
    else {
      if (only.kind === 'open') {
        this.#isOpen = true
        this.#first.unshift(...this.#stash.splice(0))
      }
      if (only.kind === 'close') this.#isOpen = this.#setup.batch > 1
      this.#finish(only)
    }
  }

  #putAside(message: Waiting): void {
    this.handled.push(`${this.#incarnation}: ${message.id} aside`)
    const { capacity, overflow, isRanked } = this.#setup
    if (this.#size >= capacity && overflow !== 'dropOldest') {
      this.dropped.push(message.id)
      if (overflow === 'fail') this.#restart()
      return
    }
    if (this.#size >= capacity) this.#dropOne(isRanked)
    // It comes back as a user message.
    this.#stash.push({ ...message, lane: 'user' })
  }

  #finish(message: Waiting): void {
    this.handledCount++
    this.handled.push(`${this.#incarnation}: ${message.id}`)
  }

  #fail(message: Waiting): void {
    this.handled.push(`${this.#incarnation}: ${message.id} fails`)
    const attempts = message.attempts + 1
    const again = { ...message, attempts }
    if (attempts > this.#setup.redeliver) this.dead.push(`${message.id} failed ${attempts}`)
    else if (message.lane === 'control') this.#control.unshift(again)
    else this.#first.unshift(again)
    this.#restart()
  }

  #restart(): void {
    this.#incarnation++
    this.#isOpen = this.#setup.batch > 1
    this.#isOverflowing = false
    this.#first.unshift(...this.#stash.splice(0))
  }

  #admit(): void {
    while (this.#offered.length > 0 && this.#size < this.#setup.capacity) {
      const message = this.#offered.shift() as Scripted
      this.offers.push(`${message.id} queued`)
      this.send(message)
    }
  }

  #dropOne(isRanked: boolean): void {
    if (isRanked && this.#user.length > 0) {
      const least = Math.max(...this.#user.map((message) => message.rank))
      const index = this.#user.findIndex((message) => message.rank === least)
      this.dropped.push((this.#user.splice(index, 1)[0] as Waiting).id)
      return
    }
    const lane = [this.#stash, this.#first, this.#user].find((each) => each.length > 0) ?? []
    this.dropped.push((lane.shift() as Waiting).id)
  }

  #end(): void {
    this.#hasEnded = true
    for (const lane of [this.#control, this.#stash, this.#first, this.#user]) {
      for (const { id, attempts } of lane.splice(0)) this.dead.push(`${id} stopped ${attempts}`)
    }
    for (const { id } of this.#offered.splice(0)) this.offers.push(`${id} stopped`)
  }
}

function isDeferrable({ kind }: Scripted): boolean {
  return kind === 'work' || kind === 'bomb'
}
