// What one would write without an engine for dedupe, sort, top-n and union.

export const USERS = 10_000
export const DISORDER_MS = 1000

export interface Row {
  readonly id: string
  readonly user: string
  readonly amount: number
}

/** Records of which every tenth has the id of the one nine before it. */
export function poolOf(size: number): Row[] {
  return Array.from({ length: size }, (_, index) => ({
    id: `id-${index % 10 === 9 ? index - 9 : index}`,
    user: `user-${(index * 7919) % USERS}`,
    amount: (index * 7907) % 1009,
  }))
}

/** How far a record lies behind its place, ms: less than the disorder. */
export function behind(index: number): number {
  return (index * 7919) % DISORDER_MS
}

export interface Input {
  readonly pool: readonly Row[]
  readonly records: number
  readonly perMs: number
}

const counter = { results: 0 }
const sink = (_result: unknown): void => {
  counter.results++
}
function counted(run: () => void): number {
  counter.results = 0
  run()
  return counter.results
}

function first({ perMs, pool, records }: Input, withinMs: number, name: 'id' | 'user'): void {
  const seen = new Map<string, number>()
  const order: { id: string; time: number }[] = []
  let head = 0
  for (let index = 0; index < records; index++) {
    const row = pool[index % pool.length] as Row
    const time = Math.floor(index / perMs)
    while (head < order.length && (order[head] as { time: number }).time <= time - withinMs) {
      const { id, time: since } = order[head++] as { id: string; time: number }
      if (seen.get(id) === since) seen.delete(id)
    }
    if (head > 100_000) {
      order.splice(0, head)
      head = 0
    }
    const id = row[name]
    if (seen.has(id)) continue
    seen.set(id, time)
    order.push({ id, time })
    sink(row)
  }
}

export const dedupe = (input: Input, withinMs: number): number =>
  counted(() => first(input, withinMs, 'id'))

export const dedupeByUser = (input: Input, withinMs: number): number =>
  counted(() => first(input, withinMs, 'user'))

/** A list per ms that waits for its time to pass. */
export function sort(
  { perMs, pool, records }: Input,
  behindOf: (index: number) => number,
  disorderMs: number,
): number {
  return counted(() => {
    const held = new Map<number, Row[]>()
    let passed = -disorderMs
    const pass = (until: number): void => {
      for (; passed < until; passed++) {
        const due = held.get(passed)
        if (due === undefined) continue
        for (const row of due) sink(row)
        held.delete(passed)
      }
    }
    for (let index = 0; index < records; index++) {
      const time = Math.floor(index / perMs) - behindOf(index)
      const due = held.get(time)
      const row = pool[index % pool.length] as Row
      if (due === undefined) held.set(time, [row])
      else due.push(row)
      pass(Math.floor(index / perMs) - disorderMs)
    }
    pass(records)
  })
}

/** The best of each user and window. */
export function topN({ perMs, pool, records }: Input, n: number, sizeMs: number): number {
  return counted(() => {
    let best = new Map<string, Row[]>()
    let end = sizeMs
    const give = (): void => {
      for (const [user, rows] of best) {
        for (const [index, record] of rows.entries()) {
          sink({ user, rank: index + 1, value: record.amount, record })
        }
      }
      best = new Map()
    }
    for (let index = 0; index < records; index++) {
      const row = pool[index % pool.length] as Row
      if (Math.floor(index / perMs) >= end) {
        give()
        end += sizeMs
      }
      let rows = best.get(row.user)
      if (rows === undefined) best.set(row.user, (rows = []))
      if (rows.length === n && row.amount <= (rows[n - 1] as Row).amount) continue
      let place = rows.length
      while (place > 0 && (rows[place - 1] as Row).amount < row.amount) place--
      rows.splice(place, 0, row)
      if (rows.length > n) rows.pop()
    }
    give()
  })
}

/** One after the other, as they are or as copies with a name. */
export function union({ pool, records }: Input, as?: string): number {
  return counted(() => {
    for (let index = 0; index < records / 2; index++) {
      const row = pool[index % pool.length] as Row
      for (const name of ['left', 'right']) sink(as === undefined ? row : { ...row, [as]: name })
    }
  })
}
