import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesOf } from '../bytes-of.test-support.ts'
import { adwin } from './adwin.ts'
import type { DriftDefinition } from './define-drift.ts'
import type { DriftDetector } from './drift-detector.ts'
import { kswin } from './kswin.ts'
import { pageHinkley } from './page-hinkley.ts'
import { rankChangepoint } from './rank-changepoint.ts'

const definitions: readonly (readonly [definition: DriftDefinition, parameters: object])[] = [
  [adwin, {}],
  [adwin, { delta: 0.3 }],
  [pageHinkley, {}],
  [pageHinkley, { delta: 0.1, lambda: 5, least: 2 }],
  [kswin, {}],
  [kswin, { alpha: 0.1, window: 21, newest: 20 }],
  [rankChangepoint, {}],
  [rankChangepoint, { window: 40, limit: 8 }],
]

const named = definitions.map(
  ([definition, given]) => [definition.name, given, definition] as const,
)

const calm = fc.integer({ min: -8, max: 8 })
const stretch = fc
  .tuple(fc.array(calm, { minLength: 1, maxLength: 9 }), calm, fc.integer({ min: 1, max: 12 }))
  .map(([list, level, times]) =>
    Array.from({ length: times }, () => list.map((one) => one + 10 * level)).flat(),
  )
const series = fc.array(stretch, { maxLength: 10 }).map((list) => list.flat())
const wild = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 150 })

const effort = { numRuns: 20 }

function run(detector: DriftDetector, values: readonly number[]): unknown[] {
  return values.map((value) => {
    return detector.update(value) ? structuredClone(detector.evidence) : false
  })
}

describe.for(named)('%s with %j', ([, given, definition]) => {
  const parsed = definition.parameters['~standard'].validate(given)
  const { value: parameters } = parsed as { readonly value: unknown }
  const make = (): DriftDetector => definition.create(parameters, 5)

  it('goes on from a snapshot as if nothing had been, within its bytes', () => {
    fc.assert(
      fc.property(fc.oneof(series, wild), series, (first, second) => {
        const whole = make()
        run(whole, first)
        const data = whole.snapshot()
        const kept = structuredClone(data)
        const restored = make()
        restored.restore(kept)

        expect(run(restored, second)).toStrictEqual(run(whole, second))
        expect(restored.snapshot()).toStrictEqual(whole.snapshot())
        expect(data).toStrictEqual(kept)
        expect(bytesOf(data)).toBeLessThanOrEqual(definition.bytes(parameters))
      }),
      effort,
    )
  })

  it('finds the same under the same seed, with finite evidence', () => {
    fc.assert(
      fc.property(fc.oneof(series, wild), (values) => {
        const [first, second] = [make(), make()]

        const found = run(first, values)

        expect(run(second, values)).toStrictEqual(found)
        const numbers = found.filter(Boolean).flatMap((one) => Object.values(one as object))
        expect(numbers.every(Number.isFinite)).toBe(true)
      }),
      effort,
    )
  })

  it('finds the same in any unit', () => {
    fc.assert(
      fc.property(series, fc.constantFrom(0.25, 2, 1024), (values, factor) => {
        const plain = run(make(), values).map(Boolean)
        const scaled = run(
          make(),
          values.map((one) => factor * one),
        ).map(Boolean)

        expect(scaled).toStrictEqual(plain)
      }),
      effort,
    )
  })

  it('finds nothing in a constant stream', () => {
    const found = run(
      make(),
      Array.from({ length: 1000 }, () => 7),
    )

    expect(found.every((one) => one === false)).toBe(true)
  })
})
