// Visits at a fixed rate, each with the time at which it is due, and how late they come. Whoever is behind is not waited for: a
// visit is late from the moment it was due, not from when it was asked for.
import { writeFileSync } from 'node:fs'
import { env } from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'

export interface SteadyVisit {
  readonly id: number
  /** On the clock of `performance.now()`. */
  readonly due: number
  readonly user: string
  readonly amount: number
}

export interface Steady {
  /** Visits for each second. */
  readonly rate: number
  readonly seconds: number
}

export interface LatenessOptions extends Steady {
  /** How long visits are not counted at the beginning. */
  readonly warmSeconds: number
  readonly report: string
}

/** How late visits were, in ms. */
export interface Percentiles {
  readonly records: number
  readonly p50: number
  readonly p99: number
  readonly p999: number
  readonly most: number
}

const BATCH = 1000

/** Yields lists of the visits that are due, asking once a millisecond. */
export async function* steadyVisits({ rate, seconds }: Steady): AsyncGenerator<SteadyVisit[]> {
  const total = rate * seconds
  const start = performance.now()
  let sent = 0
  while (sent < total) {
    const due = Math.min(total, Math.floor(((performance.now() - start) * rate) / 1000) + 1)
    while (sent < due) {
      const visits: SteadyVisit[] = []
      for (const end = Math.min(due, sent + BATCH); sent < end; sent++) {
        visits.push({
          id: sent,
          due: start + (sent * 1000) / rate,
          user: `user-${(sent * 7919) % 1000}`,
          amount: (sent * 31) % 100,
        })
      }
      yield visits
    }
    await sleep(1)
  }
}

/** Keeps how late each visit comes; `write` gives the percentiles. */
export function createLateness({ rate, report, seconds, warmSeconds }: LatenessOptions): {
  take(visit: Pick<SteadyVisit, 'id' | 'due'>): void
  write(): void
} {
  const late = new Float64Array(rate * seconds)
  let taken = 0
  return {
    take({ id, due }) {
      if (id >= rate * warmSeconds) late[taken++] = performance.now() - due
    },
    write() {
      const sorted = late.slice(0, taken).toSorted()
      const at = (share: number): number =>
        sorted[Math.min(taken - 1, Math.floor(taken * share))] ?? Number.NaN
      const found: Percentiles = {
        records: taken,
        p50: at(0.5),
        p99: at(0.99),
        p999: at(0.999),
        most: at(1),
      }
      writeFileSync(report, JSON.stringify(found))
    },
  }
}

/** What a script is told by its environment. */
export const told = (): LatenessOptions => ({
  rate: Number(env['BENCH_RATE']),
  seconds: Number(env['BENCH_SECONDS']),
  warmSeconds: Number(env['BENCH_WARM']),
  report: env['BENCH_REPORT'] ?? '',
})
