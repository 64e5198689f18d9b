// The records that every comparison reads: drawn from a seed, so that they are the same everywhere, and written when they are asked for.
import { closeSync, existsSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** A visit of a shop. Its JSON line takes 129 bytes on average, with the newline. */
export interface Visit {
  readonly id: number
  /** Epoch ms, one more for each record: a minute holds 60,000. */
  readonly time: number
  readonly user: string
  readonly type: string
  readonly amount: number
  readonly page: string
  readonly agent: string
}

export type Format = 'jsonl' | 'csv'

export interface Data {
  readonly format: Format
  readonly records: number
  /** Among how many users visits are drawn. */
  readonly users: number
}

const types = ['view', 'click', 'purchase', 'refund']
const agents = ['mobile', 'desktop', 'tablet', 'robot']

/** Hands over each visit, and its amount in cents. */
export function eachVisit(
  { records, users }: Omit<Data, 'format'>,
  take: (visit: Visit, cents: number) => void,
): void {
  let seed = 42
  const below = (limit: number): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((seed / 2 ** 32) * limit)
  }
  for (let index = 0; index < records; index++) {
    const cents = below(10_001)
    const visit = {
      id: 1_000_000_000 + index,
      time: 1_700_000_040_000 + index,
      user: `user-${below(users)}`,
      type: types[below(4)] ?? '',
      amount: cents / 100,
      page: `/products/${below(100_000)}`,
      agent: agents[below(4)] ?? '',
    }
    take(visit, cents)
  }
}

const header = 'id,time,user,type,amount,page,agent'
const toLine: Readonly<Record<Format, (visit: Visit) => string>> = {
  jsonl: (visit) => JSON.stringify(visit),
  csv: (visit) => Object.values(visit).join(','),
}

/** Where the data stands, whether or not it was made. */
export const dataPath = (folder: string, { format, records, users }: Data): string =>
  join(folder, `visits-${records}-of-${users}.${format}`)

/** Writes the data unless it is there. */
export function makeData(folder: string, data: Data): string {
  const path = dataPath(folder, data)
  if (existsSync(path)) return path
  mkdirSync(folder, { recursive: true })
  const file = openSync(`${path}.part`, 'w')
  let lines = data.format === 'csv' ? [header] : []
  const flush = (): void => {
    if (lines.length > 0) writeSync(file, `${lines.join('\n')}\n`)
    lines = []
  }
  eachVisit(data, (visit) => {
    lines.push(toLine[data.format](visit))
    if (lines.length === 10_000) flush()
  })
  flush()
  closeSync(file)
  renameSync(`${path}.part`, path)
  return path
}
