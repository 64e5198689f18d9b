/** A record of the tests. */
export interface Row {
  readonly id: number
  readonly t: number
  readonly k: string
  readonly x: number
}

/** A condition, as the tests know it: over the record, or over the first record of a step too. */
export type Toy =
  | { readonly kind: 'any' }
  | { readonly kind: 'atLeast' | 'below' | 'equals'; readonly x: number }
  | { readonly kind: 'aboveFirst' | 'aboveLast'; readonly of: number }

export interface ToyStep {
  readonly least: number
  readonly most: number
  /** Whether the name stands for a list. */
  readonly isList: boolean
  readonly direct: boolean
  readonly where: Toy
  readonly nots: readonly Toy[]
}

export interface ToyPattern {
  readonly steps: readonly ToyStep[]
  readonly within: number
  readonly toNext: boolean
}

/** What a run should give for one key, in its order. */
export interface Expected {
  readonly matches: readonly Found[]
  readonly timeouts: readonly Found[]
}

/** Which records stand under each step, and when it was known. */
export interface Found {
  readonly start: number
  readonly end: number
  readonly ids: readonly (readonly number[])[]
}

/** Records by step. */
type Groups = readonly (readonly number[])[]

function fits(toy: Toy, row: Row, rows: readonly Row[], groups: Groups): boolean {
  if (toy.kind === 'any') return true
  if (toy.kind === 'atLeast') return row.x >= toy.x
  if (toy.kind === 'below') return row.x < toy.x
  if (!('of' in toy)) return row.x === toy.x
  const own = groups[toy.of] ?? []
  const other = rows[own.at(toy.kind === 'aboveFirst' ? 0 : -1) ?? -1]
  return other !== undefined && row.x > other.x
}

/** Which step each record from the first of a match on stands for; undefined where it was left out. */
type Labels = readonly (number | undefined)[]

interface Case {
  readonly rows: readonly Row[]
  readonly first: number
  readonly pattern: ToyPattern
}

const groupsOf = ({ first }: Case, labels: Labels, steps: number): number[][] =>
  Array.from({ length: steps }, (_, step) =>
    labels.flatMap((label, index) => (label === step ? [first + index] : [])),
  )

/** Whether record `index` may be the next one of `step`, after what came before it. */
function mayTake(one: Case, before: Labels, index: number, step: number): boolean {
  const { first, pattern, rows } = one
  const { steps } = pattern
  const toy = steps[step]
  if (toy === undefined) return false
  const groups = groupsOf(one, before, steps.length)
  const at = before.findLast((label) => label !== undefined)
  const last = first + before.findLastIndex((label) => label !== undefined)
  if (at === undefined)
    return step === 0 && index === first && fits(toy.where, rows[index] as Row, rows, groups)
  if (toy.direct && last !== index - 1) return false
  if (step === at) {
    if ((groups[at] ?? []).length >= toy.most) return false
  } else {
    const from = steps[at] as ToyStep
    if (step !== at + 1 || (groups[at] ?? []).length < from.least) return false
    if (isBroken(one, before, at, last, index)) return false
  }
  return fits(toy.where, rows[index] as Row, rows, groups)
}

/** Whether a record between two must not be there. */
function isBroken(one: Case, before: Labels, at: number, last: number, until: number): boolean {
  const { pattern, rows } = one
  const { nots } = pattern.steps[at] as ToyStep
  const groups = groupsOf(one, before, pattern.steps.length)
  return rows.slice(last + 1, until).some((row) => nots.some((not) => fits(not, row, rows, groups)))
}

/** All ways to read the records from the first on, of `length` records: none that could be taken is left out. */
function* readings(one: Case, length: number, labels: Labels = []): Generator<Labels> {
  if (labels.length === length) {
    yield labels
    return
  }
  const index = one.first + labels.length
  const takes = one.pattern.steps
    .map((_, step) => step)
    .filter((step) => mayTake(one, labels, index, step))
  for (const step of takes) yield* readings(one, length, [...labels, step])
  if (takes.length === 0 && labels.length > 0) yield* readings(one, length, [...labels, undefined])
}

