import type { JsonSchema } from '@millrace/sdk'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { unknownKeys } from './unknown-keys.ts'

const paths = (schema: JsonSchema, value: unknown): readonly string[] =>
  unknownKeys(schema, value).map((issue) => issue.path.join('.'))

const input = (schema: z.ZodType): JsonSchema =>
  z.toJSONSchema(schema, { io: 'input' }) as JsonSchema

test('a key that no property names is unknown, at any depth', () => {
  const schema = input(z.object({ a: z.number(), list: z.array(z.object({ b: z.number() })) }))

  expect(paths(schema, { a: 1, list: [{ b: 1 }, { b: 2, c: 3 }], d: 4 })).toEqual(['list.1.c', 'd'])
})

test('an unknown key gets the nearest name, or all names', () => {
  const schema = input(z.object({ field: z.string(), above: z.number() }))

  expect(unknownKeys(schema, { feild: 'x', nothing: 1 })).toEqual([
    { path: ['feild'], message: 'unknown parameter "feild"', hint: 'Did you mean "field"?' },
    { path: ['nothing'], message: 'unknown parameter "nothing"', hint: 'It takes: field, above.' },
  ])
  expect(unknownKeys(input(z.object({})), { a: 1 })[0]?.hint).toBe('It takes none.')
})

test('a name that every object has is unknown too', () => {
  expect(paths(input(z.object({ a: z.number() })), { constructor: 1 })).toEqual(['constructor'])
})

test('maps, loose objects and schemas that say nothing take any key', () => {
  expect(paths(input(z.record(z.string(), z.number())), { a: 1 })).toEqual([])
  expect(paths(input(z.looseObject({ a: z.number() })), { b: 1 })).toEqual([])
  expect(paths({}, { a: 1 })).toEqual([])
})

test('the values of a map are looked into', () => {
  const schema = input(z.record(z.string(), z.object({ a: z.number() })))

  expect(paths(schema, { x: { a: 1, b: 2 } })).toEqual(['x.b'])
})

test('of several branches the one with the fewest unknown keys counts', () => {
  const schema = input(
    z.union([z.string(), z.object({ a: z.number() }), z.object({ b: z.number() })]),
  )

  expect(paths(schema, { b: 1 })).toEqual([])
  expect(paths(schema, { b: 1, c: 2 })).toEqual(['c'])
  expect(paths(schema, 'text')).toEqual([])
})

test('a schema that refers to itself is followed as deep as the value goes', () => {
  interface Tree {
    children?: Tree[] | undefined
  }
  const tree: z.ZodType<Tree> = z.object({ children: z.array(z.lazy(() => tree)).optional() })

  expect(paths(input(tree), { children: [{ children: [{ leaf: 1 }] }] })).toEqual([
    'children.0.children.0.leaf',
  ])
})

test('a schema that only refers to itself ends', () => {
  const schema = { $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/a' } } }

  expect(paths(schema, { a: 1 })).toEqual([])
  expect(paths({ $ref: '#/$defs/none' }, { a: 1 })).toEqual([])
})
