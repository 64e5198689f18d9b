import { runStage, type StageRun } from '@millrace/testkit'
import { expect, it } from 'vitest'
import type { Annotation } from './annotation.ts'
import { anomaly } from './anomaly.ts'
import { rrcf } from './detectors/rrcf.ts'
import { fillLast, type Missing } from './fill-last.ts'

const { NaN: none } = Number

it.for<[Missing, readonly number[], readonly number[] | undefined]>([
  [undefined, [1, none], [1, 8]],
  [undefined, [none, none], undefined],
  [undefined, [none], undefined],
  ['last', [1, none], [1, 8]],
  ['last', [none, none], [7, 8]],
  ['last', [1, 2, none], undefined],
  ['skip', [1, none], undefined],
  ['skip', [1, 2], [1, 2]],
])('under %s makes of %j %j', ([how, numbers, whole]) => {
  const point = Float64Array.from(numbers)
  const last = Float64Array.of(7, 8, none).subarray(0, numbers.length)

  const isWhole = fillLast(point, last, numbers.filter(Number.isNaN).length, how)

  expect(isWhole ? [...point] : undefined).toStrictEqual(whole)
})

/** What is found in two numbers, both missing in row 50, one in row 55. */
async function found(more: object, without?: number): Promise<readonly Annotation[]> {
  const rows = Array.from({ length: 60 }, (_, t) => {
    const value = (t * 7) % 10
    return { t, temp: t === 50 ? null : value, load: t === 50 || t === 55 ? null : value }
  })
  const { output }: StageRun = await runStage(anomaly, {
    parameters: { fields: ['temp', 'load'], detector: rrcf, ...more },
    input: without === undefined ? rows : rows.toSpliced(without, 1),
    timestamp: (record) => (record as { readonly t: number }).t,
  })
  return output.map((record) => (record as { readonly anomaly: Annotation }).anomaly)
}

it('of several numbers is done as long as another is there, unless told otherwise', async () => {
  const all = await found({})
  const filled = await found({ missing: 'last' }, 50)
  const skipped = await found({ missing: 'skip' })

  expect(all[50]).toMatchObject({ missing: ['temp', 'load'], score: null })
  expect(all[55]).toMatchObject({ missing: ['load'], score: expect.any(Number) })
  expect(all.toSpliced(50, 1)).toStrictEqual(filled)
  expect(skipped[55]).toMatchObject({ missing: ['load'], score: null })
})