/** Earlier steps that have more records come first. */
function byCounts(a: Groups, b: Groups): number {
  for (const [step, own] of a.entries()) {
    const difference = (b[step] ?? []).length - own.length
    if (difference !== 0) return difference
  }
  return 0
}

interface Outcome {
  readonly kind: 'match' | 'timeout'
  readonly first: number
  readonly last: number
  readonly time: number
  /** The record that completes it; -1: time does. */
  readonly by: number
  readonly groups: Groups
}

/** What becomes of what a record begins. */
function outcomeOf(one: Case): Outcome | undefined {
  const { first, pattern, rows } = one
  const { steps, within } = pattern
  const final = steps.length - 1
  const least = steps[final]?.least ?? 0
  const deadline = (rows[first] as Row).t + within
  const inTime = rows.filter((row, index) => index >= first && row.t < deadline).length
  const endsInAbsence = (steps[final]?.nots.length ?? 0) > 0
  for (let length = 1; length <= (endsInAbsence ? 0 : inTime); length++) {
    const complete = [...readings(one, length)]
      .filter((labels) => labels.at(-1) === final)
      .map((labels) => groupsOf(one, labels, steps.length))
      .filter((groups) => (groups[final] ?? []).length === least)
      .toSorted(byCounts)
    const [groups] = complete
    const last = first + length - 1
    if (groups === undefined) continue
    return { kind: 'match', first, last, time: (rows[last] as Row).t, by: last, groups }
  }
  const all = [...readings(one, inTime)]
    .map((labels) => ({ labels, groups: groupsOf(one, labels, steps.length) }))
    .toSorted((a, b) => byCounts(a.groups, b.groups))
  const end = first + inTime
  const isFull = (groups: Groups): boolean => (groups[final] ?? []).length >= least
  const lastOf = (labels: Labels): number =>
    first + labels.findLastIndex((label) => label !== undefined)
  const found = all.find(
    ({ groups, labels }) =>
      endsInAbsence && isFull(groups) && !isBroken(one, labels, final, lastOf(labels), end),
  )
  const time = { time: deadline, by: -1, first }
  if (found !== undefined) {
    return { kind: 'match', last: lastOf(found.labels), groups: found.groups, ...time }
  }
  const waiting = all.find(({ groups, labels }) => !isFull(groups) && isAlive(one, labels, end))
  return (
    waiting && { kind: 'timeout', last: lastOf(waiting.labels), groups: waiting.groups, ...time }
  )
}

/** Whether some record could still be taken, whatever the conditions say. */
function isAlive(one: Case, labels: Labels, end: number): boolean {
  const { pattern, rows } = one
  const anything: ToyPattern = {
    ...pattern,
    steps: pattern.steps.map((step) => ({ ...step, where: { kind: 'any' } })),
  }
  const wild = { ...one, pattern: anything, rows: [...rows.slice(0, end), rows[0] as Row] }
  return pattern.steps.some((_, step) => mayTake(wild, labels, end, step))
}

/** All matches of one key by the book: every way to read its records from every beginning. `rows` are in the order of time. */
export function oracle(rows: readonly Row[], pattern: ToyPattern): Expected {
  const begins = rows.flatMap((_, first) => {
    const one = { rows, first, pattern }
    return mayTake(one, [], first, 0) ? [outcomeOf(one)].filter((each) => each !== undefined) : []
  })
  const inOrder = begins.toSorted((a, b) => a.time - b.time || a.by - b.by || a.first - b.first)
  let past = -1
  const kept = inOrder.filter(({ first, kind, last }) => {
    if (pattern.toNext) return true
    if (first <= past) return false
    if (kind === 'match') past = Math.max(past, last)
    return true
  })
  const ofKind = (wanted: Outcome['kind']): readonly Found[] =>
    kept
      .filter(({ kind }) => kind === wanted)
      .map(({ first, groups, time }) => ({
        start: (rows[first] as Row).t,
        end: time,
        ids: groups.map((own) => own.map((index) => (rows[index] as Row).id)),
      }))
  return { matches: ofKind('match'), timeouts: ofKind('timeout') }
}
