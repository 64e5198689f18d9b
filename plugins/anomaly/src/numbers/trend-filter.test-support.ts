import { solve } from './solve.test-support.ts'

/** One value that a trend learns. */
export interface Lesson {
  readonly value: number
  readonly weight: number
  readonly unit: number
}

interface Penalties {
  readonly first: number[]
  readonly second: number[]
}

/** The last three values of the trend: all equations at once, with two faint values before the first. */
function lastThree(
  start: number,
  lessons: readonly Lesson[],
  { first, second }: Penalties,
): number[] {
  const size = lessons.length + 2
  const matrix = Array.from({ length: size }, () => Array.from({ length: size }, () => 0))
  const right = Array.from({ length: size }, () => 0)
  const square = (weight: number, terms: readonly [number, number][], value = 0): void => {
    for (const [i, a] of terms) {
      for (const [j, b] of terms) {
        const row = matrix[i] ?? []
        row[j] = (row[j] ?? 0) + weight * a * b
      }
      right[i] = (right[i] ?? 0) + weight * a * value
    }
  }
  square(1e-6, [[0, 1]], start)
  square(1e-6, [[1, 1]], start)
  for (const [index, { value, weight }] of lessons.entries()) {
    const at = index + 2
    square(weight, [[at, 1]], value)
    square(first[index] ?? 0, [
      [at, 1],
      [at - 1, -1],
    ])
    square(second[index] ?? 0, [
      [at, 1],
      [at - 1, -2],
      [at - 2, 1],
    ])
  }
  return solve(matrix, right).slice(-3)
}

/** The newest value of the trend after each lesson, from the definition of `TrendFilter`. */
export function slowTrend(
  { stiffness, rounds, start }: { stiffness: number; rounds: number; start: number },
  lessons: readonly Lesson[],
): number[] {
  const penalties = Array.from({ length: rounds }, (): Penalties => ({ first: [], second: [] }))
  return lessons.map(({ unit }, index) => {
    let [p, q, newest] = [stiffness, stiffness, start]
    for (const penalty of penalties) {
      penalty.first.push(p)
      penalty.second.push(q)
      const [a = 0, b = 0, c = 0] = lastThree(start, lessons.slice(0, index + 1), penalty)
      newest = c
      if (unit === 0) continue
      p = stiffness / Math.max(Math.abs(c - b) / unit, 0.001)
      q = stiffness / Math.max(Math.abs(c - 2 * b + a) / unit, 0.001)
    }
    return newest
  })
}
