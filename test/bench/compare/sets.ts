// What is compared: each set is one job over one kind of data, done by several subjects, with its answer worked out from the
// generator alone. A set that needs another job file or another subject is one more entry here; both are found by its name.
import { createDigest, type Answer, type Digest, type Row } from './answer.ts'
import { eachVisit, type Data, type Format } from './data.ts'
import heavy from '../jobs/heavy.ts'
import type { SubjectName } from './subjects.ts'

export interface ComparedSet {
  readonly title: string
  readonly format: Format
  /** The first is what the others are compared with. */
  readonly subjects: readonly SubjectName[]
  /** Its one size; default: those asked for. */
  readonly records?: number
  /** The one form in which rows are compared. */
  readonly toText: (row: Row) => string
  /** Adds the rows that are right. */
  readonly expect: (data: Omit<Data, 'format'>, digest: Digest) => void
}

const USERS = 1000
const MINUTE_MS = 60_000

const totalText = (row: Row): string =>
  [row['user'], Number(row['windowStart']), Number(row['windowEnd']), Number(row['count'])]
    .concat(Number(row['total']).toFixed(2))
    .join(' ')

/** Visits come in the order of their time, so a minute is over when the next one begins. */
function expectTotals(data: Omit<Data, 'format'>, digest: Digest): void {
  const users = new Map<string, { count: number; cents: number }>()
  let start = 0
  const flush = (): void => {
    for (const [user, { count, cents }] of users) {
      const total = (cents / 100).toFixed(2)
      digest.add([user, start, start + MINUTE_MS, count, total].join(' '))
    }
    users.clear()
  }
  eachVisit(data, ({ time, type, user }, cents) => {
    const minute = time - (time % MINUTE_MS)
    if (minute !== start) flush()
    start = minute
    if (type !== 'purchase' || cents <= 2000) return
    const totals = users.get(user)
    if (totals === undefined) users.set(user, { count: 1, cents })
    else users.set(user, { count: totals.count + 1, cents: totals.cents + cents })
  })
  flush()
}

const totals = { toText: totalText, expect: expectTotals }
const inNode = ['readline', 'millrace', 'streams', 'rxjs', 'effect'] as const

export const comparedSets = {
  job: {
    title: 'The job: filter on two fields, count and sum for each user and minute',
    format: 'jsonl',
    subjects: [...inNode, 'millrace-threads', 'duckdb', 'jq', 'miller'],
    ...totals,
  },
  filter: {
    title: 'Filter only: one record of five, written unchanged',
    format: 'jsonl',
    subjects: [...inNode, 'duckdb', 'jq', 'miller'],
    toText: (row) => JSON.stringify(row),
    expect: (data, digest) =>
      eachVisit(data, (visit, cents) => {
        if (visit.type === 'purchase' && cents > 2000) digest.add(JSON.stringify(visit))
      }),
  },
  actor: {
    title: 'An actor of your own in TypeScript that reads every field',
    format: 'jsonl',
    subjects: inNode,
    toText: ({ id, user, time, points }) => [id, user, time, points].join(' '),
    expect: (data, digest) =>
      eachVisit(data, ({ id, time, user, type, page, agent }, cents) => {
        const ofType = [['purchase', 50] as const, ['refund', 80] as const, ['view', 1] as const]
        const points =
          (ofType.find(([name]) => name === type)?.[1] ?? 3) +
          (cents - (cents % 100)) / 100 +
          page.length +
          (agent === 'robot' ? 20 : 0) +
          (user.at(-1) === '7' ? 5 : 0) +
          (String(id).at(-1) === '0' ? 1 : 0) +
          (time % 1000 < 500 ? 2 : 0)
        if (points >= 150) digest.add([id, user, time, points].join(' '))
      }),
  },
  csv: {
    title: 'The job from CSV to CSV',
    format: 'csv',
    subjects: ['readline', 'millrace', 'csv-parse', 'duckdb', 'miller'],
    ...totals,
  },
  heavy: {
    title: 'A stage that costs 2 µs for each record, in one thread and in two',
    format: 'jsonl',
    subjects: ['millrace', 'millrace-threads'],
    toText: ({ id, mark }) => [id, mark].join(' '),
    // The same function, but outside of any job.
    expect: (data, digest) =>
      eachVisit(data, (visit) => {
        const marked = heavy(visit)
        if (marked !== undefined) digest.add([marked.id, marked.mark].join(' '))
      }),
  },
  start: {
    title: 'Start-up: the job over a single record',
    format: 'jsonl',
    records: 1,
    subjects: [...inNode, 'duckdb', 'jq', 'miller'],
    ...totals,
  },
} satisfies Readonly<Record<string, ComparedSet>>

export type SetName = keyof typeof comparedSets

/** What a set of this size reads. */
export const dataOf = ({ format }: ComparedSet, records: number): Data => ({
  format,
  records,
  users: USERS,
})

/** The right answer, from the generator. */
export function expectedAnswer(set: ComparedSet, records: number): Answer {
  const digest = createDigest()
  set.expect(dataOf(set, records), digest)
  return digest.answer()
}
