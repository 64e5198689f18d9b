import { type Attempt, nothingOpen, type Progress } from './attempt.ts'
import { isFull, type Plan } from './plan.ts'

/** What ran out of time, in the order of the beginnings. */
export interface Expired {
  readonly progress: Progress
  readonly ends: readonly End[]
}

/** An attempt whose time is over: a match, where it waited for nothing but an absence. */
export interface End {
  readonly attempt: Attempt
  readonly isMatch: boolean
}

const none: readonly End[] = []

/** When the earliest attempt runs out of time; Infinity where nothing is open. */
export function deadlineOf({ withinMs }: Plan, { open }: Progress): number {
  const [first] = open
  return first === undefined ? Number.POSITIVE_INFINITY : first.start + withinMs
}

/** Ends all attempts whose time is over at `time`. */
export function expire(plan: Plan, before: Progress, time: number): Expired {
  if (deadlineOf(plan, before) > time) return { progress: before, ends: none }
  const ends: End[] = []
  let open = before.open
  for (;;) {
    const [first] = open
    if (first === undefined || first.start + plan.withinMs > time) break
    const { number } = first
    const group = open.filter((one) => one.number === number)
    open = open.slice(group.length)
    const match = plan.endsInAbsence
      ? group.find((one) => isFull(plan, one) && !one.isBlocked)
      : undefined
    if (match !== undefined) {
      ends.push({ attempt: match, isMatch: true })
      if (plan.skipsPastLast) open = open.filter((one) => one.number > match.last)
      continue
    }
    const waiting = group.find((one) => !isFull(plan, one))
    if (waiting !== undefined) ends.push({ attempt: waiting, isMatch: false })
  }
  return { progress: open.length === 0 ? nothingOpen : { count: before.count, open }, ends }
}
