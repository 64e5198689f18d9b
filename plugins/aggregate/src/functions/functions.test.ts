import type { AggregateDefinition } from '@millrace/sdk'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aggregateFunctions, exactFunctions } from './functions.ts'

function named(name: string, exact = false): AggregateDefinition {
  const found = (exact ? exactFunctions : aggregateFunctions).find((one) => one.name === name)
  if (found === undefined) throw new Error(`no function ${name}`)
  return found
}

function fold(
  definition: AggregateDefinition,
  values: readonly unknown[],
  constants: readonly unknown[] = [],
  from = 0,
): unknown {
  const accumulator = definition.create(constants)
  for (const [index, value] of values.entries()) definition.add(accumulator, value, from + index)
  return accumulator
}

function compute(
  name: string,
  values: readonly unknown[],
  constants: readonly unknown[] = [],
  exact = false,
): unknown {
  const definition = named(name, exact)
  return definition.result(fold(definition, values, constants))
}

const number = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e12, max: 1e12 })
const whole = fc.integer({ min: -1000, max: 1000 })

describe('values written out', () => {
  it.each([
    ['count', [5, 6], [], 2],
    ['sum', [1, 2, 3.5], [], 6.5],
    ['min', [3, -1, 2], [], -1],
    ['max', [3, -1, 2], [], 3],
    ['mean', [1, 2, 6], [], 3],
    ['stddev', [2, 4, 4, 4, 5, 5, 7, 9], [], 2.138089935299395],
    ['first', ['b', 'a'], [], 'b'],
    ['last', ['b', 'a'], [], 'a'],
    ['distinct', [1, '1', 1, true, { a: 1, b: 2 }, { b: 2, a: 1 }], [], 4],
    [
      'topK',
      ['a', 'b', 'b', 'c', 'c', 'c'],
      [2],
      [
        { value: 'c', count: 3 },
        { value: 'b', count: 2 },
      ],
    ],
  ])('%s(%j)', (name, values, constants, expected) => {
    expect(compute(name, values, constants)).toEqual(expected)
  })

  it.each([
    ['count', [], 0],
    ['sum', [], 0],
    ['min', [], null],
    ['max', [], null],
    ['mean', [], null],
    ['stddev', [], null],
    ['quantile', [0.5], null],
    ['distinct', [], 0],
    ['first', [], null],
    ['last', [], null],
    ['topK', [3], []],
  ])('%s of nothing', (name, constants, expected) => {
    expect(compute(name, [], constants)).toEqual(expected)
  })

  it('gives no deviation for a single value', () => {
    expect(compute('stddev', [5])).toBe(null)
  })

  it('gives the first value with the share q at or below it as an exact quantile', () => {
    expect(compute('quantile', [4, 1, 3, 2], [0.5], true)).toBe(2)
    expect(compute('quantile', [4, 1, 3, 2], [0], true)).toBe(1)
    expect(compute('quantile', [4, 1, 3, 2], [1], true)).toBe(4)
    expect(compute('quantile', [], [0.5], true)).toBe(null)
  })

  it('refuses a q outside 0 to 1 and a k below 1, and says the range', () => {
    expect(() => named('quantile').create([95])).toThrow(
      '"quantile(x, q)" needs a number from 0 to 1 for q; got 95.',
    )
    expect(() => named('topK').create([0])).toThrow(
      '"topK(x, k)" needs a number from 1 to 1000 for k; got 0.',
    )
  })
})

describe('sums', () => {
  it('keeps what rounding would take away', () => {
    expect(compute('sum', [1e100, 1, -1e100])).toBe(1)
    expect(
      compute(
        'sum',
        Array.from({ length: 10 }, () => 0.1),
      ),
    ).toBe(1)
  })

  it('becomes infinite beyond the range of doubles and stays so', () => {
    expect(compute('sum', [1e308, 1e308, 5])).toBe(Infinity)
  })

  it('does not depend on the order of the values, to the last digit', () => {
    fc.assert(
      fc.property(fc.array(number, { maxLength: 50 }), (values) => {
        expect(compute('sum', values.toReversed())).toBe(compute('sum', values))
      }),
      { numRuns: 200 },
    )
  })

  it('is the exact sum where whole numbers have one', () => {
    fc.assert(
      fc.property(fc.array(fc.maxSafeInteger(), { maxLength: 50 }), (values) => {
        const exact = values.reduce((total, value) => total + BigInt(value), 0n)
        expect(compute('sum', values)).toBe(Number(exact))
      }),
      { numRuns: 200 },
    )
  })
})

describe('deviations', () => {
  it('do not depend on the order of the values, to the last digit', () => {
    fc.assert(
      fc.property(fc.array(number, { maxLength: 50 }), (values) => {
        expect(compute('stddev', values.toReversed())).toBe(compute('stddev', values))
      }),
      { numRuns: 200 },
    )
  })

  it('are right where the values are large and close to each other', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1e12, max: 1e12 }),
        fc.array(fc.nat(1000), { minLength: 2, maxLength: 40 }),
        (far, near) => {
          expect(
            compute(
              'stddev',
              near.map((value) => far + value),
            ),
          ).toBe(compute('stddev', near))
        },
      ),
      { numRuns: 200 },
    )
  })

  it('are infinite where squares are beyond the range of doubles', () => {
    expect(compute('stddev', [1e200, -1e200])).toBe(Infinity)
  })
})

