/** A record of the tests: `bit` is another power of two in each, so that a sum says which records are in it. */
export interface Row {
  readonly t: number
  readonly k: string
  readonly x: number
  readonly bit: number
}

/** Windows as the tests ask for them, in ms. */
export type Kind =
  | { readonly tumbling: number; readonly offset: number }
  | { readonly sliding: readonly [size: number, every: number]; readonly offset: number }
  | { readonly cumulate: readonly [size: number, step: number]; readonly offset: number }
  | { readonly session: number }

export type OracleEmit =
  | 'final'
  | 'onTime'
  | 'update'
  | { readonly ms: number }
  | { readonly records: number }

export interface Case {
  readonly kind: Kind
  readonly lateness: number
  readonly emit: OracleEmit
  readonly disorder: number
}

interface Open {
  readonly k: string
  start: number
  end: number
  rows: Row[]
  revision: number
  changed: number
  isOut: boolean
}

/** What a run should give. */
export interface Expected {
  readonly results: readonly unknown[]
  readonly late: readonly unknown[]
}

const floor = (time: number, size: number, offset: number): number =>
  Math.floor((time - offset) / size) * size + offset

/** All windows that hold a time, by trying many. */
function windowsOf(kind: Kind, time: number): readonly (readonly [number, number])[] {
  if ('session' in kind) return [[time, time + kind.session]]
  if ('tumbling' in kind) {
    const start = floor(time, kind.tumbling, kind.offset)
    return [[start, start + kind.tumbling]]
  }
  const found: [number, number][] = []
  if ('sliding' in kind) {
    const [size, every] = kind.sliding
    for (let start = floor(time, every, kind.offset) - 200 * every; start <= time; start += every) {
      if (start + size > time) found.push([start, start + size])
    }
    return found
  }
  const [size, step] = kind.cumulate
  const start = floor(time, size, kind.offset)
  for (let end = start + step; end <= start + size; end += step) {
    if (end > time) found.push([start, end])
  }
  return found
}

/** The windows of a stream by the book: one record after the other, all windows in one list. */
export function oracle(rows: readonly Row[], { kind, lateness, emit, disorder }: Case): Expected {
  const results: unknown[] = []
  const late: unknown[] = []
  const keys = [...new Set(rows.map(({ k }) => k))]
  let open: Open[] = []
  let watermark = -Infinity
  let largest = -Infinity
  const counted = emit !== 'final'

  const give = (one: Open, final: boolean, replaces: readonly number[] = []): void => {
    results.push({
      k: one.k,
      windowStart: one.start,
      windowEnd: one.end,
      n: one.rows.length,
      bits: one.rows.reduce((sum, { bit }) => sum + bit, 0),
      some: one.rows.filter(({ x }) => x > 3).length,
      ...(counted ? { revision: one.revision, final } : {}),
      ...(replaces.length > 0 ? { replaces } : {}),
    })
    one.revision++
    one.changed = 0
  }
  const close = (one: Open): void => {
    give(one, true)
    open = open.filter((other) => other !== one)
  }
  const byEndThenKey = (a: Open, b: Open): number =>
    a.end - b.end || keys.indexOf(a.k) - keys.indexOf(b.k)
  const byKeyThenLatest = (a: Open, b: Open): number =>
    keys.indexOf(a.k) - keys.indexOf(b.k) || b.start - a.start

  const move = (next: number): void => {
    const events = open.flatMap((one) => [
      { one, at: one.end + lateness, final: true },
      ...(emit === 'onTime' && lateness > 0 && !one.isOut
        ? [{ one, at: one.end, final: false }]
        : []),
    ])
    const due = events
      .filter(({ at }) => at <= next)
      .toSorted(
        (a, b) =>
          a.at - b.at ||
          ('session' in kind ? byKeyThenLatest(a.one, b.one) : 0) ||
          Number(b.final) - Number(a.final) ||
          a.one.end - b.one.end ||
          keys.indexOf(a.one.k) - keys.indexOf(b.one.k),
      )
    for (const { one, final } of due) {
      if (final) close(one)
      else {
        give(one, false)
        one.isOut = true
      }
    }
    if (
      typeof emit === 'object' &&
      'ms' in emit &&
      watermark !== -Infinity &&
      next !== Infinity &&
      Math.floor(next / emit.ms) > Math.floor(watermark / emit.ms)
    ) {
      const order = 'session' in kind ? byKeyThenLatest : byEndThenKey
      for (const one of open.toSorted(order)) if (one.changed > 0) give(one, false)
    }
    watermark = next
  }
  const take = (one: Open, row: Row, replaces: readonly number[] = []): void => {
    one.rows.push(row)
    one.changed++
    const isNow =
      emit === 'update' ||
      (emit === 'onTime' && watermark >= one.end) ||
      (typeof emit === 'object' && 'records' in emit && one.changed >= emit.records)
    if (emit === 'onTime') one.isOut = watermark >= one.end
    if (!isNow && replaces.length === 0) return
    const { changed } = one
    give(one, false, replaces)
    // Only a result that was due begins the count anew.
    if (!isNow) one.changed = changed
  }
  const takeSession = (row: Row, start: number, end: number): boolean => {
    const hit = open.filter((one) => one.k === row.k && one.start < end && start < one.end)
    if (hit.length === 0 && watermark >= end + lateness) return false
    const whole: Open = {
      k: row.k,
      start: Math.min(start, ...hit.map((one) => one.start)),
      end: Math.max(end, ...hit.map((one) => one.end)),
      rows: hit.flatMap((one) => one.rows),
      revision: Math.max(0, ...hit.map((one) => one.revision)),
      changed: hit.reduce((sum, one) => sum + one.changed, 0),
      isOut: false,
    }
    open = [...open.filter((one) => !hit.includes(one)), whole]
    const given = hit.filter((one) => one.revision > 0).toSorted((a, b) => b.start - a.start)
    const replaces = given.map((one) => one.start).filter((one) => one !== whole.start)
    take(whole, row, replaces)
    return true
  }

  for (const row of rows) {
    if (largest - disorder > watermark) move(largest - disorder)
    largest = Math.max(largest, row.t)
    const windows = windowsOf(kind, row.t)
    let isIn = false
    if ('session' in kind) isIn = takeSession(row, row.t, row.t + kind.session)
    else {
      for (const [start, end] of windows) {
        if (watermark >= end + lateness) continue
        isIn = true
        let one = open.find((other) => other.k === row.k && other.end === end)
        if (one === undefined) {
          one = { k: row.k, start, end, rows: [], revision: 0, changed: 0, isOut: watermark >= end }
          open.push(one)
        }
        take(one, row)
      }
    }
    if (isIn) continue
    const [windowStart, windowEnd] = windows.at(-1) as readonly [number, number]
    late.push({
      record: row,
      eventTime: row.t,
      watermark,
      windowStart,
      windowEnd,
      lateBy: watermark - windowEnd - lateness,
    })
  }
  if (largest - disorder > watermark) move(largest - disorder)
  move(Infinity)
  return { results, late }
}
