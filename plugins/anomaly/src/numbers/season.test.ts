import { expect, it } from 'vitest'
import { Season } from './season.ts'

const minute = 60_000
const wave = (index: number, period: number): number => Math.sin((2 * Math.PI * index) / period)

/** Learns so many points a minute apart, and tells after which ones the period was another. */
function changes(season: Season, count: number, value: (index: number) => number): string[] {
  const found: string[] = []
  for (let index = 0; index < count; index++) {
    if (season.learn(value(index), index * minute)) found.push(`${index + 1}: ${season.slots}`)
  }
  return found
}

it('uses a period once two looks in a row agree', () => {
  const season = new Season('auto')

  expect(changes(season, 400, (index) => wave(index, 30))).toStrictEqual(['144: 30'])
})

it('goes over to a longer period that explains more, and not back', () => {
  const season = new Season('auto')
  const weekly = (index: number): number => {
    const weekend = Math.floor(index / 24) % 7 > 4
    return wave(index, 24) * (weekend ? 0.1 : 1) + (weekend ? 0 : 1)
  }

  expect(changes(season, 4000, weekly)).toStrictEqual(['96: 24', '729: 168'])
})

it('takes what may be an hour for one, until it is seen to be none', () => {
  const season = new Season('auto')

  expect(changes(season, 2000, (index) => wave(index, 61))).toStrictEqual(['324: 60', '729: 61'])
})

it('finds none in what has none, and looks for none where it is told so', () => {
  expect(changes(new Season('auto'), 3000, (index) => index)).toStrictEqual([])
  expect(changes(new Season('none'), 3000, (index) => wave(index, 30))).toStrictEqual([])
})

it('uses a given period once it has seen two of it', () => {
  const season = new Season(50)

  expect(changes(season, 200, () => 0)).toStrictEqual(['100: 50'])
  expect(season.newest).toBe(49)
  expect(season.slot(0)).toBe(0)
})

it('takes the slots of a duration from time, also behind a gap', () => {
  const season = new Season('1h')

  expect(changes(season, 100, () => 0)).toStrictEqual(['33: 60'])
  expect(season.newest).toBe(39)
  expect(season.slot(150 * minute)).toBe(30)
  expect(season.slot(-minute)).toBe(59)
})

it('goes on from a snapshot as if nothing had been', () => {
  const whole = new Season('auto')
  const value = (index: number): number => wave(index, 30)
  changes(whole, 120, value)

  const restored = new Season('auto')
  restored.restore(whole.snapshot())

  const rest = (season: Season): string[] => changes(season, 200, (index) => value(index + 120))
  expect(rest(restored)).toStrictEqual(rest(whole))
  expect(restored.snapshot()).toStrictEqual(whole.snapshot())
})
