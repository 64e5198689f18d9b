import { type Case, type Result, type Row, sorted } from './oracle.test-support.ts'

interface Arrival extends Row {
  /** The watermark in front of it, less the lateness. */
  readonly mark: number
}

/** Slow and simple: every record is looked at with every other one. */
export function oracle(input: readonly Row[], one: Case) {
  const arrivals = withMarks(input, one)
  return 'asOf' in one.way || 'table' in one.way
    ? lookups(arrivals, one)
    : pairs(arrivals, one, isLateFor(one), isMatchFor(one))
}

/** In front of each record: the smaller of what both sides have come to. */
function withMarks(input: readonly Row[], { disorder, lateness }: Case): readonly Arrival[] {
  const come = { left: Number.NEGATIVE_INFINITY, right: Number.NEGATIVE_INFINITY }
  return input.map((row) => {
    const mark = Math.min(come.left, come.right) - disorder - lateness
    come[row.side] = Math.max(come[row.side], row.t)
    return { ...row, mark }
  })
}

function windowOf(time: number, { offset, tumbling }: { tumbling: number; offset: number }) {
  return Math.floor((time - offset) / tumbling)
}

function isLateFor({ way }: Case): (row: Arrival) => boolean {
  if (!('tumbling' in way)) return ({ mark, t }) => t < mark
  return ({ mark, t }) => (windowOf(t, way) + 1) * way.tumbling + way.offset <= mark
}

function isMatchFor({ way }: Case): (left: Row, right: Row) => boolean {
  if ('tumbling' in way) return (left, right) => windowOf(left.t, way) === windowOf(right.t, way)
  const { after, before } = way as { after: number; before: number }
  return (left, right) => right.t >= left.t - before && right.t <= left.t + after
}

function pairs(
  arrivals: readonly Arrival[],
  { kind }: Case,
  isLate: (row: Arrival) => boolean,
  isNear: (left: Row, right: Row) => boolean,
) {
  const late = arrivals.filter(isLate).map(({ n }) => n)
  const taken = arrivals.filter((row) => !isLate(row))
  const lefts = taken.filter(({ side }) => side === 'left')
  const rights = taken.filter(({ side }) => side === 'right')
  const isMatch = (left: Row, right: Row): boolean =>
    left.k !== null && left.k === right.k && isNear(left, right)
  const results: Result[] = []
  for (const left of lefts) {
    const matches = rights.filter((right) => isMatch(left, right))
    if (kind === 'semi' ? matches.length > 0 : kind === 'anti' && matches.length === 0) {
      results.push([left.n, null, left.t])
    }
    if (kind === 'semi' || kind === 'anti') continue
    for (const right of matches) results.push([left.n, right.n, Math.max(left.t, right.t)])
    if ((kind === 'left' || kind === 'full') && matches.length === 0) {
      results.push([left.n, null, left.t])
    }
  }
  if (kind === 'right' || kind === 'full') {
    for (const right of rights) {
      if (lefts.every((left) => !isMatch(left, right))) results.push([null, right.n, right.t])
    }
  }
  return { results: sorted(results), late }
}

function lookups(arrivals: readonly Arrival[], { kind, way }: Case) {
  const within = 'asOf' in way ? way.asOf : Number.POSITIVE_INFINITY
  const late: number[] = []
  const results: Result[] = []
  for (const [index, row] of arrivals.entries()) {
    if (row.side === 'left' && row.t < row.mark) {
      late.push(row.n)
      continue
    }
    if (row.k === null) {
      if (row.side === 'left' && (kind === 'left' || kind === 'anti')) {
        results.push([row.n, null, row.t])
      }
      continue
    }
    const own = (one: Arrival): boolean => one.side === 'right' && one.k === row.k
    if (row.side === 'right') {
      // Behind the watermark it is of use where it is newer than all others there, and not too old.
      const passed = arrivals.slice(0, index).filter((one) => own(one) && one.t < row.mark)
      const isNewest = passed.every(({ t }) => t <= row.t || row.mark - t > within)
      if (row.t < row.mark && !(isNewest && row.mark - row.t <= within)) late.push(row.n)
      continue
    }
    // Given when the watermark is past it.
    const over = arrivals.findIndex(({ mark }) => mark > row.t)
    const known = arrivals
      .slice(0, over === -1 ? undefined : over)
      .filter((one) => own(one) && one.t <= row.t && row.t - one.t <= within)
    const latest = known.reduce<Arrival | undefined>(
      (best, one) => (best === undefined || one.t >= best.t ? one : best),
      undefined,
    )
    if (latest === undefined ? kind === 'left' || kind === 'anti' : kind === 'semi') {
      results.push([row.n, null, row.t])
    } else if (latest !== undefined && kind !== 'anti') results.push([row.n, latest.n, row.t])
  }
  return { results: sorted(results), late }
}
