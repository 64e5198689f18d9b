import type { ActorEvents, Overflow } from '@millrace/core'
import { isMillraceError, messageOf } from '@millrace/base'
import type { Simulation } from '@millrace/testkit'

import { Letter, type Mail } from './letter.ts'

/** How an actor of the scenario receives. */
export interface Desk {
  readonly number: number
  readonly path: string
  readonly capacity: number
  readonly overflow: Overflow
  readonly isRanked: boolean
  readonly batch: number
  readonly redeliver: number
}

interface Watched {
  readonly by: number
  readonly incarnation: number
  readonly target: number
  notices: number
  isOver: boolean
}

interface Question {
  readonly letter: Letter
  readonly askedMs: number
  isSettled: boolean
}

/** The number of whoever is no actor. */
export const outside = -1

/** An account of all letters, kept from what handlers and listeners see. */
export class Books {
  readonly letters: Letter[] = []
  readonly questions: Question[] = []
  readonly watches: Watched[] = []
  readonly ended = new Set<number>()
  /** Handlers that were called. */
  begun = 0
  handled = 0
  dead = 0
  dropped = 0
  /** Offers that waited for one desk at a time, at most. */
  offersMost = 0
  readonly #simulation: Simulation
  readonly #desks: readonly Desk[]
  readonly #sequences = new Map<string, number>()
  readonly #lastSeen = new Map<string, number>()
  #fault: Error | undefined

  constructor(simulation: Simulation, desks: readonly Desk[]) {
    this.#simulation = simulation
    this.#desks = desks
    this.#follow(simulation.system.events)
  }

  breach(law: string): void {
    this.#fault ??= new Error(`${law} (at ${this.#simulation.elapsedMs} ms)`)
  }

  /** Law 28: a send throws nothing, and nobody handles anything while it lasts. */
  sending<T>(send: () => T): T | undefined {
    const before = this.begun
    try {
      return send()
    } catch (error) {
      this.breach(`law 28: a send threw ${messageOf(error)}`)
      return undefined
    } finally {
      if (this.begun > before) this.breach('law 28: a receiver ran within a send')
    }
  }

  write(parts: Pick<Letter, 'errand' | 'lane' | 'rank' | 'from' | 'to' | 'way'>): Letter {
    const letter = new Letter(this.letters.length, { ...parts, seq: this.#next(parts) })
    this.letters.push(letter)
    letter.isSent = parts.way === 'tell'
    return letter
  }

  /** On its way from its receiver to another, as the same message. */
  forward(letter: Letter, to: number): void {
    letter.from = letter.to
    letter.to = to
    letter.way = 'tell'
    letter.isSeen = false
    letter.isInHand = false
    letter.attempts = 0
    letter.wasInBatch = false
    letter.wasStashed = false
    letter.seq = this.#next(letter)
  }

  offerWaits(to: number): void {
    const waiting = this.letters.filter(
      (letter) => letter.to === to && !letter.isSent && letter.fate === undefined,
    )
    this.offersMost = Math.max(this.offersMost, waiting.length)
  }

  offered(letter: Letter, result: string): void {
    if (result === 'queued') letter.isSent = true
    else letter.fate = 'returned'
  }

  ask(letter: Letter, answer: Promise<number>, timeoutMs: number): void {
    const askedMs = this.#simulation.elapsedMs
    const question: Question = { letter, askedMs, isSettled: false }
    this.questions.push(question)
    void this.#judge(question, answer, timeoutMs)
  }

  async #judge(question: Question, answer: Promise<number>, timeoutMs: number): Promise<void> {
    const { letter, askedMs } = question
    try {
      const value = await answer
      if (value !== letter.id) this.breach(`${letter.name} was answered with ${value}`)
    } catch (error) {
      const isLate = isMillraceError(error, 'ACT_ASK_TIMEOUT')
      const waitedMs = this.#simulation.elapsedMs - askedMs
      if (isLate && waitedMs < timeoutMs) {
        this.breach(`${letter.name} timed out after ${waitedMs} ms`)
      }
      if (!isLate && letter.fate === undefined) {
        this.breach(`${letter.name} waits, its ask does not`)
      }
    } finally {
      question.isSettled = true
    }
  }

  /** A handler gets these; more than one in a batch. */
  begin(desk: Desk, letters: readonly Letter[]): void {
    this.begun++
    for (const letter of letters) {
      if (letter.fate !== undefined)
        this.breach(`law 21: ${letter.name} is handled though ${letter.fate}`)
      if (letter.to !== desk.number) this.breach(`${letter.name} came to ${desk.number}`)
      if (letter.isInHand) this.breach(`${letter.name} is in two hands`)
      const most = desk.redeliver + (letter.wasInBatch ? 1 : 0)
      if (letter.attempts > most)
        this.breach(`law 22: ${letter.name} failed ${letter.attempts} times`)
      this.#checkOrder(desk, letter)
      letter.isSent = true
      letter.isSeen = true
      letter.isInHand = true
      letter.isStashed = false
    }
    const urgent = this.#waiting(desk).find(
      ({ lane, wasStashed }) => lane === 'control' && !wasStashed,
    )
    const first = letters[0]
    if (urgent !== undefined && first?.lane === 'user') {
      this.breach(`law 27: ${first.name} before ${urgent.name}, which is in the control lane`)
    }
  }

