import { compileFunction } from 'node:vm'
import type { Encoding } from './decoder.ts'
import type { LinePass } from './line-pass.ts'
import { INTEGER, NUMBER } from './line-pass-code.ts'

type Fields = Readonly<Record<string, unknown>>

/** Makes objects of rows of cells. `row`: where in the integers of the pass one begins. */
export interface RecordCode {
  record(pass: LinePass, row: number, encoding: Encoding): Fields
  /** What a prefilter looks at: the same object each time. */
  glimpse(pass: LinePass, row: number, encoding: Encoding): Fields
}

/** Most lists of fields whose code is kept; beyond that the one that is kept for longest goes. */
const codesMax = 256

const codes = new Map<string, RecordCode>()

/**
 * The code for rows with a cell for each of these fields, of which a prefilter looks at those in `sifted`; undefined where there is none
 * and `isMade` is false. Functions made for one list of names take half of the time of those that set fields by variable names, since
 * all that they make is of one hidden class.
 */
export function recordCode(
  fields: readonly string[],
  sifted: ReadonlySet<string> | undefined,
  isMade: boolean,
): RecordCode | undefined {
  const all = fields.map((name, at) => ({ name, at }))
  const seen = all.filter(({ name }) => sifted?.has(name))
  const key = JSON.stringify([fields, seen])
  const known = codes.get(key)
  if (known !== undefined || !isMade) return known
  const [oldest = key] = codes.keys()
  if (codes.size === codesMax) codes.delete(oldest)
  const members = (list: typeof seen): string =>
    list.map(({ at, name }) => `${JSON.stringify(name)}: ${cell(at)}`).join(', ')
  const stores = seen.map(({ at, name }) => `seen[${JSON.stringify(name)}] = ${cell(at)}`)
  const code = compileFunction(`
    let seen
    return {
      record(pass, row, encoding) {
        const { integers, doubles } = pass
        let tag = 0
        return { ${members(all)} }
      },
      glimpse(pass, row, encoding) {
        const { integers, doubles } = pass
        let tag = 0
        if (seen === undefined) seen = { ${members(seen)} }
        ${stores.join('\n')}
        return seen
      },
    }`)() as RecordCode
  codes.set(key, code)
  return code
}

/** What the cell of a number says; what it says else the pass must tell. */
const cell = (at: number): string =>
  `(tag = integers[row + ${at * 4}]) === ${NUMBER} ? doubles[(row >> 1) + ${at * 2 + 1}]
    : tag === ${INTEGER} ? integers[row + ${at * 4 + 2}] : pass.value(row + ${at * 4}, encoding)`
