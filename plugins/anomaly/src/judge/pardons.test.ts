import { createRandom } from '@millrace/base'
import { expect, it } from 'vitest'
import { Pardons } from './pardons.ts'

/** Small noise around 10. */
function calm(pardons: Pardons, count: number, seed = 1): void {
  const random = createRandom(seed)
  for (let i = 0; i < count; i++) pardons.learn(Float64Array.of(10 + random()))
}

const values = (...list: number[]): Float64Array[] => list.map((value) => Float64Array.of(value))

/** Learns all of a stretch but its last point. */
function begin(pardons: Pardons, stretch: readonly Float64Array[]): Float64Array {
  for (const point of stretch.slice(0, -1)) pardons.learn(point)
  return stretch.at(-1) as Float64Array
}

const spike = values(10.5, 10.4, 30)
const step = values(10.5, 20, 20, 20, 20, 20, 20, 20, 20)
const drop = values(10.5, 10.4, -10)

function pardoned(): Pardons {
  const pardons = new Pardons(1)
  calm(pardons, 300)
  const last = begin(pardons, spike)
  pardons.remember(last, 8, 1000)
  pardons.learn(last)
  expect(pardons.pardon(1000)).toBe(true)
  calm(pardons, 100)
  return pardons
}

it('pardons what looks like it, up to half as strange again', () => {
  const pardons = pardoned()
  const last = begin(pardons, spike)

  const found = [1, 8, 11, 13, 1000].map((raw) => pardons.isPardoned(last, raw))

  expect(found).toStrictEqual([true, true, true, false, false])
})

it('pardons no other shape', () => {
  for (const shape of [drop, step]) {
    const pardons = pardoned()
    const last = begin(pardons, shape)

    expect(pardons.isPardoned(last, 1)).toBe(false)
  }
})

it('pardons by what several numbers do together', () => {
  const random = createRandom(2)
  const pardons = new Pardons(3)
  const noise = (): Float64Array => Float64Array.of(random(), 5 * random(), 100 + random())
  const learn = (count: number): void => {
    for (let i = 0; i < count; i++) pardons.learn(noise())
  }
  const second = (): Float64Array => Float64Array.of(random(), 60, 100 + random())
  learn(300)
  pardons.remember(second(), 8, 1000)
  pardons.pardon(1000)
  learn(100)

  const same = pardons.isPardoned(second(), 8)
  const first = pardons.isPardoned(Float64Array.of(12, 5 * random(), 100), 8)

  expect([same, first]).toStrictEqual([true, false])
})

it('forgets slowly: the bound halves every ten thousand points', () => {
  const pardons = pardoned()
  calm(pardons, 10_000)
  const last = begin(pardons, spike)

  const found = [5.9, 6.1].map((raw) => pardons.isPardoned(last, raw))

  expect(found).toStrictEqual([true, false])
})

it('knows only its last eight alerts', () => {
  const pardons = new Pardons(1)
  calm(pardons, 300)
  for (let time = 0; time < 9; time++) pardons.remember(Float64Array.of(30), 8, time)

  expect([pardons.pardon(0), pardons.pardon(1), pardons.pardon(9)]).toStrictEqual([
    false,
    true,
    false,
  ])
})

it('keeps one pardon of shapes that are alike, and no more than sixteen', () => {
  const pardons = pardoned()
  const last = begin(pardons, spike)
  pardons.remember(last, 20, 2000)
  pardons.pardon(2000)
  const { pardons: alike } = pardons.snapshot()
  const random = createRandom(4)
  for (let time = 0; time < 60; time++) {
    for (let i = 0; i < 20; i++) pardons.learn(Float64Array.of(10 + random()))
    pardons.remember(Float64Array.of(10 + random()), 8, time)
    pardons.pardon(time)
  }

  expect(alike.map(({ raw }) => raw)).toStrictEqual([20])
  expect(pardons.snapshot().pardons).toHaveLength(16)
})

it('goes on from a snapshot as if nothing had been', () => {
  const whole = pardoned()
  begin(whole, spike)
  whole.remember(Float64Array.of(-10), 3, 5000)
  const restored = new Pardons(1)
  restored.restore(structuredClone(whole.snapshot()))

  for (const one of [whole, restored]) {
    one.learn(Float64Array.of(9))
    one.pardon(5000)
    calm(one, 30, 8)
  }

  expect(restored.snapshot()).toStrictEqual(whole.snapshot())
  const shape = Float64Array.of(30)
  expect(restored.isPardoned(shape, 2)).toBe(whole.isPardoned(shape, 2))
})