  finish(letters: readonly Letter[], isStashing: boolean): void {
    for (const letter of letters) {
      letter.isInHand = false
      if (isStashing) {
        letter.isStashed = true
        letter.wasStashed = true
      } else {
        this.handled++
        letter.fate = 'handled'
      }
    }
  }

  /** A handler failed, or its actor was ended with these in hand. */
  fail(letters: readonly Letter[]): void {
    for (const letter of letters) {
      letter.isInHand = false
      if (letters.length > 1) letter.wasInBatch = true
      else letter.attempts++
    }
  }

  /** What must hold at every step. */
  verify(): void {
    if (this.#fault !== undefined) throw this.#fault
    const { handled, dead, dropped } = this.#simulation.system.messages()
    if (handled !== this.handled) throw new Error(`${this.handled} handled, counted ${handled}`)
    if (dead !== this.dead) throw new Error(`${this.dead} dead letters, counted ${dead}`)
    if (dropped !== this.dropped) throw new Error(`${this.dropped} dropped, counted ${dropped}`)
    for (const desk of this.#desks) {
      const waiting = this.#waiting(desk).filter(({ lane }) => lane === 'user')
      // What comes once more was in the mailbox before, and had its place.
      const again = waiting.filter((letter) => letter.attempts > 0 || letter.wasInBatch)
      if (waiting.length > desk.capacity + again.length) {
        throw new Error(`law 29: ${waiting.length} wait for ${desk.path}, of ${desk.capacity}`)
      }
    }
    for (const { letter, isSettled } of this.questions) {
      if (!isSettled && (letter.fate === 'dead' || letter.fate === 'dropped')) {
        throw new Error(`${letter.name} is ${letter.fate}, and its ask still waits`)
      }
    }
  }

  /** What must hold when nothing is left to do, and at the end. */
  verifyRest(isEnd: boolean): void {
    for (const letter of this.letters) {
      const mayWait = !isEnd && (letter.isStashed || !letter.isSent)
      if (letter.fate === undefined && !mayWait) this.breach(`law 23: ${letter.name} is lost`)
    }
    if (isEnd && this.questions.some(({ isSettled }) => !isSettled)) {
      this.breach('an ask never settled')
    }
    for (const watch of this.watches) {
      const isDue = !watch.isOver && this.ended.has(watch.target)
      if (!isEnd && isDue && watch.notices !== 1) {
        this.breach(`law 26: ${watch.by} watched ${watch.target} and had ${watch.notices} notices`)
      }
    }
  }

  #next({ from, to, lane, way }: Pick<Letter, 'from' | 'to' | 'lane' | 'way'>): number {
    const pair = `${from} ${to} ${lane} ${way}`
    const seq = (this.#sequences.get(pair) ?? 0) + 1
    this.#sequences.set(pair, seq)
    return seq
  }

  #waiting(desk: Desk): Letter[] {
    return this.letters.filter(
      ({ to, fate, isSent, isInHand }) =>
        to === desk.number && fate === undefined && isSent && !isInHand,
    )
  }

  #checkOrder(desk: Desk, letter: Letter): void {
    if (letter.isSeen) return
    const rank = desk.isRanked ? letter.rank : 0
    const pair = `${letter.from} ${letter.to} ${letter.lane} ${letter.way} ${rank}`
    const last = this.#lastSeen.get(pair) ?? 0
    if (letter.seq <= last) this.breach(`law 27: ${letter.name} came after number ${last}`)
    this.#lastSeen.set(pair, letter.seq)
  }

  #follow(events: ActorEvents): void {
    events.on('deadLetter', ({ message, reason, attempts }) => {
      this.dead++
      this.#end(message as Mail, 'dead')
      if (!(message instanceof Letter)) return
      const failed = reason === 'failed' || reason === 'killed'
      if (failed && attempts !== message.attempts) {
        this.breach(`law 22: ${message.name} failed ${message.attempts} times, it says ${attempts}`)
      }
    })
    events.on('overflow', ({ message, policy }) => {
      if (policy === 'wait') return
      this.dropped++
      this.#end(message as Mail, 'dropped')
    })
    events.on('stopped', ({ path }) => {
      const desk = this.#desks.find((each) => each.path === path)
      if (desk !== undefined) this.ended.add(desk.number)
    })
  }

  #end(mail: Mail, fate: 'dead' | 'dropped'): void {
    if (!(mail instanceof Letter)) return
    if (mail.fate !== undefined) this.breach(`law 23: ${mail.name} is ${fate} though ${mail.fate}`)
    mail.fate = fate
    mail.isSent = true
    mail.isInHand = false
  }
}
