// Answers are compared as multisets: how many rows, and a sum over hashes of them that does not depend on their order.
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Format } from './data.ts'

export interface Answer {
  readonly rows: number
  readonly digest: string
}

/** A row as its fields; cells of CSV are text. */
export type Row = Readonly<Record<string, unknown>>

export interface Digest {
  add(row: string): void
  answer(): Answer
}

/** Sums two hashes of 32 bits over all rows. */
export function createDigest(): Digest {
  let [rows, first, second] = [0, 0, 0]
  return {
    add(row) {
      let [one, two] = [0x811c9dc5, 0x9e3779b9]
      for (let at = 0; at < row.length; at++) {
        const code = row.charCodeAt(at)
        one = Math.imul(one ^ code, 0x01000193)
        two = Math.imul(two ^ code, 0x85ebca6b) ^ (two >>> 13)
      }
      rows++
      first = (first + spread(one)) >>> 0
      second = (second + spread(two)) >>> 0
    },
    answer: () => ({
      rows,
      digest: [first, second].map((sum) => sum.toString(16).padStart(8, '0')).join(''),
    }),
  }
}

/** Spreads every bit of a hash over all of them. */
function spread(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x7feb352d)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

/** Reads what a subject has written; `toText` gives each row the one form that answers are compared in. */
export async function readAnswer(
  path: string,
  format: Format,
  toText: (row: Row) => string,
): Promise<Answer> {
  const digest = createDigest()
  let names: readonly string[] | undefined
  for await (const line of createInterface({ input: createReadStream(path) })) {
    if (format === 'jsonl') {
      digest.add(toText(JSON.parse(line) as Row))
    } else if (names === undefined) {
      names = line.split(',')
    } else {
      const cells = line.split(',')
      digest.add(toText(Object.fromEntries(names.map((name, at) => [name, cells[at]]))))
    }
  }
  return digest.answer()
}
