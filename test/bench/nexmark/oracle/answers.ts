import { q18, q19 } from './chosen.ts'
import { q15, q16, q17 } from './daily.ts'
import type { House } from './house.ts'
import { q20, q3, q4, q8, q9 } from './joined.ts'
import { q0, q1, q10, q13, q14, q2 } from './passing.ts'
import { q11, q5, q7 } from './windowed.ts'

/** What each query should answer. q12 goes by the clock: nobody can say. */
export const answers: Readonly<Record<string, (house: House) => Iterable<object>>> = {
  q0,
  q1,
  q2,
  q3,
  q4,
  q5,
  q7,
  q8,
  q9,
  q10,
  q11,
  q13,
  q14,
  q15,
  q16,
  q17,
  q18,
  q19,
  q20,
}

/** Queries with windows over one stream: which bids are late for them is certain. */
export const lateQueries: readonly string[] = ['q5', 'q7', 'q15', 'q16', 'q17']
