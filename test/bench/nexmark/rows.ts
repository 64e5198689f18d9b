import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

type Row = Readonly<Record<string, unknown>>

function* linesOf(path: string): Generator<Row> {
  // Pieces of the bytes: the text of a large file is longer than any string may be.
  const bytes = readFileSync(path)
  for (let from = 0; from < bytes.length;) {
    const end = bytes.indexOf(10, from)
    yield JSON.parse(bytes.toString('utf8', from, end)) as Row
    from = end + 1
  }
}

/** What a query has written to its folder: of results that replace each other the last ones, of several files with their names. */
export function* writtenRows(query: string, folder: string): Generator<Row> {
  if (query === 'q10') {
    const root = join(folder, query)
    for (const path of globSync(join(root, '**/*.jsonl'))) {
      for (const row of linesOf(path)) yield { ...row, file: relative(root, path) }
    }
    return
  }
  for (const row of linesOf(join(folder, `${query}.jsonl`))) {
    const { final, revision, ...values } = row
    if (final === undefined && revision === undefined) yield row
    else if (final === true) yield values
  }
}

/** A row as text, whatever the order of its fields. */
export function textOfRow(row: object): string {
  return JSON.stringify(Object.entries(row).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** Rows that only one of the two has, or has more often. */
export function differing(
  written: Iterable<object>,
  expected: Iterable<object>,
): { readonly missing: readonly string[]; readonly unexpected: readonly string[] } {
  const counts = new Map<string, number>()
  const count = (row: object, by: 1 | -1): void => {
    const text = textOfRow(row)
    const sum = (counts.get(text) ?? 0) + by
    if (sum === 0) counts.delete(text)
    else counts.set(text, sum)
  }
  for (const row of expected) count(row, 1)
  for (const row of written) count(row, -1)
  const of = (sign: 1 | -1): readonly string[] =>
    [...counts].filter(([, sum]) => Math.sign(sum) === sign).map(([text]) => text)
  return { missing: of(1), unexpected: of(-1) }
}

/** How many rows there are, and a number that is the same for the same rows in any order. */
export function digest(rows: Iterable<object>): string {
  let count = 0
  const sums = [0, 0]
  for (const row of rows) {
    count++
    const hash = createHash('md5').update(textOfRow(row)).digest()
    for (const part of [0, 1]) {
      sums[part] = ((sums[part] ?? 0) + hash.readUIntBE(6 * part, 6)) % 2 ** 48
    }
  }
  return `${count} ${sums.map((sum) => sum.toString(16)).join(' ')}`
}
