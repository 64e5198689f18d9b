import type { JobPlan, Reading, Trouble } from './plan.ts'

/** A record that failed for good, or waits behind one. */
export interface Failed {
  readonly id: number
  readonly code: string | null
  readonly attempts: number
}

/** A record that came through, the total of its user, and its number by the flaky stage. */
export interface Done {
  readonly id: number
  readonly user: string
  readonly total: number
  readonly serial: number
}

export const codes: Readonly<Record<Trouble, string>> = {
  throw: 'ENG_THROW',
  reject: 'TEST_REJECTED',
  hang: 'ENG_TIMEOUT',
}

/** What the filter lets through. */
export function keptOf({ readings, modulus }: JobPlan, sent: number): readonly Reading[] {
  return readings.slice(0, sent).filter(({ value }) => value % modulus !== 0)
}

/** What the job must give. */
export interface Expected extends Pick<Life, 'done' | 'dead' | 'parked' | 'skipped' | 'error'> {
  /** Instances of the flaky stage. */
  readonly instances: number
  /** How often the pipeline began. */
  readonly lives: number
}

/** What goes on from one life of the pipeline to the next. */
interface Past {
  instances: number
  readonly tries: Map<number, number>
}

/** By a plain loop, where nothing that was parked is let go. */
export function expectedOf(plan: JobPlan, sent: number): Expected {
  const past: Past = { instances: 0, tries: new Map() }
  for (let lives = 1; ; lives++) {
    const life = new Life(plan, keptOf(plan, sent), past)
    const { done, dead, parked, skipped, error, hasBegun } = life
    const isFinal =
      error !== 'ENG_RESTARTS' || plan.beginsAnew === undefined || (lives === 1 && !hasBegun)
    const hasGivenUp = !isFinal && lives > (plan.beginsAnew ?? 0)
    if (isFinal || hasGivenUp) {
      const last = hasGivenUp ? 'ENG_GAVE_UP' : error
      return { done, dead, parked, skipped, error: last, instances: past.instances, lives }
    }
  }
}

/** One pass over the records. */
class Life {
  readonly done: Done[] = []
  readonly dead: Failed[] = []
  readonly parked: Failed[] = []
  skipped = 0
  /** Code of the error that ends the job. */
  error: string | undefined
  hasBegun = false
  readonly #plan: JobPlan
  readonly #past: Past
  readonly #totals = new Map<string, number>()
  readonly #parkedUsers = new Set<string>()
  #restarts = 0
  #serial = 0

  constructor(plan: JobPlan, kept: readonly Reading[], past: Past) {
    this.#plan = plan
    this.#past = past
    this.#start()
    this.hasBegun = this.error === undefined
    for (const reading of kept) {
      if (this.error === undefined) this.#take(reading)
    }
  }

  /** A new instance, within the budget; its memory is empty. */
  #start(): void {
    this.#serial = 0
    while (this.#plan.openFails[this.#past.instances++] === true) {
      if (++this.#restarts > this.#plan.intensity) {
        this.error = 'ENG_RESTARTS'
        return
      }
    }
  }

  #take(reading: Reading): void {
    const { id, user, value } = reading
    if (this.#parkedUsers.has(user)) return this.#park(reading, 0)
    for (let attempts = 1; this.#fails(reading); attempts++) {
      if (!this.#isWorthATry(reading, attempts)) return this.#giveUp(reading, attempts)
      this.#afterThrow(reading)
      if (this.error !== undefined) return
    }
    const total = (this.#totals.get(user) ?? 0) + value
    this.#totals.set(user, total)
    this.done.push({ id, user, total, serial: this.#number(user) })
  }

  #number(user: string): number {
    const { keeps } = this.#plan
    if (keeps === 'nothing') return 0
    if (keeps === 'instance') return ++this.#serial
    return 1 + this.done.filter((one) => one.user === user).length
  }

  #fails({ id, failures }: Reading): boolean {
    const { tries } = this.#past
    const count = (tries.get(id) ?? 0) + 1
    tries.set(id, count)
    return count <= failures
  }

  #isWorthATry({ trouble }: Reading, attempts: number): boolean {
    const { retries, rejectsAreFinal } = this.#plan
    return attempts <= retries && !(trouble === 'reject' && rejectsAreFinal)
  }

  #giveUp(reading: Reading, attempts: number): void {
    const { fate } = this.#plan
    if (fate === 'fail') this.error = 'ENG_RECORD'
    else if (fate === 'skip') this.skipped++
    else if (fate === 'park') this.#park(reading, attempts)
    else this.dead.push(failed(reading, attempts))
    if (this.error === undefined) this.#afterThrow(reading)
  }

  #park(reading: Reading, attempts: number): void {
    this.#parkedUsers.add(reading.user)
    this.parked.push(failed(reading, attempts))
    if (this.parked.length > this.#plan.parkMost) this.error = 'ENG_PARK_FULL'
  }

  #afterThrow({ trouble }: Reading): void {
    if (trouble === 'throw' && this.#plan.keeps === 'instance') this.#start()
  }
}

function failed({ id, trouble }: Reading, attempts: number): Failed {
  return { id, code: attempts === 0 ? null : codes[trouble], attempts }
}
