import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createDigest, type Answer } from './answer.ts'
import { makeData } from './data.ts'

function answerOf(rows: readonly string[]): Answer {
  const digest = createDigest()
  for (const row of rows) digest.add(row)
  return digest.answer()
}

it('tells multisets of rows apart and does not look at their order', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), fc.array(fc.string()), (left, right) => {
      const isSame = JSON.stringify(left.toSorted()) === JSON.stringify(right.toSorted())
      const looksSame = JSON.stringify(answerOf(left)) === JSON.stringify(answerOf(right))

      expect(looksSame).toBe(isSame)
      expect(answerOf(left)).toEqual(answerOf(left.toReversed()))
      expect(answerOf([...left, 'one more']).rows).toBe(left.length + 1)
    }),
    { numRuns: 200 },
  )
})

it('sees a digit that differs, and two digits that changed their rows', () => {
  const right = answerOf(['user-1 20 3 74.10', 'user-2 20 5 91.30'])

  expect(answerOf(['user-1 20 3 74.11', 'user-2 20 5 91.30'])).not.toEqual(right)
  expect(answerOf(['user-1 20 5 74.10', 'user-2 20 3 91.30'])).not.toEqual(right)
  expect(answerOf(['user-2 20 5 91.30', 'user-1 20 3 74.10'])).toEqual(right)
})

it('makes lines of 129 bytes on average', () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-data-'))

  const path = makeData(folder, { format: 'jsonl', records: 10_000, users: 1000 })

  expect(Math.round(statSync(path).size / 10_000)).toBe(129)
  rmSync(folder, { recursive: true })
})
