// One set at one size: every subject shows that it gives the right answer, then all of them run in turn.
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { measure, TookTooLong, type Cost } from '../measure/process.ts'
import { median } from '../measure/statistics.ts'
import { readAnswer, type Answer } from './answer.ts'
import { makeData } from './data.ts'
import { comparedSets, dataOf, expectedAnswer, type ComparedSet, type SetName } from './sets.ts'
import { subjects, type Installation, type SubjectName } from './subjects.ts'

export interface Compared {
  readonly subject: SubjectName
  /** One for each round it took part in; the run that shows its answer is not among them. */
  readonly costs: readonly Cost[]
}

export interface LeftOut {
  readonly subject: SubjectName
  readonly reason: string
  /** What it said, where it failed or gave a wrong answer. */
  readonly fault?: string
}

export interface Comparison {
  readonly set: SetName
  readonly records: number
  /** How many rows the answer has. */
  readonly rows: number
  readonly compared: readonly Compared[]
  readonly leftOut: readonly LeftOut[]
}

export interface CompareOptions {
  readonly folder: string
  readonly peers: string
  readonly millrace: Installation
  readonly subjects: readonly SubjectName[]
  readonly runs: number
  /** A subject runs once more as long as its runs of this size took less than that. */
  readonly patienceSeconds: number
  /** Says how far it is, without a newline. */
  readonly say: (text: string) => void
}

/** Compares a set at one size. `seconds` tells what subjects took for a record at a smaller one. */
export async function compare(
  name: SetName,
  records: number,
  options: CompareOptions,
  secondsForRecord: ReadonlyMap<SubjectName, number> = new Map(),
): Promise<Comparison> {
  const { folder, millrace, patienceSeconds, peers, runs, say } = options
  const set: ComparedSet = comparedSets[name]
  say(`${name}, ${records.toLocaleString('en')} records: `)
  const input = makeData(folder, dataOf(set, records))
  const expected = expectedAnswer(set, records)
  const outputs = join(folder, 'answers')
  mkdirSync(outputs, { recursive: true })
  const leftOut: LeftOut[] = []
  const taking = new Map<SubjectName, { costs: Cost[]; spent: number }>()
  const run = (subject: SubjectName, output: string): Promise<Cost> => {
    rmSync(output, { force: true })
    const command = subjects[subject].command({ set: name, input, output, peers, millrace })
    return measure(command, 4 * patienceSeconds)
  }
  const outputOf = (subject: SubjectName): string =>
    join(outputs, `${name}-${subject}.${set.format}`)

  const giveUp = (subject: SubjectName, error: unknown): void => {
    const fault = error instanceof Error ? error.message : String(error)
    if (error instanceof TookTooLong) leftOut.push({ subject, reason: fault })
    else leftOut.push({ subject, reason: 'it failed or its answer was wrong', fault })
    taking.delete(subject)
    say(` ${subject} (left out)`)
  }

  say('answers of')
  for (const subject of set.subjects.filter((each) => options.subjects.includes(each))) {
    const foreseen = (secondsForRecord.get(subject) ?? 0) * records
    if (foreseen > 2 * patienceSeconds) {
      const reason = `it would take about ${Math.round(foreseen)} s`
      leftOut.push({ subject, reason })
      continue
    }
    say(` ${subject}`)
    try {
      const output = outputOf(subject)
      const { seconds } = await run(subject, output)
      await checkAnswer(output, set, expected)
      taking.set(subject, { costs: [], spent: seconds })
    } catch (error) {
      giveUp(subject, error)
    }
  }
  for (let round = 1; round <= runs; round++) {
    say(`; round ${round} of ${runs}:`)
    for (const [subject, taken] of taking) {
      if (taken.costs.length > 0 && taken.spent > patienceSeconds) continue
      try {
        const cost = await run(subject, outputOf(subject))
        taken.costs.push(cost)
        taken.spent += cost.seconds
        say(` ${subject} ${cost.seconds.toFixed(2)}`)
      } catch (error) {
        giveUp(subject, error)
      }
    }
  }
  for (const subject of taking.keys()) rmSync(outputOf(subject), { force: true })
  say('\n')
  const compared = [...taking].map(([subject, { costs }]) => ({ subject, costs }))
  return { set: name, records, rows: expected.rows, compared, leftOut }
}

/** Throws where what a subject has written is not the right answer. */
async function checkAnswer(path: string, set: ComparedSet, expected: Answer): Promise<void> {
  const answer = await readAnswer(path, set.format, set.toText)
  if (answer.rows !== expected.rows || answer.digest !== expected.digest) {
    const [got, right] = [answer, expected].map(({ digest, rows }) => `${rows} rows (${digest})`)
    throw new Error(`a wrong answer: ${got}, right are ${right}; see ${path}`)
  }
  rmSync(path)
}

/** What each subject took for a record, so that slow ones are not asked for ten times as many. */
export const secondsForRecord = (comparison: Comparison): Map<SubjectName, number> =>
  new Map(
    comparison.compared.map(({ subject, costs }) => [
      subject,
      median(costs.map(({ seconds }) => seconds)) / comparison.records,
    ]),
  )

/** How many times less of `of` a subject takes than another, round by round: the median, NaN where they never met. */
export function ratio(
  { compared }: Comparison,
  subject: SubjectName,
  other: SubjectName,
  of: keyof Cost = 'seconds',
): number {
  const costsOf = (name: SubjectName): readonly Cost[] =>
    compared.find((each) => each.subject === name)?.costs ?? []
  const own = costsOf(subject)
  const rounds = costsOf(other).flatMap((cost, round) => {
    const mine = own[round]
    return mine === undefined ? [] : [cost[of] / mine[of]]
  })
  return median(rounds)
}