describe('against naive oracles', () => {
  it('agrees on whole numbers', () => {
    fc.assert(
      fc.property(fc.array(whole, { minLength: 1, maxLength: 60 }), (values) => {
        const total = values.reduce((sum, value) => sum + value, 0)
        const mean = total / values.length
        const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)

        expect(compute('count', values)).toBe(values.length)
        expect(compute('mean', values)).toBe(mean)
        expect(compute('min', values)).toBe(Math.min(...values))
        expect(compute('max', values)).toBe(Math.max(...values))
        expect(compute('first', values)).toBe(values[0])
        expect(compute('last', values)).toBe(values.at(-1))
        expect(compute('distinct', values)).toBe(new Set(values).size)
        expect(compute('distinct', values, [], true)).toBe(new Set(values).size)
        const deviation = values.length < 2 ? 0 : Math.sqrt(squares / (values.length - 1))
        expect(compute('stddev', values) ?? 0).toBeCloseTo(deviation, 6)
      }),
      { numRuns: 200 },
    )
  })

  it('finds quantiles off by at most 1 % of themselves', () => {
    const wide = fc.oneof(number, whole, fc.double({ noNaN: true, noDefaultInfinity: true }))
    fc.assert(
      fc.property(
        fc.array(wide, { minLength: 1, maxLength: 80 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, q) => {
          const exact = compute('quantile', values, [q], true) as number
          const found = compute('quantile', values, [q]) as number
          // A hair for the rounding of logarithms, and what counts as zero.
          expect(Math.abs(found - exact)).toBeLessThanOrEqual(
            Math.abs(exact) * 0.01 * (1 + 1e-9) + 1e-300,
          )
        },
      ),
      { numRuns: 300 },
    )
  })

  it.each([300, 1000, 5000, 20_000, 100_000])(
    'estimates %i different values within three standard errors',
    (size) => {
      const values = Array.from({ length: size }, (_, index) => `user-${index}`)

      const found = compute('distinct', [...values, ...values]) as number

      expect(Math.abs(found - size) / size).toBeLessThan(3 * 0.01625)
    },
  )

  it('counts the most frequent never too low and too high by at most n over the counters', () => {
    const value = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 400 }))
    fc.assert(
      fc.property(fc.array(value, { maxLength: 600, size: 'max' }), (values) => {
        const exact = new Map<unknown, number>()
        for (const one of values) exact.set(one, (exact.get(one) ?? 0) + 1)

        const found = compute('topK', values, [5]) as { value: unknown; count: number }[]

        for (const { value, count } of found) {
          const truth = exact.get(value) ?? 0
          expect(count).toBeGreaterThanOrEqual(truth)
          expect(count).toBeLessThanOrEqual(truth + values.length / 100)
        }
        const counts = [...exact.values()].toSorted((a, b) => b - a).slice(0, 5)
        const all = compute('topK', values, [5], true) as { count: number }[]
        expect(all.map(({ count }) => count)).toEqual(counts)
      }),
      { numRuns: 100 },
    )
  })

  it('makes room for newcomers when every counter is taken', () => {
    const noise = Array.from({ length: 500 }, (_, index) => [`n${index}`, 'often']).flat()

    const found = compute('topK', noise, [1]) as { value: unknown; count: number }[]

    expect(found[0]?.value).toBe('often')
    expect(found[0]?.count).toBe(500)
  })
})

const constantsOf: Readonly<Record<string, readonly unknown[]>> = { quantile: [0.9], topK: [5] }
const all = [...aggregateFunctions, ...exactFunctions].map(
  (definition, index) =>
    [`${definition.name}${index < aggregateFunctions.length ? '' : ' exact'}`, definition] as const,
)

describe.each(all)('merge of %s', (_title, definition) => {
  const constants = constantsOf[definition.name] ?? []
  // Enough different values that distinct and topK leave their exact ranges now and then.
  const values = fc.oneof(
    fc.array(whole, { maxLength: 40 }),
    fc
      .integer({ min: 0, max: 5 })
      .map((seed) =>
        Array.from({ length: 320 }, (_, index) => ((index * 7919 + seed * 31) % 640) - 320),
      ),
  )

  it('equals adding all, and leaves its arguments alone', () => {
    fc.assert(
      fc.property(values, values, (left, right) => {
        const a = fold(definition, left, constants)
        const b = fold(definition, right, constants, left.length)
        const before = structuredClone([a, b])

        const merged = definition.result(definition.merge(a, b))

        expect([a, b]).toEqual(before)
        const together = definition.result(fold(definition, [...left, ...right], constants))
        // A full summary of topK has its own bound: top-k.test.ts.
        const bounded = definition.name === 'topK' && left.length + right.length > 100
        expect(bounded ? together : merged).toEqual(together)
      }),
      { numRuns: 60 },
    )
  })

  it('gives an accumulator that can be added to without touching the merged ones', () => {
    const a = fold(definition, [1, 2], constants)
    const b = fold(definition, [3], constants, 2)
    const before = structuredClone([a, b])

    const merged = definition.merge(a, b)
    definition.add(merged, 4, 3)

    expect([a, b]).toEqual(before)
    expect(definition.result(merged)).toEqual(
      definition.result(fold(definition, [1, 2, 3, 4], constants)),
    )
  })
})

it.each(['first', 'last', 'list'])('%s goes by event time, not by arrival', (name) => {
  const records = fc.uniqueArray(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 12 })
  const split = fc.nat(12)
  fc.assert(
    fc.property(records, split, (times, at) => {
      const definition = named(name)
      const ofAll = (some: readonly number[]): unknown => {
        const accumulator = definition.create([])
        for (const time of some) definition.add(accumulator, `v${time}`, time)
        return accumulator
      }
      const values = times.toSorted((a, b) => a - b).map((time) => `v${time}`)
      const expected = { first: values[0], last: values.at(-1), list: values }[name]

      expect(definition.result(ofAll(times))).toEqual(expected)
      const merged = definition.merge(ofAll(times.slice(0, at)), ofAll(times.slice(at)))
      expect(definition.result(merged)).toEqual(expected)
    }),
  )
})
