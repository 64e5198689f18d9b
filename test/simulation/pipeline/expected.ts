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

/** What the job must give, by a plain loop, where nothing that was parked is let go. */
export class Expected {
  readonly done: Done[] = []
  readonly dead: Failed[] = []
  readonly parked: Failed[] = []
  skipped = 0
  /** Code of the error that ends the job. */
  error: string | undefined
  /** Instances of the flaky stage. */
  instances = 0
  readonly #plan: JobPlan
  readonly #totals = new Map<string, number>()
  readonly #parkedUsers = new Set<string>()
  #restarts = 0
  #serial = 0

  constructor(plan: JobPlan, sent: number) {
    this.#plan = plan
    this.#start()
    for (const reading of keptOf(plan, sent)) {
      if (this.error === undefined) this.#take(reading)
    }
  }

  /** A new instance, within the budget; its memory is empty. */
  #start(): void {
    this.#serial = 0
    while (this.#plan.openFails[this.instances++] === true) {
      if (++this.#restarts > this.#plan.intensity) {
        this.error = 'ENG_RESTARTS'
        return
      }
    }
  }

  #take(reading: Reading): void {
    const { id, user, value, failures } = reading
    if (this.#parkedUsers.has(user)) return this.#park(reading, 0)
    let attempts = 1
    for (; attempts <= failures; attempts++) {
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
