import { type Attempt, heldBy, nothingOpen, type Progress } from './attempt.ts'
import type { At } from './condition.ts'
import { PATTERN_FULL } from './errors.ts'
import { canAdvance, canGoOn, canRepeat, endAlike, isFull, type Plan, type Step } from './plan.ts'

/** What a record changes. */
export interface Taken {
  readonly progress: Progress
  /** Matches that it completes, in the order of their beginnings. */
  readonly matches: readonly Attempt[]
}

/** A record that event time has passed. */
export interface Passed {
  readonly record: unknown
  /** Which conditions may be true for it. */
  readonly mask: number
  readonly time: number
}

/**
 * Offers a record to all that is half matched, and lets it begin something. Attempts take each record they can, in both ways
 * where there are two: as one more of their step, and as the first of the next. Changes nothing that it is given. Throws EXP_*,
 * PATTERN_FULL.
 */
export function takeRecord(plan: Plan, before: Progress, passed: Passed, at: At): Taken {
  const number = before.count
  const open: Attempt[] = []
  const matches: Attempt[] = []
  const { length } = before.open
  for (let index = 0; index < length;) {
    const beginning = (before.open[index] as Attempt).number
    const kept = open.length
    let match: Attempt | undefined
    for (; before.open[index]?.number === beginning; index++) {
      const attempt = before.open[index] as Attempt
      match ??= offer(plan, attempt, passed, number, at, open)
    }
    if (match === undefined) {
      if (plan.isPlain) dropAlike(plan, open, kept)
      continue
    }
    if (plan.skipsPastLast) return { progress: nothingOpen, matches: [match] }
    // One beginning, one match.
    open.length = kept
    matches.push(match)
  }
  const match = begin(plan, passed, number, at, open)
  if (match !== undefined) {
    if (plan.skipsPastLast) return { progress: nothingOpen, matches: [match] }
    matches.push(match)
  }
  if (open.length === length && open.every((one, index) => one === before.open[index])) {
    return { progress: before, matches }
  }
  if (heldBy(open) > plan.most) throw PATTERN_FULL({ most: plan.most })
  return { progress: open.length === 0 ? nothingOpen : { count: number + 1, open }, matches }
}

/** Of attempts of one beginning, from `first` on, that can only end alike keeps the one that would count. */
function dropAlike(plan: Plan, open: Attempt[], first: number): void {
  let end = first
  for (let index = first; index < open.length; index++) {
    const attempt = open[index] as Attempt
    let isNew = true
    for (let other = first; isNew && other < end; other++) {
      isNew = !endAlike(plan, open[other] as Attempt, attempt)
    }
    if (isNew) open[end++] = attempt
  }
  open.length = end
}

/** Puts what becomes of an attempt into `open`; the match where it is complete. */
function offer(
  plan: Plan,
  attempt: Attempt,
  passed: Passed,
  number: number,
  at: At,
  open: Attempt[],
): Attempt | undefined {
  const { steps } = plan
  const { record, mask } = passed
  const { rows, step } = attempt
  const own = steps[step] as Step
  const next = steps[step + 1]
  const repeats = canRepeat(plan, attempt) && own.takes.test(record, mask, rows, at)
  const advances = canAdvance(plan, attempt) && next?.takes.test(record, mask, rows, at) === true
  let match: Attempt | undefined
  if (repeats) match = keep(plan, grown(attempt, step, passed, number), open)
  if (advances) match ??= keep(plan, grown(attempt, step + 1, passed, number), open)
  if (repeats || advances) return match
  const isBlocked = attempt.isBlocked || own.nots.some((not) => not.test(record, mask, rows, at))
  // Only steps that follow directly ask.
  const isSkipping = plan.seesAll
  const isSame = isSkipping === attempt.isSkipping && isBlocked === attempt.isBlocked
  const skipping = isSame ? attempt : { ...attempt, isSkipping, isBlocked }
  if (canGoOn(plan, skipping)) open.push(skipping)
  return undefined
}

/** Puts what a record begins into `open`; the match where one record is enough. */
function begin(
  plan: Plan,
  passed: Passed,
  number: number,
  at: At,
  open: Attempt[],
): Attempt | undefined {
  const { mask, record, time } = passed
  const first = plan.steps[0] as Step
  if (!first.takes.test(record, mask, [], at)) return undefined
  const attempt: Attempt = {
    start: time,
    number,
    last: number,
    lastTime: time,
    step: 0,
    isSkipping: false,
    isBlocked: false,
    rows: [[record]],
  }
  return keep(plan, attempt, open)
}

/** Keeps an attempt open, or says that it is complete. */
function keep(plan: Plan, attempt: Attempt, open: Attempt[]): Attempt | undefined {
  if (!plan.endsInAbsence && isFull(plan, attempt)) return attempt
  open.push(attempt)
  return undefined
}

function grown(attempt: Attempt, step: number, { record, time }: Passed, number: number): Attempt {
  const rows = [...attempt.rows]
  rows[step] = [...(rows[step] ?? []), record]
  const { start, number: beginning } = attempt
  return {
    start,
    number: beginning,
    last: number,
    lastTime: time,
    step,
    isSkipping: false,
    isBlocked: false,
    rows,
  }
}
