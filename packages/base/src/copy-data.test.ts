import fc from 'fast-check'
import { expect, it } from 'vitest'
import { copyData } from './copy-data.ts'

it('copies what the platform copies, and shares nothing with it', () => {
  const data = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
    withUnicodeString: true,
    maxDepth: 12,
  })
  fc.assert(
    fc.property(data, (value) => {
      const copied = copyData(value)
      expect(copied).toStrictEqual(structuredClone(value))
      for (const inner of reach(copied)) expect(reach(value)).not.toContain(inner)
    }),
    { numRuns: 300 },
  )
})

it('keeps what a list has beside its items, names like __proto__, and data that holds itself', () => {
  const match = /(?<a>b)/u.exec('b')
  const odd: unknown = JSON.parse('{"__proto__": {"x": 1}, "y": [2]}')
  expect(copyData(match)).toStrictEqual(structuredClone(match))
  expect(Object.keys(copyData(odd) as object)).toEqual(['__proto__', 'y'])
  const ring: { self?: unknown } = {}
  ring.self = ring
  const copied = copyData(ring)
  expect(copied.self).toBe(copied)
  expect(copied).not.toBe(ring)
})

it.each([[() => 1], [{ deep: [() => 1] }], [Symbol('x')]])('refuses %s', (value) => {
  expect(() => copyData(value)).toThrow(/could not be cloned/u)
})

/** Objects that can be reached by way of plain objects and lists. */
function reach(value: unknown, found = new Set<unknown>()): readonly unknown[] {
  if (typeof value !== 'object' || value === null || found.has(value)) return [...found]
  found.add(value)
  for (const inner of Object.values(value)) reach(inner, found)
  return [...found]
}
